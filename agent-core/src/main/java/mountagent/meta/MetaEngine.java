package mountagent.meta;

import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Where a volume's metadata is kept: typed records, read in batches and changed in transactions.
///
/// An engine knows keys, rows, connections and retries, and nothing of POSIX. All methods are thread-safe and block.
/// Failures: EIO when the store cannot be reached within the engine's limits or holds what cannot be understood (the
/// message says which), ENOSPC when it is full, EROFS when it refuses to be written. A failed `transact` has had no
/// effect unless its message says that the outcome is unknown.
public interface MetaEngine extends AutoCloseable {
    /// What an engine's reads cost the thread that calls.
    enum ReadCost {
        /// Microseconds, no waiting for a network: may be called where blocking is not allowed.
        LOCAL,
        /// A round trip.
        REMOTE
    }

    /// A function over the items of a plan.
    @FunctionalInterface
    interface ReadWork<T extends @Nullable Object> {
        T run(MetaReader reader) throws FsException;
    }

    /// A function that decides a change. It may run several times, so it touches nothing but its transaction.
    @FunctionalInterface
    interface TransactionWork<T extends @Nullable Object> {
        T run(MetaTransaction transaction) throws FsException;
    }

    /// Answers `plan` from one consistent state (engines that cannot say so for several keys: at least each
    /// record for itself) and runs `work` on it.
    <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException;

    /// What [#readAndList] brings: what the function answered, and the first page of the directory.
    record Listed<T extends @Nullable Object>(T answer, Page<Scan.DirEntry> page) {}

    /// A [#read] and the first page of a [#scan] of `directory`; an engine that pays for each round trip asks for both
    /// together.
    default <T extends @Nullable Object> Listed<T> readAndList(
            ReadPlan plan, ReadWork<T> work, Scan.Directory directory, int limit) throws FsException {
        T answer = read(plan, work);
        return new Listed<>(answer, scan(directory, Cursor.START, limit));
    }

    /// Answers `plan`, runs `work` on it and applies the mutations it leaves as one atomic step, retried within
    /// limits when something it read has changed meanwhile. When `work` throws, nothing is applied.
    <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException;

    /// One page of a scan: at most `limit` records after `from`; none only at the end. Holds no snapshot
    /// between pages: each record that exists all the while appears exactly once (Redis may repeat one that it met
    /// before its table shrank; callers stand that), one that comes or goes meanwhile may appear or not.
    <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException;

    /// Draws `count` ids that nobody else gets; durable at [Durability#POWER_SAFE] on return. [IdKind#ACL] need not be:
    /// nothing outside the store knows those, and a power cut takes them back with all that names them.
    IdRange allocate(IdKind kind, int count) throws FsException;

    /// Returns once everything committed so far survives a power cut, as far as the engine can promise.
    void barrier() throws FsException;

    /// What [#read] costs.
    ReadCost readCost();

    /// A name for logs and errors, without secrets.
    String describe();

    /// Makes the store ready for a volume that is not there yet (tables, say). Leaves one that is there alone.
    void prepare() throws FsException;

    /// Removes the volume with everything stored about it, in one step that is safe against a power cut where the store
    /// can. Afterwards the store holds no volume, and another one can be made in it.
    void erase() throws FsException;

    @Override
    void close();
}
