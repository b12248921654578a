package mountagent.meta.redis;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValueScanCursor;
import io.lettuce.core.ValueScanCursor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// A collection on the server that is gone through in steps, with all it needs to go on in a position.
@FunctionalInterface
interface RedisListing {
    /// Where every listing begins.
    byte[] START = new byte[0];

    /// How far behind the end of a file chunks are looked for at a time: 4 GiB.
    int CHUNKS_BEHIND = 64;

    /// One element: of a hash key, field and value; of a set key and member; of a sorted set the score as value.
    @SuppressWarnings("ArrayRecordComponent") // made here, read here, never changed or compared
    record Element(byte[] key, byte[] field, byte[] value) {
        private static final byte[] NONE = new byte[0];

        static Element ofKey(byte[] key) {
            return new Element(key, NONE, NONE);
        }

        /// What no other element has.
        Place place() {
            return new Place(key, field);
        }
    }

    /// Where an element is.
    @SuppressWarnings("ArrayRecordComponent") // made here, read here, never changed
    record Place(byte[] key, byte[] field) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place(byte[] itsKey, byte[] itsField)
                    && Arrays.equals(field, itsField)
                    && Arrays.equals(key, itsKey);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + Arrays.hashCode(field);
        }
    }

    /// Some elements and where to go on, null at the end. No element need be among them before the end.
    @SuppressWarnings("ArrayRecordComponent") // made here, read here, never changed or compared
    record Step(List<Element> elements, byte @Nullable [] next) {}

    /// The elements from `position` on, about `count`.
    Step next(RedisLink link, byte[] position, int count) throws FsException, RedisRetry;

    private static ScanCursor cursor(byte[] position) {
        return position.length == 0 ? ScanCursor.INITIAL : ScanCursor.of(RedisForm.text(position));
    }

    private static Step step(List<Element> elements, ScanCursor cursor) {
        return new Step(elements, cursor.isFinished() ? null : RedisForm.bytes(cursor.getCursor()));
    }

    /// All keys that match the glob `pattern`.
    static RedisListing keys(byte[] pattern) {
        return (link, position, count) -> {
            KeyScanCursor<byte[]> page =
                    scan(link, cursor(position), ScanArgs.Builder.limit(count).match(pattern));
            return step(page.getKeys().stream().map(Element::ofKey).toList(), page);
        };
    }

    /// One step through the keys of the server. In a cluster, only while all of the volume's keys are there: those of
    /// a slot that is another node's, or on its way, would be left out without a word.
    static KeyScanCursor<byte[]> scan(RedisLink link, ScanCursor from, ScanArgs args) throws FsException, RedisRetry {
        RedisSlot slot = link.identity().slot();
        RedisBatch batch = link.batch();
        Reply<KeyScanCursor<byte[]>> reply = batch.ask(c -> c.scan(from, args));
        Reply<String> nodes = slot == null ? null : batch.ask(c -> c.clusterNodes());
        batch.run();
        if (slot != null && nodes != null && !slot.isWholeAt(nodes.get())) {
            throw RedisRetry.unsuited(
                    link.address(),
                    "CLUSTERDOWN: slot " + slot.number() + " is not, or not yet wholly, at " + link.address());
        }
        return reply.get();
    }

    /// The fields of a hash.
    static RedisListing hash(byte[] key) {
        return (link, position, count) -> {
            RedisBatch batch = link.batch();
            Reply<MapScanCursor<byte[], byte[]>> reply = askHash(batch, key, position, count);
            batch.run();
            return ofHash(key, reply.get());
        };
    }

    /// Adds a step through a hash to `batch`, whose reply [#ofHash] reads.
    static Reply<MapScanCursor<byte[], byte[]>> askHash(RedisBatch batch, byte[] key, byte[] position, int count) {
        return batch.ask(c -> c.hscan(key, cursor(position), ScanArgs.Builder.limit(count)));
    }

    /// What a step through the hash `key` has brought.
    static Step ofHash(byte[] key, MapScanCursor<byte[], byte[]> page) {
        List<Element> elements = new ArrayList<>(page.getMap().size());
        page.getMap().forEach((field, value) -> elements.add(new Element(key, field, value)));
        return step(elements, page);
    }

    /// The members of a set.
    static RedisListing members(byte[] key) {
        return (link, position, count) -> {
            RedisBatch batch = link.batch();
            Reply<ValueScanCursor<byte[]>> reply =
                    batch.ask(c -> c.sscan(key, cursor(position), ScanArgs.Builder.limit(count)));
            batch.run();
            ValueScanCursor<byte[]> page = reply.get();
            return step(
                    page.getValues().stream()
                            .map(member -> new Element(key, member, Element.NONE))
                            .toList(),
                    page);
        };
    }

    /// The members of a sorted set with their scores, whole numbers.
    static RedisListing scored(byte[] key) {
        return (link, position, count) -> {
            RedisBatch batch = link.batch();
            Reply<ScoredValueScanCursor<byte[]>> reply =
                    batch.ask(c -> c.zscan(key, cursor(position), ScanArgs.Builder.limit(count)));
            batch.run();
            ScoredValueScanCursor<byte[]> page = reply.get();
            return step(
                    page.getValues().stream()
                            .map(member -> new Element(
                                    key, member.getValue(), RedisForm.bytes(Long.toString((long) member.getScore()))))
                            .toList(),
                    page);
        };
    }

    /// The keys of the first `chunkCount` chunks of a file, whether they exist or not, and of those right behind
    /// them that a file leaves when it is cut: windows of [#CHUNKS_BEHIND] are looked at as long as one holds any.
    static RedisListing chunks(RedisKeys keys, long inode, int chunkCount) {
        return (link, position, count) -> {
            int from = position.length == 0 ? 0 : Math.toIntExact(RedisForm.number(position));
            boolean isBehind = from >= chunkCount;
            long end = isBehind ? from + (long) CHUNKS_BEHIND : Math.min(chunkCount, from + (long) count);
            int to = (int) Math.min(Integer.MAX_VALUE, end);
            List<byte[]> found = RedisChunkSearch.all(inode, from, to).stream()
                    .map(keys::chunk)
                    .toList();
            if (isBehind && !anyExists(link, found)) {
                return new Step(List.of(), null);
            }
            return new Step(found.stream().map(Element::ofKey).toList(), RedisKeys.decimal(to));
        };
    }

    private static boolean anyExists(RedisLink link, List<byte[]> keys) throws FsException, RedisRetry {
        if (keys.isEmpty()) {
            return false;
        }
        RedisBatch batch = link.batch();
        Reply<Long> reply = batch.ask(c -> c.exists(keys.toArray(byte[][]::new)));
        batch.run();
        return reply.get() > 0;
    }

    /// The elements of all `inner` listings, one for each element of `outer`.
    static RedisListing each(RedisListing outer, Function<Element, RedisListing> inner) {
        return (link, position, count) -> {
            RedisPosition at = RedisPosition.read(position);
            while (at.waiting().isEmpty()) {
                byte[] next = at.next();
                if (next == null) {
                    return new Step(List.of(), null);
                }
                Step step = outer.next(link, next, count);
                at = new RedisPosition(step.next(), START, step.elements());
            }
            Element first = at.waiting().getFirst();
            Step step = inner.apply(first).next(link, at.inner(), count);
            byte[] goOn = step.next();
            RedisPosition then = goOn == null
                    ? new RedisPosition(
                            at.next(),
                            START,
                            at.waiting().subList(1, at.waiting().size()))
                    : new RedisPosition(at.next(), goOn, at.waiting());
            return new Step(step.elements(), then.isEnd() ? null : then.write());
        };
    }

    /// The elements of all `listings`, one after the other.
    static RedisListing chain(List<RedisListing> listings) {
        return (link, position, count) -> {
            ByteBuffer in = ByteBuffer.wrap(position);
            int index = in.hasRemaining() ? in.get() : 0;
            byte[] inner = new byte[in.remaining()];
            in.get(inner);
            Step step = listings.get(index).next(link, inner, count);
            byte[] goOn = step.next();
            if (goOn == null && index + 1 == listings.size()) {
                return new Step(step.elements(), null);
            }
            byte[] rest = goOn == null ? START : goOn;
            byte[] next = ByteBuffer.allocate(1 + rest.length)
                    .put((byte) (goOn == null ? index + 1 : index))
                    .put(rest)
                    .array();
            return new Step(step.elements(), next);
        };
    }
}
