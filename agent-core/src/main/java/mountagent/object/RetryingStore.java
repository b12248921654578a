package mountagent.object;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.object.ObjectStoreException.Kind;

/// Tries calls again that failed for a reason that may pass ([ObjectStoreException.Kind#TRANSIENT]).
///
/// The wait before try n is drawn evenly from half of to a whole `first` · 2^(n-2), at most `longest`, so
/// that clients that failed together do not come back together; a store that asks to be left alone for longer is, up
/// to `longest`. All operations may be repeated: a put
/// stores the same bytes, a delete of what is gone is no failure. An interrupted call is not repeated.
public final class RetryingStore implements ObjectStore {
    /// How often and how fast: `triesMax` counts the first try.
    public record Policy(int triesMax, Duration first, Duration longest) {
        private static final int TRIES_DEFAULT = 11;

        /// 11 tries as the official client's 10 retries, within about a minute.
        public static final Policy DEFAULT = new Policy(TRIES_DEFAULT, Duration.ofMillis(50), Duration.ofSeconds(10));

        public Policy {
            if (triesMax < 1 || first.isNegative() || longest.compareTo(first) < 0) {
                throw new IllegalArgumentException(
                        "tries (" + triesMax + ") must be >= 1, waits " + first + " to " + longest + " must grow");
            }
        }
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws ObjectStoreException;
    }

    private final ObjectStore store;
    private final Policy policy;
    private final Clock clock;
    private final RandomGenerator random;
    private final LongAdder retries = new LongAdder();

    /// Repeats calls to `store`, and closes it. `random` must be thread-safe.
    public RetryingStore(ObjectStore store, Policy policy, Clock clock, RandomGenerator random) {
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.random = random;
    }

    /// How many calls were repeats.
    public long retries() {
        return retries.sum();
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        boolean _ = repeat(() -> {
            store.put(key, body);
            return true;
        });
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        return repeat(() -> store.read(key, offset, target));
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        boolean _ = repeat(() -> {
            store.delete(key);
            return true;
        });
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        return repeat(() -> store.head(key));
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        return repeat(() -> store.list(prefix, after, limit));
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        return repeat(() -> store.listUnfinished(prefix, after, limit));
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        boolean _ = repeat(() -> {
            store.sync(keys);
            return true;
        });
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        boolean _ = repeat(() -> {
            store.syncAll();
            return true;
        });
    }

    @Override
    public boolean isLocal() {
        return store.isLocal();
    }

    @Override
    public String describe() {
        return store.describe();
    }

    @Override
    public void close() {
        store.close();
    }

    private <T> T repeat(Call<T> call) throws ObjectStoreException {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.run();
            } catch (ObjectStoreException e) {
                if (e.kind() != Kind.TRANSIENT
                        || attempt == policy.triesMax
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                await(attempt, e);
                retries.increment();
            }
        }
    }

    private void await(int failures, ObjectStoreException cause) throws ObjectStoreException {
        long first = policy.first.toNanos();
        long longest = policy.longest.toNanos();
        int doublings = Math.min(failures - 1, Long.numberOfLeadingZeros(Math.max(1, first)) - 1);
        long asked = Math.min(longest, cause.retryAfter().toNanos());
        long wait = Math.min(longest, first << doublings);
        try {
            clock.sleep(Duration.ofNanos(Math.max(asked, wait / 2) + random.nextLong(wait / 2 + 1)));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw cause;
        }
    }
}
