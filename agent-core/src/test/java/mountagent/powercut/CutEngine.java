package mountagent.powercut;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// An engine over SQLite that notes how much of the log each call that promises safety has made safe, and which ids it
/// handed out. Thread-safe; `instant` is shared with the store, so that a cut falls between calls.
final class CutEngine implements MetaEngine {
    private final MetaEngine engine;
    private final Path file;
    private final ReadWriteLock instant;
    private final Set<Long> ids = ConcurrentHashMap.newKeySet();
    private volatile WalFile safe = WalFile.NONE;

    CutEngine(MetaEngine engine, Path file, ReadWriteLock instant) {
        this.engine = engine;
        this.file = file;
        this.instant = instant;
    }

    /// The part of the log that is safe.
    WalFile safe() {
        return safe;
    }

    /// The inodes (negative) and slices (positive) that were handed out.
    Set<Long> ids() {
        return new HashSet<>(ids);
    }

    private void becameSafe() {
        try {
            safe = WalFile.of(file);
        } catch (IOException e) {
            throw new AssertionError("cannot read the log", e);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        return engine.read(plan, work);
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        instant.readLock().lock();
        try {
            T result = engine.transact(plan, work, durability);
            if (durability == Durability.POWER_SAFE) {
                becameSafe();
            }
            return result;
        } finally {
            instant.readLock().unlock();
        }
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        instant.readLock().lock();
        try {
            IdRange range = engine.allocate(kind, count);
            for (long id = range.first(); id < range.first() + range.count(); id++) {
                boolean isNew = (kind != IdKind.INODE && kind != IdKind.SLICE) || ids.add(key(kind, id));
                if (!isNew) {
                    throw new AssertionError(kind + " " + id + " was handed out twice");
                }
            }
            becameSafe();
            return range;
        } finally {
            instant.readLock().unlock();
        }
    }

    static long key(IdKind kind, long id) {
        return kind == IdKind.INODE ? -id : id;
    }

    @Override
    public void barrier() throws FsException {
        instant.readLock().lock();
        try {
            engine.barrier();
            becameSafe();
        } finally {
            instant.readLock().unlock();
        }
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        return engine.scan(scan, from, limit);
    }

    @Override
    public ReadCost readCost() {
        return engine.readCost();
    }

    @Override
    public String describe() {
        return engine.describe();
    }

    @Override
    public void prepare() throws FsException {
        engine.prepare();
        becameSafe();
    }

    @Override
    public void erase() throws FsException {
        engine.erase();
    }

    @Override
    public void close() {
        engine.close();
    }
}
