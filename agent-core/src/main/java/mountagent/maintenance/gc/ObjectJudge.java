package mountagent.maintenance.gc;

import java.time.Instant;
import mountagent.block.BlockFormat;
import mountagent.block.BlockKey;
import mountagent.object.ObjectInfo;
import org.jspecify.annotations.Nullable;

/// Says of an object whether somebody needs it, by what the metadata knows. Immutable.
final class ObjectJudge {
    /// What an object is.
    enum Verdict {
        /// No block of this volume; nobody's business here.
        FOREIGN,
        /// Too young to be judged: its slice may not be committed yet.
        SKIPPED,
        VALID,
        PENDING,
        COMPACTED,
        LEAKED
    }

    private final BlockFormat format;
    private final Instant limit;

    /// Objects that were changed after `limit` are not judged.
    ObjectJudge(BlockFormat format, Instant limit) {
        this.format = format;
        this.limit = limit;
    }

    /// Whether an object is too young to be judged. One whose age the store does not tell is, too.
    boolean isYoung(ObjectInfo object) {
        return object.modified().isAfter(limit) || !object.modified().isAfter(Instant.EPOCH);
    }

    Verdict judge(ObjectInfo object, SliceTable slices) {
        if (isYoung(object)) {
            return Verdict.SKIPPED;
        }
        BlockKey block = block(object.key());
        if (block == null) {
            return Verdict.FOREIGN;
        }
        SliceTable.Use use = slices.use(block.sliceId());
        if (use == SliceTable.Use.UNKNOWN
                || !slices.hasBlock(block.sliceId(), block.index(), block.length(), format.blockSizeBytes())) {
            return Verdict.LEAKED;
        }
        return switch (use) {
            case USED -> Verdict.VALID;
            case COMPACTED -> Verdict.COMPACTED;
            case PENDING -> Verdict.PENDING;
            case UNKNOWN -> Verdict.LEAKED;
        };
    }

    /// The block that a key names; null when it is none that this volume would read.
    @Nullable
    BlockKey block(String key) {
        String[] parts = key.substring(key.lastIndexOf('/') + 1).split("_", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            var block = new BlockKey(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            return block.objectKey(format).equals(key) ? block : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
