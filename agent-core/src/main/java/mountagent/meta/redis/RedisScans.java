package mountagent.meta.redis;

import io.lettuce.core.MapScanCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.Cursor;
import mountagent.meta.Page;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;
import mountagent.meta.codec.AclCodec;
import mountagent.meta.codec.DentryCodec;
import mountagent.meta.codec.SliceCodec;
import org.jspecify.annotations.Nullable;

/// Answers scans page by page with the server's SCAN commands.
///
/// Those may bring more elements than asked for: what does not fit a page waits in the cursor. They may bring one
/// element twice while a table shrinks: a step is freed of that, several steps are not. A position means nothing to
/// another server, nor to the same one once it was started again: going on there would leave elements out, so that
/// a scan that was interrupted so fails, and is begun again by whoever wants it.
record RedisScans(RedisKeys keys) {
    /// Makes records of some elements, at most one of each.
    @FunctionalInterface
    interface Reader<R> {
        List<R> read(RedisLink link, List<RedisListing.Element> elements) throws FsException, RedisRetry;
    }

    /// Makes a record of one element, or null when the scan leaves it out.
    @FunctionalInterface
    interface OneReader<R> {
        @Nullable
        R read(RedisListing.Element element) throws FsException;
    }

    private record Way<R>(RedisListing listing, Reader<R> reader) {
        static <R> Way<R> of(RedisListing listing, OneReader<R> reader) {
            return new Way<>(listing, (_, elements) -> {
                List<R> records = new ArrayList<>(elements.size());
                for (RedisListing.Element element : elements) {
                    R record = reader.read(element);
                    if (record != null) {
                        records.add(record);
                    }
                }
                return records;
            });
        }
    }

    /// One page of `scan`, of at most `limit` records; none only at the end.
    <R> Page<R> page(RedisLink link, Scan<R> scan, Cursor from, int limit) throws FsException, RedisRetry {
        RedisPlaced begun = RedisPlaced.read(from.position());
        begun.checkIsOf(link);
        return page(link, scan, begun.position(), limit);
    }

    private <R> Page<R> page(RedisLink link, Scan<R> scan, RedisPosition from, int limit)
            throws FsException, RedisRetry {
        @SuppressWarnings("unchecked") // way() ties each scan to readers of its records
        Way<R> way = (Way<R>) way(scan);
        RedisPosition at = from;
        List<R> records = List.of();
        while (records.isEmpty() && !at.isEnd()) {
            List<RedisListing.Element> waiting = at.waiting();
            byte[] next = at.next();
            if (waiting.isEmpty() && next != null) {
                RedisListing.Step step = way.listing().next(link, next, limit);
                next = step.next();
                waiting = distinct(step.elements());
            }
            int count = Math.min(limit, waiting.size());
            records = way.reader().read(link, waiting.subList(0, count));
            at = new RedisPosition(next, RedisListing.START, waiting.subList(count, waiting.size()));
        }
        return new Page<>(records, at.isEnd() ? null : cursor(link, at));
    }

    /// Adds the first step through `directory` to `batch`, whose reply [#firstPage] goes on from.
    Reply<MapScanCursor<byte[], byte[]>> askFirst(RedisBatch batch, Scan.Directory directory, int limit) {
        return RedisListing.askHash(batch, keys.entries(directory.inode()), RedisListing.START, limit);
    }

    /// The first page of `directory`, whose first step brought `reply` over `link`.
    Page<Scan.DirEntry> firstPage(
            RedisLink link, Scan.Directory directory, Reply<MapScanCursor<byte[], byte[]>> reply, int limit)
            throws FsException, RedisRetry {
        RedisListing.Step step = RedisListing.ofHash(keys.entries(directory.inode()), reply.get());
        RedisPosition at = new RedisPosition(step.next(), RedisListing.START, distinct(step.elements()));
        return page(link, directory, at, limit);
    }

    private static Cursor cursor(RedisLink link, RedisPosition at) {
        return new Cursor(new RedisPlaced(link.identity().server(), at).write());
    }

    private static List<RedisListing.Element> distinct(List<RedisListing.Element> elements) {
        Set<RedisListing.Place> met = HashSet.newHashSet(elements.size());
        List<RedisListing.Element> distinct = new ArrayList<>(elements.size());
        for (RedisListing.Element element : elements) {
            if (met.add(element.place())) {
                distinct.add(element);
            }
        }
        return distinct;
    }

