package mountagent.object;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import mountagent.base.FsException;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;

/// A store that misbehaves as it is told to: for tests of whatever stands on a store.
///
/// Faults are looked through in the order they were added; the first that fits a call strikes. Counts every
/// call.
public final class FaultyStore implements ObjectStore {
    private static final long HOLD_MAX_SECONDS = 30;

    private final ObjectStore store;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final Map<Operation, AtomicInteger> calls = new ConcurrentHashMap<>();

    /// When the failure of a call comes: instead of its effect, or after it, as a lost answer.
    public enum Moment {
        BEFORE,
        AFTER
    }

    /// What is done to the calls of an operation with a key that `keys` accepts, from the `first`th such
    /// call on (counted from 1), `count` times.
    private static final class Fault {
        private final Operation operation;
        private final Predicate<String> keys;
        private final int first;
        private final int count;
        private final Kind kind;
        private final Moment moment;
        private final AtomicInteger seen = new AtomicInteger();

        Fault(Operation operation, Predicate<String> keys, int first, int count, Kind kind, Moment moment) {
            this.operation = operation;
            this.keys = keys;
            this.first = first;
            this.count = count;
            this.kind = kind;
            this.moment = moment;
        }

        boolean strikes(Operation of, String key) {
            if (operation != of || !keys.test(key)) {
                return false;
            }
            int nth = seen.incrementAndGet();
            return nth >= first && nth - first < count;
        }
    }

    private volatile CountDownLatch hold = new CountDownLatch(0);
    private volatile boolean isDistant;
    private volatile boolean isClosed;
    private volatile Operation held = Operation.LIST;

    public FaultyStore(ObjectStore store) {
        this.store = store;
    }

    /// The `nth` call of `operation` from now on fails with `kind`.
    public FaultyStore failNth(Operation operation, int nth, Kind kind) {
        return fail(operation, _ -> true, nth, 1, kind, Moment.BEFORE);
    }

    /// Calls of `operation` with keys that `keys` accepts fail with `kind`, `count` of them from the
    /// `first`th.
    public FaultyStore fail(
            Operation operation, Predicate<String> keys, int first, int count, Kind kind, Moment moment) {
        faults.add(new Fault(operation, keys, first, count, kind, moment));
        return this;
    }

    /// Holds calls of `operation` until the latch returned is counted down.
    public CountDownLatch hold(Operation operation) {
        var latch = new CountDownLatch(1);
        held = operation;
        hold = latch;
        return latch;
    }

    /// What a test does in the middle of somebody's calls.
    @FunctionalInterface
    public interface Action {
        void run() throws FsException, ObjectStoreException;
    }

    private volatile @Nullable Action action;
    private volatile Operation acted = Operation.LIST;

    /// Does `wanted` before each call of `operation` from now on.
    public FaultyStore onCall(Operation operation, Action wanted) {
        acted = operation;
        action = wanted;
        return this;
    }

    private void act(Operation operation) throws ObjectStoreException {
        Action wanted = action;
        if (wanted != null && operation == acted) {
            try {
                wanted.run();
            } catch (FsException e) {
                throw new ObjectStoreException(Kind.INVALID, "the test itself failed", e);
            }
        }
    }

    /// Says from now on that its objects are far away.
    public FaultyStore distant() {
        isDistant = true;
        return this;
    }

    /// Behaves from now on.
    public void heal() {
        faults.clear();
        action = null;
        hold.countDown();
    }

    /// How many calls of `operation` there were.
    public int calls(Operation operation) {
        return calls.getOrDefault(operation, new AtomicInteger()).get();
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        var after = before(Operation.PUT, key);
        store.put(key, body);
        after(after);
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        var after = before(Operation.READ, key);
        long count = store.read(key, offset, target);
        after(after);
        return count;
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        var after = before(Operation.DELETE, key);
        store.delete(key);
        after(after);
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        var after = before(Operation.HEAD, key);
        var info = store.head(key);
        after(after);
        return info;
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        var failure = before(Operation.LIST, prefix);
        var page = store.list(prefix, after, limit);
        after(failure);
        return page;
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        var failure = before(Operation.LIST, prefix);
        var page = store.listUnfinished(prefix, after, limit);
        after(failure);
        return page;
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        var after = before(Operation.SYNC, String.join(" ", keys));
        store.sync(keys);
        after(after);
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        var after = before(Operation.SYNC, "");
        store.syncAll();
        after(after);
    }

    @Override
    public boolean isLocal() {
        return !isDistant && store.isLocal();
    }

    @Override
    public String describe() {
        return "faulty " + store.describe();
    }

    /// Whether it was closed.
    public boolean isClosed() {
        return isClosed;
    }

    @Override
    public void close() {
        isClosed = true;
        store.close();
    }

    private Optional<ObjectStoreException> before(Operation operation, String key) throws ObjectStoreException {
        calls.computeIfAbsent(operation, _ -> new AtomicInteger()).incrementAndGet();
        awaitRelease(operation, key);
        act(operation);
        for (Fault fault : faults) {
            if (fault.strikes(operation, key)) {
                var failure = new ObjectStoreException(fault.kind, "injected " + fault.kind + " at " + key);
                if (fault.moment == Moment.BEFORE) {
                    throw failure;
                }
                return Optional.of(failure);
            }
        }
        return Optional.empty();
    }

    private void awaitRelease(Operation operation, String key) throws ObjectStoreException {
        if (operation != held) {
            return;
        }
        try {
            if (!hold.await(HOLD_MAX_SECONDS, TimeUnit.SECONDS)) {
                throw new ObjectStoreException(Kind.TRANSIENT, "held too long at " + key);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ObjectStoreException(Kind.TRANSIENT, "interrupted at " + key, e);
        }
    }

    private static void after(Optional<ObjectStoreException> failure) throws ObjectStoreException {
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
