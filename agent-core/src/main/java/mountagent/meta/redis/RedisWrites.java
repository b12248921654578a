package mountagent.meta.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.XattrKey;
import mountagent.meta.codec.DentryCodec;
import mountagent.meta.codec.NodeCodec;
import org.jspecify.annotations.Nullable;

/// Turns the mutations of one transaction into commands.
///
/// Nodes are stored whole: what a transaction does to one node is gathered and written once, and a change by delta
/// starts from the node as it was read, which is watched. Everything else goes in the order it was left.
final class RedisWrites {
    private final RedisKeys keys;
    private final RedisAnswers answers;
    private final RedisCommands commands = new RedisCommands();
    private final Map<Long, @Nullable Node> nodes = new LinkedHashMap<>();
    private final RedisSliceWrites slices;
    private final RedisLockWrites locks;
    private final RedisRecordWrites records;

    /// Takes all mutations of `transaction`; IllegalStateException when one builds on what was not read. Uses `link`
    /// only to search for chunks.
    RedisWrites(RedisKeys keys, RedisTransaction transaction, RedisLink link) throws FsException, RedisRetry {
        this.keys = keys;
        this.answers = transaction.answers();
        this.slices = new RedisSliceWrites(keys, answers, commands, link);
        this.locks = new RedisLockWrites(keys, answers, commands);
        this.records = new RedisRecordWrites(keys, answers, commands);
        for (Mutation mutation : transaction.mutations()) {
            add(mutation);
        }
        nodes.forEach(this::writeNode);
    }

    /// The commands that make up the transaction.
    RedisCommands commands() {
        return commands;
    }

    /// What the transaction makes of each node it changes, null for those it removes.
    Map<Long, @Nullable Node> nodes() {
        return nodes;
    }

    private void add(Mutation mutation) throws FsException, RedisRetry {
        switch (mutation) {
            case Mutation.CreateNode(long inode, Node node) -> nodes.put(inode, node);
            case Mutation.UpdateNode(long inode, Node node) -> {
                answers.require(new Item.NodeOf(inode));
                nodes.put(inode, node);
            }
            case Mutation.RemoveNode(long inode) -> nodes.put(inode, null);
            case Mutation.TouchDirectory touch -> touch(touch);
            case Mutation.CreateDentry(DentryKey key, Dentry dentry) -> {
                answers.require(new Item.DentryAt(key));
                putDentry(key, dentry);
            }
            case Mutation.ReplaceDentry(DentryKey key, Dentry dentry) -> putDentry(key, dentry);
            case Mutation.RemoveDentry(DentryKey key) ->
                commands.add(c -> c.hdel(keys.entries(key.parent()), key.name().toArray()));
            case Mutation.CreateSymlink(long inode, Bytes target) ->
                commands.add(c -> c.set(keys.symlink(inode), target.toArray()));
            case Mutation.RemoveSymlink(long inode) -> commands.add(c -> c.del(keys.symlink(inode)));
            case Mutation.PutXattr(XattrKey key, Bytes value) ->
                commands.add(c -> c.hset(keys.xattrs(key.inode()), key.name().toArray(), value.toArray()));
            case Mutation.RemoveXattr(XattrKey key) ->
                commands.add(c -> c.hdel(keys.xattrs(key.inode()), key.name().toArray()));
            case Mutation.RemoveXattrs(long inode) -> commands.add(c -> c.del(keys.xattrs(inode)));
            case Mutation.AddParentLink(long inode, long parent, int delta) ->
                commands.add(c -> c.hincrby(keys.parentLinks(inode), RedisKeys.decimal(parent), delta));
            case Mutation.RemoveParentLinks(long inode) -> commands.add(c -> c.del(keys.parentLinks(inode)));
            case Mutation.AppendSlice append -> slices.append(append);
            case Mutation.AppendToExisting append -> slices.append(append);
            case Mutation.ReplaceSlices replace -> slices.replace(replace);
            case Mutation.RemoveChunk(ChunkKey chunk) -> commands.add(c -> c.del(keys.chunk(chunk)));
            case Mutation.CreateSliceRefs create -> slices.create(create);
            case Mutation.AddSliceRefs add -> slices.add(add);
            case Mutation.RemoveSliceRefs(var slice) ->
                commands.add(c -> c.hdel(keys.sliceRefs(), RedisForm.sliceRef(slice)));
            case Mutation.PutDelayedSlices delayed -> slices.delay(delayed);
            case Mutation.RemoveDelayedSlices(long id, long time) ->
                commands.add(c -> c.hdel(keys.delayedSlices(), RedisForm.delayedSlices(id, time)));
            case Mutation.AddCounter add -> records.add(add);
            case Mutation.PutCounter put -> records.put(put);
            case Mutation.PutDirStat put -> records.put(put);
            case Mutation.AddDirStat add -> records.add(add);
            case Mutation.RemoveDirStat remove -> records.remove(remove);
            case Mutation.AddQuotaUsage add -> records.add(add);
            case Mutation.PutQuota put -> records.put(put);
            case Mutation.RemoveQuota remove -> records.remove(remove);
            case Mutation.RaiseNextId raise -> records.raise(raise);
            case Mutation.PutDeletedFile put -> records.put(put);
            case Mutation.RemoveDeletedFile remove -> records.remove(remove);
            case Mutation.PutDetachedNode put -> records.put(put);
            case Mutation.RemoveDetachedNode remove -> records.remove(remove);
            case Mutation.PutSustained(long session, long inode) ->
                commands.add(c -> c.sadd(keys.sustained(session), RedisKeys.decimal(inode)));
            case Mutation.RemoveSustained(long session, long inode) ->
                commands.add(c -> c.srem(keys.sustained(session), RedisKeys.decimal(inode)));
            case Mutation.PutSession put -> records.put(put);
            case Mutation.RemoveSession remove -> records.remove(remove);
            case Mutation.PutFlock put -> locks.put(put);
            case Mutation.RemoveFlock remove -> locks.remove(remove);
            case Mutation.PutPosixLocks put -> locks.put(put);
            case Mutation.PutAcl put -> records.put(put);
            case Mutation.PutSetting(String document) ->
                commands.add(c -> c.set(keys.setting(), RedisForm.bytes(document)));
        }
    }

    private void touch(Mutation.TouchDirectory touch) {
        answers.require(new Item.NodeOf(touch.directory()));
        Node own = nodes.get(touch.directory());
        Node start = own == null ? touch.seen() : own;
        Node touched = start.edit()
                .nlink(start.nlink() + touch.nlinkDelta())
                .mtime(touch.time())
                .ctime(touch.time())
                .done();
        nodes.put(touch.directory(), touched);
    }

    private void putDentry(DentryKey key, Dentry dentry) {
        byte[] stored = DentryCodec.encode(dentry);
        commands.add(c -> c.hset(keys.entries(key.parent()), key.name().toArray(), stored));
    }

    private void writeNode(long inode, @Nullable Node node) {
        if (node == null) {
            commands.add(c -> c.del(keys.node(inode)));
        } else {
            byte[] stored = NodeCodec.encode(node);
            commands.add(c -> c.set(keys.node(inode), stored));
        }
    }
}