    private Way<?> way(Scan<?> scan) {
        RedisScanReaders readers = new RedisScanReaders(keys);
        return switch (scan) {
            case Scan.Directory(long inode, Scan.Detail detail) ->
                new Way<>(
                        RedisListing.hash(keys.entries(inode)),
                        (link, elements) -> readers.entries(link, elements, detail));
            case Scan.ChunksOf(long inode, long length) ->
                new Way<>(RedisListing.chunks(keys, inode, chunkCount(length)), readers::chunks);
            case Scan.LinksTo(long inode) -> linksTo(inode);
            case Scan.DeletedFiles(long until) ->
                Way.of(RedisListing.scored(keys.deletedFiles()), element -> readers.deletedFile(element, until));
            case Scan.ReleasedSlices() ->
                Way.of(RedisListing.hash(keys.sliceRefs()), element -> {
                    Scan.CountedSlice slice = countedSlice(element);
                    return slice.refs() <= 0 ? slice : null;
                });
            case Scan.SliceCounts() -> Way.of(RedisListing.hash(keys.sliceRefs()), RedisScans::countedSlice);
            case Scan.DelayedUntil(long until) ->
                Way.of(RedisListing.hash(keys.delayedSlices()), element -> delayedSlices(element, until));
            case Scan.Sessions() -> new Way<>(RedisListing.scored(keys.allSessions()), readers::sessions);
            case Scan.SustainedBy(long session) ->
                Way.of(
                        RedisListing.members(keys.sustained(session)),
                        element -> new Scan.Sustained(session, RedisForm.number(element.field())));
            case Scan.DetachedNodes() ->
                Way.of(
                        RedisListing.scored(keys.detachedNodes()),
                        element -> new Scan.DetachedNode(
                                RedisForm.number(element.field()), RedisForm.number(element.value())));
            case Scan.LocksOf(long session) ->
                Way.of(
                        RedisListing.each(
                                RedisListing.members(keys.locked(session)),
                                member -> RedisListing.hash(member.field())),
                        element -> readers.heldLock(element, session));
            case Scan.Nodes() -> new Way<>(RedisListing.keys(keys.key("i[0-9]*")), readers::nodes);
            case Scan.Dentries() ->
                Way.of(
                        RedisListing.each(
                                RedisListing.keys(keys.key("d[0-9]*")),
                                directory -> RedisListing.hash(directory.key())),
                        this::placedDentry);
            case Scan.AllChunks() -> new Way<>(RedisListing.keys(keys.key("c[0-9]*_[0-9]*")), readers::chunks);
            case Scan.DirStats() -> new Way<>(RedisListing.hash(keys.dirInodes()), readers::dirStats);
            case Scan.Acls(int after) ->
                Way.of(RedisListing.hash(keys.acls()), element -> {
                    int id = (int) RedisForm.number(element.field());
                    return Integer.compareUnsigned(id, after) <= 0
                            ? null
                            : new Scan.PlacedAcl(id, AclCodec.decode(element.value()));
                });
            case Scan.Quotas() -> new Way<>(RedisListing.chain(quotaHashes()), readers::quotas);
        };
    }

    private static int chunkCount(long length) {
        return Math.toIntExact((length + Sizes.CHUNK - 1) / Sizes.CHUNK);
    }

    private List<RedisListing> quotaHashes() {
        return Arrays.stream(QuotaKey.Kind.values())
                .map(kind -> RedisListing.hash(keys.quotas(kind)))
                .toList();
    }

    private Way<DentryKey> linksTo(long inode) {
        RedisListing parents = RedisListing.hash(keys.parentLinks(inode));
        return Way.of(
                RedisListing.each(parents, parent -> RedisListing.hash(keys.key("d" + RedisForm.text(parent.field())))),
                element -> {
                    Scan.PlacedDentry placed = placedDentry(element);
                    return placed.dentry().inode() == inode ? placed.key() : null;
                });
    }

    private Scan.PlacedDentry placedDentry(RedisListing.Element element) throws FsException {
        long directory = numberAfter("d", element.key());
        return new Scan.PlacedDentry(
                new DentryKey(directory, FileName.of(element.field())), DentryCodec.decode(element.value()));
    }

    private long numberAfter(String name, byte[] key) throws FsException {
        return RedisForm.number(Arrays.copyOfRange(key, keys.prefix().length() + name.length(), key.length));
    }

    private static Scan.CountedSlice countedSlice(RedisListing.Element element) throws FsException {
        return new Scan.CountedSlice(RedisForm.slice(element.field()), RedisForm.references(element.value()));
    }

    private static Scan.@Nullable DelayedSlices delayedSlices(RedisListing.Element element, long until)
            throws FsException {
        String field = RedisForm.text(element.field());
        int bar = field.indexOf('_');
        long id = RedisForm.number(RedisForm.bytes(field.substring(0, Math.max(bar, 0))));
        long time = RedisForm.number(RedisForm.bytes(field.substring(bar + 1)));
        return time > until ? null : new Scan.DelayedSlices(id, time, SliceCodec.decodeKeys(element.value()));
    }
}
