package mountagent.meta;

import java.util.concurrent.atomic.AtomicLong;

/// What is used of something that may be limited: as far as this client knows, and what its transactions
/// under way are about to add. Thread-safe.
///
/// A transaction reserves what its sum grows by and, once its end is known, settles or releases the sum, with
/// the same limit. So of several that are under way together none goes past the limit, whoever commits first.
/// Nothing is reserved where there is no limit.
///
/// What others use is read now and then, while own transactions end. Nobody can tell whether what was read
/// holds those, so it is taken to lack what they added and to hold what they gave back: until the next
/// reading too little room may be seen, never too much.
final class Meter {
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong givenBack = new AtomicLong();
    private final AtomicLong reserved = new AtomicLong();

    /// What is used, without what is under way.
    long known() {
        return read.get() + added.get() - givenBack.get();
    }

    /// The moment before a reading, for [#know].
    long mark() {
        return added.get();
    }

    /// Takes over a value that was read after `mark`.
    void know(long value, long mark) {
        read.set(value - mark + givenBack.get());
    }

    /// Reserves what a sum grows by that was `before` and becomes `after`, and gives back what it shrinks by.
    /// False, and nothing done, when it would go past `max`; 0 and below mean no limit.
    boolean reserve(long max, long before, long after) {
        long growth = part(max, after) - part(max, before);
        if (growth == 0) {
            return true;
        }
        long all = reserved.addAndGet(growth);
        if (growth > 0 && known() + all > max) {
            reserved.addAndGet(-growth);
            return false;
        }
        return true;
    }

    /// How much of a sum is reserved: what gives back is not counted before it is committed.
    private static long part(long max, long sum) {
        return max > 0 ? Math.max(0, sum) : 0;
    }

    /// Counts a sum that was committed.
    void settle(long max, long sum) {
        if (sum > 0) {
            added.addAndGet(sum);
            release(max, sum);
        } else if (sum < 0) {
            givenBack.addAndGet(-sum);
        }
    }

    /// Forgets a sum that was not committed.
    void release(long max, long sum) {
        long part = part(max, sum);
        if (part != 0) {
            reserved.addAndGet(-part);
        }
    }
}
