package mountagent.meta.redis;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a connection that tells of changes to the server of the volume, and says whether what it tells can be relied
/// on. Thread-safe.
///
/// It is not while there is no such connection, while that is not to the server that the route points to, or when
/// nothing has come from there for [RedisTrackingLink#TRUST]. When a connection is lost or given up, everything that
/// was kept is forgotten before the next one is looked for: tracking is off after a reconnect, and nobody says so.
final class RedisTracking implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisTracking.class);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final RedisUrl url;
    private final RedisLimits limits;
    private final RedisPath path;
    private final RedisIntroduction introduction;
    private final CachedRecords records;
    private final RedisInvalidations invalidations;
    private final Clock clock;
    private final RandomGenerator random;
    private final Semaphore wake = new Semaphore(0);
    private final Thread keeper = Threads.virtual("redis-tracking-").newThread(this::keep);
    private volatile @Nullable RedisTrackingLink current;
    private volatile boolean closed;
    private boolean hasComplained;

    RedisTracking(
            RedisUrl url,
            RedisLimits limits,
            RedisPath path,
            CachedRecords records,
            Clock clock,
            RandomGenerator random) {
        this.url = url;
        this.limits = limits;
        this.path = path;
        this.introduction = new RedisIntroduction(url, path.route());
        this.records = records;
        this.invalidations = new RedisInvalidations(path.prefix(), records);
        this.clock = clock;
        this.random = random;
    }

    /// Begins, once. EIO when the server cannot do it.
    void start() throws FsException, RedisRetry {
        begin();
        keeper.start();
    }

    private RedisTrackingLink begin() throws FsException, RedisRetry {
        RedisAddress address = path.route().find();
        RedisTrackingLink link;
        try {
            link = path.dialer().dialListening(address, (connection, answers) -> {
                var identity = introduction.say(address, false, connection.async(), answers);
                return RedisTrackingLink.begin(connection, identity, answers, invalidations, clock);
            });
        } catch (RedisRetry e) {
            path.route().doubt(address);
            throw e;
        }
        link.whenGone(this::wakeUp);
        records.empty();
        current = link;
        return link;
    }

    /// The connection that can be relied on now; null when none can.
    @Nullable
    RedisTrackingLink trusted() {
        RedisTrackingLink link = current;
        if (link == null) {
            return null;
        }
        if (path.route().isCurrent(link.identity().address())) {
            return link.isTrusted() ? link : null;
        }
        wakeUp();
        return null;
    }

    /// Whether changes are told of the server process behind `link`. If another one is in its place now, this one is
    /// given up.
    boolean covers(RedisLink link) {
        RedisTrackingLink tracked = trusted();
        if (tracked == null || link.identity().isAsking()) {
            return false;
        }
        boolean isSame = tracked.identity().server().equals(link.identity().server());
        if (!isSame) {
            giveUp(tracked);
        }
        return isSame;
    }

    private void wakeUp() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    private void giveUp(RedisTrackingLink link) {
        link.close();
        wakeUp();
    }

    private void keep() {
        try {
            long pauseMillis = limits.minBackoff().toMillis();
            while (!closed) {
                if (stay()) {
                    pauseMillis = limits.minBackoff().toMillis();
                }
                rest(pauseMillis / 2 + random.nextLong(pauseMillis / 2 + 1));
                pauseMillis = Math.min(2 * pauseMillis, limits.maxBackoff().toMillis());
            }
        } catch (InterruptedException _) {
            LOG.debug("{}: changes are not followed any more", url);
        }
    }

    /// Follows one connection to its end. False when there was none to be had.
    private boolean stay() throws InterruptedException {
        RedisTrackingLink link = current;
        try {
            if (link == null) {
                link = begin();
                told();
            }
            do {
                rest(BEAT.toMillis());
            } while (!closed && isRight(link));
            return true;
        } catch (RedisRetry e) {
            RedisAddress by = e.by();
            if (by != null) {
                path.route().refused(by, String.valueOf(e.getMessage()));
            }
            complain(e);
            return false;
        } catch (FsException e) {
            complain(e);
            return false;
        } finally {
            drop(link);
        }
    }

    private boolean isRight(RedisTrackingLink link) throws InterruptedException {
        RedisAddress address = link.identity().address();
        if (!path.route().isCurrent(address)) {
            return false;
        }
        boolean isConfirmed = link.confirm();
        if (!isConfirmed) {
            path.route().doubt(address);
        }
        return isConfirmed;
    }

    private void drop(@Nullable RedisTrackingLink link) {
        current = null;
        records.empty();
        if (link != null) {
            link.close();
        }
    }

    private void rest(long millis) throws InterruptedException {
        boolean _ = wake.tryAcquire(millis, TimeUnit.MILLISECONDS);
    }

    private void complain(Exception cause) {
        if (!hasComplained && !closed) {
            hasComplained = true;
            LOG.warn("{}: nothing is answered from client-cache for now: {}", url, cause.getMessage());
        }
    }

    private void told() {
        if (hasComplained) {
            hasComplained = false;
            LOG.info("{}: client-cache is in use again", url);
        }
    }

    /// Ends it. What is kept is not used any more.
    @Override
    public void close() {
        closed = true;
        end(keeper);
        drop(current);
    }

    /// Interrupts `thread`, if it has begun, and waits for its end.
    static void end(Thread thread) {
        if (!thread.isAlive()) {
            return;
        }
        thread.interrupt();
        try {
            if (!thread.join(END_TIMEOUT)) {
                LOG.warn("{} does not end within {}", thread.getName(), END_TIMEOUT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
