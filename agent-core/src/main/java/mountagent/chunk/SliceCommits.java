package mountagent.chunk;

import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.ChunkKey;
import mountagent.meta.Durability;
import mountagent.meta.Slice;
import mountagent.meta.SliceLog;
import org.jspecify.annotations.Nullable;

/// Appends records of stored slices, so that each is there once, or the failure is certain as far as it can
/// be.
///
/// A slice's id is nobody else's, so a record that bears it says that an append whose answer was lost, or
/// whose caller was interrupted, took effect after all. An interruption of the calling thread never ends a
/// commit half-way: it is put aside and set again.
final class SliceCommits {
    private final SliceLog log;

    SliceCommits(SliceLog log) {
        this.log = log;
    }

    /// What came of an append: how many records the chunk has then; and what the append found, null when its answer was
    /// lost.
    record Appended(int records, SliceLog.@Nullable Commit found) {}

    /// Appends `record`.
    Appended append(ChunkKey chunk, Slice record, Timestamp time, Durability durability) throws FsException {
        boolean wasInterrupted = Thread.interrupted();
        try {
            return appended(log.append(chunk, record, time, durability));
        } catch (FsException e) {
            boolean isInterrupted = Thread.interrupted();
            wasInterrupted |= isInterrupted;
            if (isRefusal(e)) {
                throw e;
            }
            return settle(chunk, record, time, durability, isInterrupted, e);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Whether the metadata has certainly not taken the record.
    static boolean isRefusal(FsException failure) {
        return switch (failure.errno()) {
            case ENOENT, ENOSPC, EDQUOT, EROFS, EPERM -> true;
            default -> false;
        };
    }

    private static Appended appended(SliceLog.Commit found) {
        return new Appended(found.records(), found);
    }

    private Appended settle(
            ChunkKey chunk,
            Slice record,
            Timestamp time,
            Durability durability,
            boolean isInterrupted,
            FsException failure)
            throws FsException {
        try {
            // What was under way when the caller was interrupted is decided once the barrier is through.
            if (isInterrupted || durability == Durability.POWER_SAFE) {
                log.barrier();
            }
            List<Slice> records = log.slices(chunk);
            if (records.stream().anyMatch(there -> there.id() == record.id())) {
                return new Appended(records.size(), null);
            }
            if (isInterrupted) {
                return appended(log.append(chunk, record, time, durability));
            }
        } catch (FsException e) {
            failure.addSuppressed(e);
        }
        throw new FsException(
                Errno.EIO,
                "cannot commit slice " + record.id() + " of " + chunk + ": " + failure.getMessage(),
                failure);
    }
}
