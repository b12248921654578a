package mountagent.meta.redis;

import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.LockOwner;
import mountagent.meta.Node;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.codec.DentryCodec;
import org.jspecify.annotations.Nullable;

/// Makes records of the elements of listings; what else a record needs is fetched for a whole page at once.
record RedisScanReaders(RedisKeys keys) {
    List<Scan.DirEntry> entries(RedisLink link, List<RedisListing.Element> elements, Scan.Detail detail)
            throws FsException, RedisRetry {
        List<Dentry> dentries = new ArrayList<>(elements.size());
        for (RedisListing.Element element : elements) {
            dentries.add(DentryCodec.decode(element.value()));
        }
        List<byte @Nullable []> nodes = detail == Scan.Detail.NODES
                ? values(
                        link,
                        dentries.stream()
                                .map(dentry -> keys.node(dentry.inode()))
                                .toList())
                : List.of();
        List<Scan.DirEntry> entries = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            Dentry dentry = dentries.get(i);
            Node node = nodes.isEmpty() ? null : RedisForm.node(dentry.inode(), nodes.get(i));
            entries.add(new Scan.DirEntry(FileName.wrap(elements.get(i).field()), dentry, node));
        }
        return entries;
    }

    List<Scan.PlacedNode> nodes(RedisLink link, List<RedisListing.Element> elements) throws FsException, RedisRetry {
        List<byte @Nullable []> stored =
                values(link, elements.stream().map(RedisListing.Element::key).toList());
        List<Scan.PlacedNode> nodes = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            String key = name(elements.get(i).key());
            long inode = RedisForm.number(RedisForm.bytes(key.substring(1)));
            Node node = RedisForm.node(inode, stored.get(i));
            if (node != null) {
                nodes.add(new Scan.PlacedNode(inode, node));
            }
        }
        return nodes;
    }

    private List<byte @Nullable []> values(RedisLink link, List<byte[]> of) throws FsException, RedisRetry {
        if (of.isEmpty()) {
            return List.of();
        }
        RedisBatch batch = link.batch();
        Reply<List<KeyValue<byte[], byte[]>>> reply = batch.ask(c -> c.mget(of.toArray(byte[][]::new)));
        batch.run();
        List<byte @Nullable []> values = new ArrayList<>(of.size());
        for (KeyValue<byte[], byte[]> value : reply.get()) {
            values.add(value.hasValue() ? value.getValue() : null);
        }
        return values;
    }

    /// The records of chunks; a chunk without any is left out.
    List<Scan.PlacedChunk> chunks(RedisLink link, List<RedisListing.Element> elements) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        List<Reply<List<byte[]>>> replies = new ArrayList<>(elements.size());
        for (RedisListing.Element element : elements) {
            replies.add(batch.ask(c -> c.lrange(element.key(), 0, -1)));
        }
        batch.run();
        List<Scan.PlacedChunk> chunks = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            List<byte[]> stored = replies.get(i).get();
            if (!stored.isEmpty()) {
                ChunkKey chunk = chunk(elements.get(i).key());
                chunks.add(new Scan.PlacedChunk(chunk, understood(stored)));
            }
        }
        return chunks;
    }

    private static @Nullable List<Slice> understood(List<byte[]> stored) {
        try {
            return RedisForm.slices("chunk", stored);
        } catch (FsException _) {
            return null; // what PlacedChunk says of a value that cannot be understood
        }
    }

    private ChunkKey chunk(byte[] key) throws FsException {
        String name = name(key);
        int bar = name.indexOf('_');
        return new ChunkKey(
                RedisForm.number(RedisForm.bytes(name.substring(1, bar))),
                Math.toIntExact(RedisForm.number(RedisForm.bytes(name.substring(bar + 1)))));
    }

    List<SessionRecord> sessions(RedisLink link, List<RedisListing.Element> elements) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        List<Reply<byte[]>> infos = fields(batch, keys.sessionInfos(), elements);
        batch.run();
        List<SessionRecord> sessions = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            RedisListing.Element element = elements.get(i);
            byte[] info = infos.get(i).get();
            sessions.add(new SessionRecord(
                    RedisForm.number(element.field()),
                    RedisForm.number(element.value()),
                    info == null ? Bytes.EMPTY : Bytes.of(info)));
        }
        return sessions;
    }

    List<Scan.PlacedDirStat> dirStats(RedisLink link, List<RedisListing.Element> elements)
            throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        List<Reply<byte[]>> lengths = fields(batch, keys.dirLengths(), elements);
        List<Reply<byte[]>> spaces = fields(batch, keys.dirSpaces(), elements);
        batch.run();
        List<Scan.PlacedDirStat> stats = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            RedisListing.Element element = elements.get(i);
            DirStat stat = new DirStat(
                    RedisForm.number(lengths.get(i).get()),
                    RedisForm.number(spaces.get(i).get()),
                    RedisForm.number(element.value()));
            stats.add(new Scan.PlacedDirStat(RedisForm.number(element.field()), stat));
        }
        return stats;
    }

    List<Scan.PlacedQuota> quotas(RedisLink link, List<RedisListing.Element> elements) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        List<Reply<byte[]>> spaces = new ArrayList<>(elements.size());
        List<Reply<byte[]>> inodes = new ArrayList<>(elements.size());
        for (RedisListing.Element element : elements) {
            QuotaKey.Kind kind = kind(element.key());
            spaces.add(batch.ask(c -> c.hget(keys.quotaSpaces(kind), element.field())));
            inodes.add(batch.ask(c -> c.hget(keys.quotaInodes(kind), element.field())));
        }
        batch.run();
        List<Scan.PlacedQuota> quotas = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            RedisListing.Element element = elements.get(i);
            QuotaKey key = new QuotaKey(kind(element.key()), RedisForm.number(element.field()));
            long space = RedisForm.number(spaces.get(i).get());
            long used = RedisForm.number(inodes.get(i).get());
            quotas.add(new Scan.PlacedQuota(key, RedisForm.quota(element.value(), space, used)));
        }
        return quotas;
    }

    private QuotaKey.Kind kind(byte[] key) {
        return Arrays.stream(QuotaKey.Kind.values())
                .filter(kind -> Arrays.equals(keys.quotas(kind), key))
                .findFirst()
                .orElseThrow();
    }

    private static List<Reply<byte[]>> fields(RedisBatch batch, byte[] hash, List<RedisListing.Element> elements) {
        List<Reply<byte[]>> replies = new ArrayList<>(elements.size());
        for (RedisListing.Element element : elements) {
            replies.add(batch.ask(c -> c.hget(hash, element.field())));
        }
        return replies;
    }

    /// A file to delete; null when its time is after `until`, or the member has the form of clients before 1.0.
    Scan.@Nullable DeletedFile deletedFile(RedisListing.Element element, long until) throws FsException {
        String[] parts = RedisForm.text(element.field()).split(":", -1);
        long time = RedisForm.number(element.value());
        if (parts.length != 2 || time > until) {
            return null;
        }
        long inode = RedisForm.number(RedisForm.bytes(parts[0]));
        return new Scan.DeletedFile(inode, RedisForm.number(RedisForm.bytes(parts[1])), time);
    }

    /// A lock of `session`, from the hash of all locks of a file; null when it is another's.
    Scan.@Nullable HeldLock heldLock(RedisListing.Element element, long session) throws FsException {
        LockOwner owner = RedisForm.owner(element.field());
        if (owner.session() != session) {
            return null;
        }
        String name = name(element.key());
        boolean posix = name.startsWith("lockp");
        long inode = RedisForm.number(RedisForm.bytes(name.substring("lockp".length())));
        return new Scan.HeldLock(inode, owner, posix);
    }

    private String name(byte[] key) {
        return RedisForm.text(key).substring(keys.prefix().length());
    }
}
