package mountagent.meta.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.LockOwner;
import mountagent.meta.LockType;
import mountagent.meta.Node;
import mountagent.meta.PosixLock;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.codec.DentryCodec;
import mountagent.meta.codec.LockCodec;
import org.jspecify.annotations.Nullable;

/// Which commands answer an item, which keys a transaction watches for it, and what the replies mean.
///
/// [Item.Ancestors] and long ranges of [Item.Chunks] take several batches and are put together by [RedisFetch].
record RedisReads(RedisKeys keys) {
    private static final long FIRST_INODE = 2;

    /// The keys whose change makes `item`'s answer stale; none for loose items.
    List<byte[]> watched(Item<?> item) {
        return switch (item) {
            case Item.NodeOf(long inode) -> List.of(keys.node(inode));
            case Item.DentryAt(var key) -> List.of(keys.entries(key.parent()));
            case Item.HasEntries(long directory) -> List.of(keys.entries(directory));
            case Item.SlicesOf(ChunkKey chunk) -> List.of(keys.chunk(chunk));
            case Item.Chunks range -> range(range).stream().map(keys::chunk).toList();
            case Item.SymlinkOf(long inode) -> List.of(keys.symlink(inode));
            case Item.XattrOf(var key) -> List.of(keys.xattrs(key.inode()));
            case Item.XattrNames(long inode) -> List.of(keys.xattrs(inode));
            case Item.ParentLinks(long inode) -> List.of(keys.parentLinks(inode));
            case Item.Flocks(long inode) -> List.of(keys.flocks(inode));
            case Item.PosixLocks(long inode) -> List.of(keys.posixLocks(inode));
            case Item.CounterOf(Counter counter) -> isLoose(counter) ? List.of() : List.of(keys.counter(counter));
            case Item.IsSustained sustained -> List.of(keys.sustained(sustained.session()));
            case Item.IsDelayed _ -> List.of(keys.delayedSlices());
            case Item.Setting() -> List.of(keys.setting());
            case Item.Ancestors _,
                    Item.SliceRefs _,
                    Item.NextId _,
                    Item.DirStatOf _,
                    Item.QuotaOf _,
                    Item.SessionOf _,
                    Item.AclOf _ -> List.of();
        };
    }

    /// Whether everybody changes `counter` all the time, so that nobody watches it.
    static boolean isLoose(Counter counter) {
        return switch (counter) {
            case USED_SPACE, TOTAL_INODES -> true;
            case LAST_CLEANUP_SESSIONS, LAST_CLEANUP_FILES, LAST_CLEANUP_SLICES, LAST_CLEANUP_TRASH -> false;
        };
    }

