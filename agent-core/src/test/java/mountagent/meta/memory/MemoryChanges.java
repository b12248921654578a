package mountagent.meta.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import mountagent.base.Timestamp;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.IdKind;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.PosixLock;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import org.jspecify.annotations.Nullable;

/// Applies mutations. One that does not fit the state (an entry made twice, a node changed that is not there) is a
/// fault of whoever left it and ends in an [IllegalStateException].
final class MemoryChanges {
    private final MemoryState state;

    MemoryChanges(MemoryState state) {
        this.state = state;
    }

    void apply(Mutation mutation) {
        switch (mutation) {
            case Mutation.CreateNode(long inode, Node node) -> wasAbsent(state.nodes.put(inode, node), mutation);
            case Mutation.UpdateNode(long inode, Node node) -> wasPresent(state.nodes.put(inode, node), mutation);
            case Mutation.RemoveNode(long inode) -> wasPresent(state.nodes.remove(inode), mutation);
            case Mutation.TouchDirectory touch -> touch(touch);
            case Mutation.CreateDentry(var key, Dentry dentry) -> wasAbsent(state.dentries.put(key, dentry), mutation);
            case Mutation.ReplaceDentry(var key, Dentry dentry) ->
                wasPresent(state.dentries.put(key, dentry), mutation);
            case Mutation.RemoveDentry(var key) -> wasPresent(state.dentries.remove(key), mutation);
            case Mutation.CreateSymlink(long inode, var target) ->
                wasAbsent(state.symlinks.put(inode, target), mutation);
            case Mutation.RemoveSymlink(long inode) -> wasPresent(state.symlinks.remove(inode), mutation);
            case Mutation.PutXattr(var key, var value) -> state.xattrs.put(key, value);
            case Mutation.RemoveXattr(var key) -> wasPresent(state.xattrs.remove(key), mutation);
            case Mutation.RemoveXattrs(long inode) -> state.xattrsOf(inode).clear();
            case Mutation.AddParentLink(long inode, long parent, int delta) -> addParentLink(inode, parent, delta);
            case Mutation.RemoveParentLinks(long inode) -> state.parentLinks.remove(inode);
            case Mutation.AppendSlice append -> append.count().set(append(append.chunk(), append.slice()));
            case Mutation.AppendToExisting append -> appendToExisting(append);
            case Mutation.ReplaceSlices replace -> replaceSlices(replace);
            case Mutation.RemoveChunk(ChunkKey chunk) -> state.chunks.remove(chunk);
            case Mutation.CreateSliceRefs(SliceKey slice, long refs) ->
                wasAbsent(state.sliceRefs.put(slice, refs), mutation);
            case Mutation.AddSliceRefs(SliceKey slice, long delta, var refs) ->
                refs.set(state.sliceRefs.merge(slice, delta, Long::sum));
            case Mutation.RemoveSliceRefs(SliceKey slice) -> state.sliceRefs.remove(slice);
            case Mutation.PutDelayedSlices(long id, long time, List<SliceKey> slices) ->
                wasAbsent(state.delayed.put(new MemoryState.DelayedKey(id, time), slices), mutation);
            case Mutation.RemoveDelayedSlices(long id, long time) ->
                wasPresent(state.delayed.remove(new MemoryState.DelayedKey(id, time)), mutation);
            case Mutation.AddCounter(Counter counter, long delta) -> state.counters.merge(counter, delta, Long::sum);
            case Mutation.PutCounter(Counter counter, long value) -> state.counters.put(counter, value);
            case Mutation.PutDirStat(long directory, var stat) -> state.dirStats.put(directory, stat);
            case Mutation.AddDirStat(long directory, var delta) ->
                state.dirStats.computeIfPresent(directory, (_, stat) -> stat.plus(delta));
            case Mutation.RemoveDirStat(long directory) -> state.dirStats.remove(directory);
            case Mutation.AddQuotaUsage(var key, long space, long inodes) -> addUsage(key, space, inodes);
            case Mutation.PutQuota(var key, Quota quota) -> state.quotas.put(key, quota);
            case Mutation.RemoveQuota(var key) -> state.quotas.remove(key);
            case Mutation.RaiseNextId(IdKind kind, long next) ->
                state.nextIds.put(kind, Math.max(next, state.nextId(kind)));
            case Mutation.PutDeletedFile(long inode, long length, long time) ->
                wasAbsent(state.deletedFiles.put(inode, new Scan.DeletedFile(inode, length, time)), mutation);
            case Mutation.RemoveDeletedFile(long inode, long _) -> state.deletedFiles.remove(inode);
            case Mutation.PutDetachedNode(long inode, long time) -> state.detached.put(inode, time);
            case Mutation.RemoveDetachedNode(long inode) -> state.detached.remove(inode);
            case Mutation.PutSustained(long session, long inode) ->
                state.sustained.add(new Scan.Sustained(session, inode));
            case Mutation.RemoveSustained(long session, long inode) ->
                state.sustained.remove(new Scan.Sustained(session, inode));
            case Mutation.PutSession(SessionRecord session) -> state.sessions.put(session.id(), session);
            case Mutation.RemoveSession(long session) -> state.sessions.remove(session);
            case Mutation.PutFlock(long inode, LockOwner owner, LockType type) -> putFlock(inode, owner, type);
            case Mutation.RemoveFlock(long inode, LockOwner owner) -> putFlock(inode, owner, null);
            case Mutation.PutPosixLocks(long inode, LockOwner owner, List<PosixLock> locks) ->
                putPosixLocks(inode, owner, locks);
            case Mutation.PutAcl(int id, var rule) -> state.acls.put(Integer.toUnsignedLong(id), rule);
            case Mutation.PutSetting(String document) -> state.setting = document;
        }
    }

