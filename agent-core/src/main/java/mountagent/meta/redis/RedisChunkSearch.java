package mountagent.meta.redis;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;

/// Finds which chunks of a file in a range have records: short ranges are simply enumerated, for long ones all keys
/// of the database are gone through, a round trip for each thousand.
record RedisChunkSearch(RedisKeys keys) {
    private static final int ENUMERATED_MAX = 1024;
    private static final int KEYS_PER_TRIP = 1000;

    /// Whether the chunks `[from, to)` are so few that each can be asked for.
    static boolean isShort(int from, int to) {
        return to - (long) from <= ENUMERATED_MAX;
    }

    /// All chunks of `inode` in `[from, to)`.
    static List<ChunkKey> all(long inode, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(index -> new ChunkKey(inode, index))
                .toList();
    }

    /// The chunks of `inode` in `[from, to)` that may have records, in ascending order.
    List<ChunkKey> find(RedisLink link, long inode, int from, int to) throws FsException, RedisRetry {
        if (isShort(from, to)) {
            return all(inode, from, to);
        }
        String start = keys.prefix() + "c" + Long.toUnsignedString(inode) + "_";
        ScanArgs args = ScanArgs.Builder.matches(start + "*").limit(KEYS_PER_TRIP);
        SortedSet<Integer> indexes = new TreeSet<>();
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            KeyScanCursor<byte[]> page = RedisListing.scan(link, cursor, args);
            for (byte[] key : page.getKeys()) {
                String text = new String(key, StandardCharsets.UTF_8);
                int index = Math.toIntExact(RedisForm.number(RedisForm.bytes(text.substring(start.length()))));
                if (index >= from && index < to) {
                    indexes.add(index);
                }
            }
            cursor = page;
        } while (!cursor.isFinished());
        return indexes.stream().map(index -> new ChunkKey(inode, index)).toList();
    }
}