    /// Adds the commands that answer `item` to `batch`, and the way to read the replies to `answers`.
    void ask(Item<?> item, RedisBatch batch, RedisAnswers answers) {
        switch (item) {
            case Item.NodeOf node -> answers.put(node, node(node.inode(), batch));
            case Item.DentryAt dentry -> askDentry(dentry, batch, answers);
            case Item.HasEntries has -> {
                var count = batch.ask(commands -> commands.hlen(keys.entries(has.directory())));
                answers.put(has, () -> count.get() > 0);
            }
            case Item.SlicesOf slices -> answers.put(slices, slices(slices.chunk(), batch));
            case Item.Chunks chunks -> askChunks(chunks, range(chunks), batch, answers);
            case Item.SymlinkOf symlink -> {
                var target = batch.ask(commands -> commands.get(keys.symlink(symlink.inode())));
                answers.put(symlink, () -> bytes(target.get()));
            }
            case Item.XattrOf xattr -> askXattr(xattr, batch, answers);
            case Item.XattrNames names -> askXattrNames(names, batch, answers);
            case Item.ParentLinks links -> askParentLinks(links, batch, answers);
            case Item.Flocks flocks -> askFlocks(flocks, batch, answers);
            case Item.PosixLocks locks -> askPosixLocks(locks, batch, answers);
            case Item.SliceRefs refs -> {
                byte[] field = RedisForm.sliceRef(refs.slice());
                var stored = batch.ask(commands -> commands.hget(keys.sliceRefs(), field));
                answers.put(refs, () -> RedisForm.references(stored.get()));
            }
            case Item.CounterOf counter -> {
                var stored = batch.ask(commands -> commands.get(keys.counter(counter.counter())));
                answers.put(counter, () -> RedisForm.number(stored.get()));
            }
            case Item.NextId next -> {
                var last = batch.ask(commands -> commands.get(keys.lastId(next.kind())));
                long lowest = next.kind() == IdKind.INODE ? FIRST_INODE : 1;
                answers.put(next, () -> Math.max(lowest, Math.addExact(RedisForm.number(last.get()), 1)));
            }
            case Item.DirStatOf stat -> askDirStat(stat, batch, answers);
            case Item.QuotaOf quota -> askQuota(quota, batch, answers);
            case Item.SessionOf session -> askSession(session, batch, answers);
            case Item.IsSustained sustained -> {
                byte[] member = RedisKeys.decimal(sustained.inode());
                var found = batch.ask(commands -> commands.sismember(keys.sustained(sustained.session()), member));
                answers.put(sustained, found::get);
            }
            case Item.IsDelayed delayed -> {
                byte[] field = RedisForm.delayedSlices(delayed.id(), delayed.time());
                var found = batch.ask(commands -> commands.hexists(keys.delayedSlices(), field));
                answers.put(delayed, found::get);
            }
            case Item.AclOf acl -> {
                byte[] field = RedisKeys.decimal(Integer.toUnsignedLong(acl.id()));
                var stored = batch.ask(commands -> commands.hget(keys.acls(), field));
                answers.put(acl, () -> RedisForm.acl(stored.get()));
            }
            case Item.Setting setting -> {
                var document = batch.ask(commands -> commands.get(keys.setting()));
                answers.put(setting, () -> text(document.get()));
            }
            case Item.Ancestors _ -> throw new IllegalArgumentException(item + " takes more than one batch");
        }
    }

    private RedisAnswers.Answer<@Nullable Node> node(long inode, RedisBatch batch) {
        var stored = batch.ask(commands -> commands.get(keys.node(inode)));
        return () -> RedisForm.node(inode, stored.get());
    }

    private void askDentry(Item.DentryAt item, RedisBatch batch, RedisAnswers answers) {
        byte[] name = item.key().name().toArray();
        var stored = batch.ask(commands -> commands.hget(keys.entries(item.key().parent()), name));
        answers.put(item, () -> {
            byte[] entry = stored.get();
            return entry == null ? null : DentryCodec.decode(entry);
        });
    }

    private RedisAnswers.Answer<List<Slice>> slices(ChunkKey chunk, RedisBatch batch) {
        var records = batch.ask(commands -> commands.lrange(keys.chunk(chunk), 0, -1));
        return () -> RedisForm.slices(chunk, records.get());
    }

    /// Answers `item` from `chunks`, all those in its range that may have records.
    void askChunks(Item.Chunks item, List<ChunkKey> chunks, RedisBatch batch, RedisAnswers answers) {
        Map<Integer, RedisAnswers.Answer<List<Slice>>> asked = new LinkedHashMap<>();
        for (ChunkKey chunk : chunks) {
            asked.put(chunk.index(), slices(chunk, batch));
        }
        answers.put(item, () -> {
            Map<Integer, List<Slice>> found = new LinkedHashMap<>();
            for (var entry : asked.entrySet()) {
                List<Slice> slices = entry.getValue().get();
                if (!slices.isEmpty()) {
                    found.put(entry.getKey(), slices);
                }
            }
            return found;
        });
    }

    private static List<ChunkKey> range(Item.Chunks item) {
        return RedisChunkSearch.all(item.inode(), item.from(), item.to());
    }

    private void askXattr(Item.XattrOf item, RedisBatch batch, RedisAnswers answers) {
        byte[] name = item.key().name().toArray();
        var value = batch.ask(commands -> commands.hget(keys.xattrs(item.key().inode()), name));
        answers.put(item, () -> bytes(value.get()));
    }

