package mountagent.cache;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Which directory a block belongs to: a consistent hash ring over the ids of the directories, and the place
/// it had before there was a ring (reference: client-data-path.md §4). Immutable.
final class HashRing {
    private static final int REPLICAS = 100;
    private static final int ROUNDS = 5;
    private static final double PART = 0.75;
    private static final int FNV_OFFSET = 0x811C9DC5;
    private static final int FNV_PRIME = 0x01000193;
    private static final int MURMUR_1 = 0xCC9E2D51;
    private static final int MURMUR_2 = 0x1B873593;
    private static final int MURMUR_3 = 0xE6546B64;
    private static final int MIX_1 = 0x85EBCA6B;
    private static final int MIX_2 = 0xC2B2AE35;

    private static final double CIRCLE = 1L << Integer.SIZE;

    private final NavigableMap<Long, Integer> points;
    private final int count;

    /// A ring over directories with these ids, in the order of their paths.
    HashRing(List<String> ids) {
        count = ids.size();
        int[] replicas = new int[count];
        Arrays.fill(replicas, REPLICAS);
        NavigableMap<Long, Integer> ring = ring(ids, replicas);
        for (int round = 0; round < ROUNDS && count > 1; round++) {
            balance(ring, replicas);
            ring = ring(ids, replicas);
        }
        points = ring;
    }

    private static NavigableMap<Long, Integer> ring(List<String> ids, int[] replicas) {
        var ring = new TreeMap<Long, Integer>();
        for (int directory = 0; directory < replicas.length; directory++) {
            for (int replica = 0; replica < replicas[directory]; replica++) {
                ring.put(Integer.toUnsignedLong(murmur3(replica + ids.get(directory))), directory);
            }
        }
        return ring;
    }

    /// A directory whose points cover more of the circle than its share gets fewer of them, and the other way round, in
    /// three quarters of the proportion. A single point more is not added (the official client's rule).
    private static void balance(NavigableMap<Long, Integer> ring, int[] replicas) {
        double[] covered = new double[replicas.length];
        long before = ring.lastKey() - (1L << Integer.SIZE);
        for (Map.Entry<Long, Integer> point : ring.entrySet()) {
            covered[point.getValue()] += point.getKey() - before;
            before = point.getKey();
        }
        double share = 1.0 / replicas.length;
        for (int directory = 0; directory < replicas.length; directory++) {
            double actual = covered[directory] / CIRCLE;
            int change = (int) (replicas[directory] * (share - actual) / share * PART);
            replicas[directory] += change == 1 ? 0 : change;
        }
    }

    /// The number of the directory for the block at `path`.
    int directory(String path) {
        Map.Entry<Long, Integer> point = points.ceilingEntry(Integer.toUnsignedLong(murmur3(path)));
        return point == null ? points.firstEntry().getValue() : point.getValue();
    }

    /// The number of the directory where clients without a ring kept it.
    int legacyDirectory(String path) {
        return Integer.remainderUnsigned(fnv1(path), count);
    }

    /// FNV-1 with 32 bits (not 1a).
    static int fnv1(String text) {
        int hash = FNV_OFFSET;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = hash * FNV_PRIME ^ (b & 0xFF);
        }
        return hash;
    }

    /// MurmurHash3 x86 with 32 bits, seed 0.
    static int murmur3(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int hash = 0;
        int whole = bytes.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            int k = bytes[i] & 0xFF
                    | (bytes[i + 1] & 0xFF) << 8
                    | (bytes[i + 2] & 0xFF) << 16
                    | (bytes[i + 3] & 0xFF) << 24;
            hash = Integer.rotateLeft(hash ^ scramble(k), 13) * 5 + MURMUR_3;
        }
        int tail = 0;
        for (int i = bytes.length - 1; i >= whole; i--) {
            tail = tail << 8 | (bytes[i] & 0xFF);
        }
        hash ^= scramble(tail) ^ bytes.length;
        hash = (hash ^ hash >>> 16) * MIX_1;
        hash = (hash ^ hash >>> 13) * MIX_2;
        return hash ^ hash >>> 16;
    }

    private static int scramble(int k) {
        return Integer.rotateLeft(k * MURMUR_1, 15) * MURMUR_2;
    }
}
