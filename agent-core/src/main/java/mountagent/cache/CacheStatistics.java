package mountagent.cache;

/// What a cache did since it was opened, and what it holds now.
///
/// Hits and misses count reads of blocks, and the bytes asked for; a read that waits for another reader's
/// download is a miss. A cache that is bypassed counts neither. `drops` are blocks that were not written because
/// the queue or the disk was full, `corruptions` cached files that were removed because their content was not what was
/// written. `stagedBytes` and `stagedItems` are blocks that another client left to be uploaded; they are in
/// neither `usedBytes` (block length + 4096 each, as the limits count) nor `items`.
public record CacheStatistics(
        long hits,
        long hitBytes,
        long misses,
        long missBytes,
        long writes,
        long writeBytes,
        long writeNanos,
        long readNanos,
        long drops,
        long evictions,
        long evictedBytes,
        long corruptions,
        long ioErrors,
        long usedBytes,
        long items,
        long stagedBytes,
        long stagedItems) {
    /// Nothing yet.
    public static final CacheStatistics EMPTY = new CacheStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// The same with other counts of reads.
    public CacheStatistics withReads(long newHits, long newHitBytes, long newMisses, long newMissBytes) {
        return new CacheStatistics(
                newHits,
                newHitBytes,
                newMisses,
                newMissBytes,
                writes,
                writeBytes,
                writeNanos,
                readNanos,
                drops,
                evictions,
                evictedBytes,
                corruptions,
                ioErrors,
                usedBytes,
                items,
                stagedBytes,
                stagedItems);
    }

    /// The sum of both.
    CacheStatistics plus(CacheStatistics other) {
        return new CacheStatistics(
                hits + other.hits,
                hitBytes + other.hitBytes,
                misses + other.misses,
                missBytes + other.missBytes,
                writes + other.writes,
                writeBytes + other.writeBytes,
                writeNanos + other.writeNanos,
                readNanos + other.readNanos,
                drops + other.drops,
                evictions + other.evictions,
                evictedBytes + other.evictedBytes,
                corruptions + other.corruptions,
                ioErrors + other.ioErrors,
                usedBytes + other.usedBytes,
                items + other.items,
                stagedBytes + other.stagedBytes,
                stagedItems + other.stagedItems);
    }
}
