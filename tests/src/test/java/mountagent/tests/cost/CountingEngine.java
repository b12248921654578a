package mountagent.tests.cost;

import java.util.concurrent.atomic.AtomicLong;
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

/// Counts the calls to an engine; ids, which are drawn thousands at a time and ahead of need, are left out.
/// Thread-safe.
final class CountingEngine implements MetaEngine {
    private final MetaEngine engine;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong pages = new AtomicLong();
    private final AtomicLong barriers = new AtomicLong();

    CountingEngine(MetaEngine engine) {
        this.engine = engine;
    }

    long reads() {
        return reads.get();
    }

    long changes() {
        return changes.get();
    }

    long pages() {
        return pages.get();
    }

    /// Barriers, and changes that promise to survive a power cut.
    long barriers() {
        return barriers.get();
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        reads.incrementAndGet();
        return engine.read(plan, work);
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        changes.incrementAndGet();
        if (durability == Durability.POWER_SAFE) {
            barriers.incrementAndGet();
        }
        return engine.transact(plan, work, durability);
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        pages.incrementAndGet();
        return engine.scan(scan, from, limit);
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        return engine.allocate(kind, count);
    }

    @Override
    public void barrier() throws FsException {
        barriers.incrementAndGet();
        engine.barrier();
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