    private static void wasAbsent(@Nullable Object before, Mutation mutation) {
        if (before != null) {
            throw new IllegalStateException(before + " is in the way of " + mutation);
        }
    }

    private static void wasPresent(@Nullable Object before, Mutation mutation) {
        if (before == null) {
            throw new IllegalStateException("nothing is there for " + mutation);
        }
    }

    private void touch(Mutation.TouchDirectory touch) {
        Node node = state.nodes.get(touch.directory());
        if (node == null || !node.isDirectory()) {
            throw new IllegalStateException("no directory for " + touch);
        }
        Timestamp time = touch.time();
        state.nodes.put(
                touch.directory(),
                node.edit()
                        .nlink(node.nlink() + touch.nlinkDelta())
                        .mtime(time)
                        .ctime(time)
                        .done());
    }

    private void addParentLink(long inode, long parent, int delta) {
        Map<Long, Integer> links = state.parentLinks.computeIfAbsent(inode, _ -> new TreeMap<>());
        links.merge(parent, delta, (a, b) -> a + b == 0 ? null : a + b);
    }

    private int append(ChunkKey chunk, Slice slice) {
        List<Slice> slices = state.chunks.computeIfAbsent(chunk, _ -> new ArrayList<>());
        slices.add(slice);
        return slices.size();
    }

    private void appendToExisting(Mutation.AppendToExisting append) {
        if (append.from() < append.to()) {
            state.chunks
                    .subMap(new ChunkKey(append.inode(), append.from()), new ChunkKey(append.inode(), append.to()))
                    .values()
                    .forEach(slices -> slices.add(append.slice()));
        }
    }

    private void replaceSlices(Mutation.ReplaceSlices replace) {
        List<Slice> slices =
                Objects.requireNonNull(state.chunks.get(replace.chunk()), "no records in " + replace.chunk());
        List<Slice> replaced = slices.subList(replace.from(), replace.from() + replace.count());
        replaced.clear();
        replaced.addAll(replace.replacement());
        if (slices.isEmpty()) {
            state.chunks.remove(replace.chunk());
        }
    }

    private void addUsage(QuotaKey key, long space, long inodes) {
        if (key.kind() != QuotaKey.Kind.DIRECTORY) {
            state.quotas.putIfAbsent(key, Quota.UNUSED);
        }
        state.quotas.computeIfPresent(key, (_, quota) -> add(quota, space, inodes));
    }

    private static Quota add(Quota quota, long space, long inodes) {
        return new Quota(quota.maxSpace(), quota.maxInodes(), quota.usedSpace() + space, quota.usedInodes() + inodes);
    }

    private void putFlock(long inode, LockOwner owner, @Nullable LockType type) {
        Map<LockOwner, LockType> locks = state.flocks.computeIfAbsent(inode, _ -> new HashMap<>());
        locks.compute(owner, (_, _) -> type);
        if (locks.isEmpty()) {
            state.flocks.remove(inode);
        }
    }

    private void putPosixLocks(long inode, LockOwner owner, List<PosixLock> locks) {
        Map<LockOwner, List<PosixLock>> owners = state.posixLocks.computeIfAbsent(inode, _ -> new HashMap<>());
        owners.compute(owner, (_, _) -> locks.isEmpty() ? null : locks);
        if (owners.isEmpty()) {
            state.posixLocks.remove(inode);
        }
    }
}
