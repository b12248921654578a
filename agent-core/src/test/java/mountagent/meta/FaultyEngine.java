package mountagent.meta;

import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// An engine whose calls fail now and then: before they do anything, or after, as when the answer is lost. Thread-safe
/// as far as what it stands on is.
public final class FaultyEngine implements MetaEngine {
    /// Which calls fail.
    @FunctionalInterface
    public interface Plan {
        /// What happens to the `number`th call, counted from 1.
        Fault of(int number);
    }

    /// What happens to a call.
    public enum Fault {
        NONE,
        /// It fails without effect.
        BEFORE,
        /// It has its effect and fails: the answer is lost.
        AFTER
    }

    private final MetaEngine engine;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Plan plan = _ -> Fault.NONE;

    /// An engine over `engine` that behaves until it is told otherwise.
    public FaultyEngine(MetaEngine engine) {
        this.engine = engine;
    }

    /// Fails as `next` says from now on; calls are counted from 1 again.
    public void fail(Plan next) {
        calls.set(0);
        plan = next;
    }

    /// Behaves from now on.
    public void heal() {
        plan = _ -> Fault.NONE;
    }

    /// How many calls there were since [#fail].
    public int calls() {
        return calls.get();
    }

    /// A call of the engine.
    @FunctionalInterface
    private interface Call<T extends @Nullable Object> {
        T run() throws FsException;
    }

    private <T extends @Nullable Object> T strike(String what, Call<T> call) throws FsException {
        Fault fault = plan.of(calls.incrementAndGet());
        if (fault == Fault.BEFORE) {
            throw new FsException(Errno.EIO, what + " failed as planned, without effect");
        }
        T answer = call.run();
        if (fault == Fault.AFTER) {
            throw new FsException(Errno.EIO, what + " failed as planned: its outcome is unknown");
        }
        return answer;
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan planned, ReadWork<T> work) throws FsException {
        return strike("a read", () -> engine.read(planned, work));
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan planned, TransactionWork<T> work, Durability durability)
            throws FsException {
        return strike("a transaction", () -> engine.transact(planned, work, durability));
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        return strike("a scan", () -> engine.scan(scan, from, limit));
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        return strike("drawing ids", () -> engine.allocate(kind, count));
    }

    @Override
    public void barrier() throws FsException {
        boolean _ = strike("a barrier", () -> {
            engine.barrier();
            return true;
        });
    }

    @Override
    public ReadCost readCost() {
        return engine.readCost();
    }

    @Override
    public String describe() {
        return "faulty " + engine.describe();
    }

    @Override
    public void prepare() throws FsException {
        engine.prepare();
    }

    @Override
    public void erase() throws FsException {
        boolean _ = strike("erasing", () -> {
            engine.erase();
            return true;
        });
    }

    @Override
    public void close() {
        engine.close();
    }
}
