package mountagent.meta.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaReader;
import mountagent.meta.MetaTransaction;
import mountagent.meta.Mutation;
import mountagent.meta.Page;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// An engine over maps and one lock: readers share it, a transaction has it alone from its first read to its last
/// mutation, so that there are no conflicts. Nothing is durable.
public final class MemoryEngine implements MetaEngine {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private MemoryState state = new MemoryState();
    private boolean closed;

    /// An engine that holds no volume.
    public MemoryEngine() {}

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        lock.readLock().lock();
        try {
            return work.run(planned(plan));
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        lock.writeLock().lock();
        try {
            Attempt attempt = new Attempt(planned(plan));
            T result = work.run(attempt);
            MemoryChanges changes = new MemoryChanges(state);
            attempt.mutations.forEach(changes::apply);
            return result;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Sets a quota as another client does; no operation of ours does yet.
    public void setQuota(QuotaKey key, Quota quota) {
        lock.writeLock().lock();
        try {
            state.quotas.put(key, quota);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// A reader that answers what `plan` names and nothing else.
    private MetaReader planned(ReadPlan plan) throws FsException {
        checkOpen();
        Set<Item<?>> named = new HashSet<>(plan.first());
        MetaReader reader = new PlannedReader(named);
        ReadPlan.SecondStage second = plan.second();
        if (second != null) {
            named.addAll(List.copyOf(second.items(reader)));
        }
        return reader;
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        lock.readLock().lock();
        try {
            checkOpen();
            return new MemoryScans(state).page(scan, from, limit);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        lock.writeLock().lock();
        try {
            checkOpen();
            long first = state.nextId(kind);
            state.nextIds.put(kind, first + count);
            return new IdRange(first, count);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void barrier() throws FsException {
        lock.readLock().lock();
        try {
            checkOpen();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public ReadCost readCost() {
        return ReadCost.LOCAL;
    }

    @Override
    public String describe() {
        return "memory";
    }

    @Override
    public void prepare() throws FsException {
        barrier();
    }

    @Override
    public void erase() throws FsException {
        lock.writeLock().lock();
        try {
            checkOpen();
            state = new MemoryState();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Makes every later call fail; what is stored is gone with the engine.
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void checkOpen() throws FsException {
        if (closed) {
            throw new FsException(Errno.EIO, "the memory engine is closed");
        }
    }

    private final class PlannedReader implements MetaReader {
        private final Set<Item<?>> named;

        PlannedReader(Set<Item<?>> named) {
            this.named = named;
        }

        @Override
        public <V extends @Nullable Object> V get(Item<V> item) {
            if (!named.contains(item)) {
                throw new IllegalStateException("read of what the plan does not name: " + item);
            }
            return state.answer(item);
        }
    }

    private static final class Attempt implements MetaTransaction {
        private final MetaReader reader;
        private final List<Mutation> mutations = new ArrayList<>();

        Attempt(MetaReader reader) {
            this.reader = reader;
        }

        @Override
        public <V extends @Nullable Object> V get(Item<V> item) throws FsException {
            return reader.get(item);
        }

        @Override
        public void apply(Mutation mutation) {
            mutations.add(mutation);
        }
    }
}
