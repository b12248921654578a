package mountagent.maintenance.gc;

/// What a run of the garbage collector found and did.
///
/// The sums are of objects by what their slice is: in use, waiting for its deletion (`pending`), replaced by
/// a compaction that can still be undone (`compacted`), unknown (`leaked`); of the delayed slices that were
/// released, as their time was over; of the deleted files that the metadata records; and of objects too young
/// to be judged. `foreign` objects are no blocks of this volume. `deleted` leaked objects are gone, `failed`
/// could not be deleted or compacted.
public record GcReport(
        long usedSlices,
        long usedBytes,
        Sum scanned,
        Sum valid,
        Sum pending,
        Sum compacted,
        Sum leaked,
        Sum delayedSlices,
        Sum deletedFiles,
        Sum skipped,
        long foreign,
        long deleted,
        long failed) {
    /// How many, and their bytes.
    public record Sum(long count, long bytes) {
        static final Sum NONE = new Sum(0, 0);

        Sum plus(long size) {
            return new Sum(count + 1, bytes + size);
        }
    }

    /// The same with what was done.
    GcReport with(long gone, long left) {
        return new GcReport(
                usedSlices,
                usedBytes,
                scanned,
                valid,
                pending,
                compacted,
                leaked,
                delayedSlices,
                deletedFiles,
                skipped,
                foreign,
                gone,
                left);
    }

    /// The official client's line about slices.
    public String slicesText() {
        return "using " + usedSlices + " slices (" + usedBytes + " bytes)";
    }

    /// The official client's line about objects.
    public String objectsText() {
        return "scanned " + scanned.count + " objects, " + valid.count + " valid, " + text(pending, "pending delete")
                + ", " + text(compacted, "compacted") + ", " + text(leaked, "leaked") + ", "
                + text(delayedSlices, "delslices") + ", " + text(deletedFiles, "delfiles") + ", "
                + text(skipped, "skipped");
    }

    private static String text(Sum sum, String what) {
        return sum.count + " " + what + " (" + sum.bytes + " bytes)";
    }
}
