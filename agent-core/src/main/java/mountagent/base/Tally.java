package mountagent.base;

import java.util.concurrent.atomic.LongAdder;

/// How far a long piece of work has come, and whether it is still wanted. Thread-safe.
public final class Tally {
    private final LongAdder count = new LongAdder();
    private final LongAdder amount = new LongAdder();
    private volatile boolean cancelled;

    /// Adds to both figures: things done, and what they add up to (bytes, or things found).
    public void add(long countDelta, long amountDelta) {
        count.add(countDelta);
        amount.add(amountDelta);
    }

    /// Things done so far.
    public long count() {
        return count.sum();
    }

    /// What they add up to.
    public long amount() {
        return amount.sum();
    }

    /// Nobody wants the result any more: the work ends at its next [#check].
    public void cancel() {
        cancelled = true;
    }

    /// Whether nobody wants the result any more.
    public boolean isCancelled() {
        return cancelled;
    }

    /// EINTR once it is cancelled.
    public void check() throws FsException {
        if (cancelled) {
            throw FsException.miss(Errno.EINTR);
        }
    }
}