    private void askXattrNames(Item.XattrNames item, RedisBatch batch, RedisAnswers answers) {
        var stored = batch.ask(commands -> commands.hkeys(keys.xattrs(item.inode())));
        answers.put(item, () -> stored.get().stream().map(FileName::of).toList());
    }

    private void askParentLinks(Item.ParentLinks item, RedisBatch batch, RedisAnswers answers) {
        var stored = batch.ask(commands -> commands.hgetall(keys.parentLinks(item.inode())));
        answers.put(item, () -> {
            Map<Long, Integer> links = new HashMap<>();
            for (var entry : stored.get().entrySet()) {
                long count = RedisForm.number(entry.getValue());
                if (count > 0) {
                    links.put(RedisForm.number(entry.getKey()), Math.toIntExact(count));
                }
            }
            return links;
        });
    }

    private void askFlocks(Item.Flocks item, RedisBatch batch, RedisAnswers answers) {
        var stored = batch.ask(commands -> commands.hgetall(keys.flocks(item.inode())));
        answers.put(item, () -> {
            Map<LockOwner, LockType> locks = new HashMap<>();
            for (var entry : stored.get().entrySet()) {
                locks.put(RedisForm.owner(entry.getKey()), RedisForm.flock(entry.getValue()));
            }
            return locks;
        });
    }

    private void askPosixLocks(Item.PosixLocks item, RedisBatch batch, RedisAnswers answers) {
        var stored = batch.ask(commands -> commands.hgetall(keys.posixLocks(item.inode())));
        answers.put(item, () -> {
            Map<LockOwner, List<PosixLock>> locks = new HashMap<>();
            for (var entry : stored.get().entrySet()) {
                locks.put(RedisForm.owner(entry.getKey()), LockCodec.decode(entry.getValue()));
            }
            return locks;
        });
    }

    private void askDirStat(Item.DirStatOf item, RedisBatch batch, RedisAnswers answers) {
        byte[] field = RedisKeys.decimal(item.directory());
        var length = batch.ask(commands -> commands.hget(keys.dirLengths(), field));
        var space = batch.ask(commands -> commands.hget(keys.dirSpaces(), field));
        var inodes = batch.ask(commands -> commands.hget(keys.dirInodes(), field));
        answers.put(item, () -> {
            byte[] stored = inodes.get();
            return stored == null
                    ? null
                    : new DirStat(
                            RedisForm.number(length.get()), RedisForm.number(space.get()), RedisForm.number(stored));
        });
    }

    private void askQuota(Item.QuotaOf item, RedisBatch batch, RedisAnswers answers) {
        byte[] field = RedisKeys.decimal(item.key().id());
        var kind = item.key().kind();
        var limits = batch.ask(commands -> commands.hget(keys.quotas(kind), field));
        var space = batch.ask(commands -> commands.hget(keys.quotaSpaces(kind), field));
        var inodes = batch.ask(commands -> commands.hget(keys.quotaInodes(kind), field));
        answers.put(item, () -> {
            byte[] stored = limits.get();
            return stored == null
                    ? null
                    : RedisForm.quota(stored, RedisForm.number(space.get()), RedisForm.number(inodes.get()));
        });
    }

    private void askSession(Item.SessionOf item, RedisBatch batch, RedisAnswers answers) {
        byte[] member = RedisKeys.decimal(item.session());
        var expire = batch.ask(commands -> commands.zscore(keys.allSessions(), member));
        var info = batch.ask(commands -> commands.hget(keys.sessionInfos(), member));
        answers.put(item, () -> session(item.session(), expire.get(), info.get()));
    }

    private static @Nullable SessionRecord session(long id, @Nullable Double expire, byte @Nullable [] info) {
        if (expire == null) {
            return null;
        }
        Bytes known = info == null ? Bytes.EMPTY : Bytes.of(info);
        return new SessionRecord(id, expire.longValue(), known);
    }

    private static @Nullable Bytes bytes(byte @Nullable [] stored) {
        return stored == null ? null : Bytes.of(stored);
    }

    private static @Nullable String text(byte @Nullable [] stored) {
        return stored == null ? null : new String(stored, StandardCharsets.UTF_8);
    }
}
