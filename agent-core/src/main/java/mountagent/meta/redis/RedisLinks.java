package mountagent.meta.redis;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.redis.wire.DrivenConnection;
import org.jspecify.annotations.Nullable;

/// The pool of connections: bounded, made when needed, the last one given back is the first one lent. Thread-safe.
///
/// All go to the server that the route finds; those to another one are not lent again. The first link to each server
/// process is shown to the [Reception] before anybody gets it.
final class RedisLinks implements AutoCloseable {
    private final RedisUrl url;
    private final RedisLimits limits;
    private final RedisDialer dialer;
    private final RedisRoute route;
    private final RedisIntroduction introduction;
    private final Reception reception;
    private final Semaphore permits;
    private final ConcurrentLinkedDeque<RedisLink> idle = new ConcurrentLinkedDeque<>();
    private final LongAdder trips = new LongAdder();
    private volatile String received = "";
    private volatile boolean closed;

    /// Looks at a server that was not met before: one that took the place of another, or was started again.
    @FunctionalInterface
    interface Reception {
        /// Throws EIO when the server cannot be used.
        void receive(RedisLink link) throws FsException, RedisRetry;
    }

    RedisLinks(RedisUrl url, RedisLimits limits, RedisDialer dialer, RedisRoute route, Reception reception) {
        this.url = url;
        this.limits = limits;
        this.dialer = dialer;
        this.route = route;
        this.introduction = new RedisIntroduction(url, route);
        this.reception = reception;
        this.permits = new Semaphore(limits.connectionsMax(), true);
    }

    /// Lends a link to the volume's server, or to that at `asking`, for a key that is on its way there. EIO when none
    /// comes free in time, EINTR when interrupted.
    RedisLink take(@Nullable RedisAddress asking) throws FsException, RedisRetry {
        takePermit();
        RedisLink link = null;
        try {
            link = asking == null ? reuse() : null;
            if (link == null) {
                link = asking == null ? connect(route.find(), false) : connect(asking, true);
            }
            return link.lend();
        } finally {
            if (link == null) {
                permits.release();
            }
        }
    }

    private void takePermit() throws FsException {
        try {
            if (!permits.tryAcquire(limits.acquireTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new FsException(
                        Errno.EIO,
                        "none of " + limits.connectionsMax() + " connections to " + url.describe()
                                + " came free within " + limits.acquireTimeout().toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Errno.EINTR, "interrupted while waiting for a connection to Redis", e);
        }
    }

    private @Nullable RedisLink reuse() throws FsException {
        if (closed) {
            throw new FsException(Errno.EIO, url.describe() + " has been closed");
        }
        RedisLink link = idle.pollFirst();
        while (link != null && !(isReusable(link) && link.isAlive())) {
            link.disconnect();
            link = idle.pollFirst();
        }
        return link;
    }

    private boolean isReusable(RedisLink link) {
        return link.isReusable() && route.isCurrent(link.address());
    }

    private RedisLink connect(RedisAddress address, boolean isAsking) throws FsException, RedisRetry {
        RedisLink link;
        try {
            link = dialer.dial(address, (connection, answers) -> {
                var identity = introduction.say(address, isAsking, connection.commands(), answers);
                return new RedisLink(this, connection, identity, limits.commandTimeout());
            });
        } catch (RedisRetry e) {
            route.doubt(address);
            throw e;
        }
        if (!isAsking && !link.identity().server().equals(received)) {
            receive(link);
        }
        return link;
    }

    private void receive(RedisLink link) throws FsException, RedisRetry {
        boolean isWelcome = false;
        try {
            reception.receive(link);
            received = link.identity().server();
            isWelcome = true;
        } finally {
            if (!isWelcome) {
                link.disconnect();
            }
        }
    }

    void giveBack(RedisLink link) {
        if (link.isBroken()) {
            route.doubt(link.address());
        }
        if (isReusable(link)) {
            idle.addFirst(link);
        } else if (!closed) {
            link.disconnect();
        }
        permits.release();
    }

    /// Learns from an attempt that failed. Returns where the next one is to go when a key is on its way there.
    @Nullable
    RedisAddress heed(RedisRetry failed) {
        RedisAddress by = failed.by();
        if (by == null) {
            return null;
        }
        route.refused(by, String.valueOf(failed.getMessage()));
        RedisRedirect redirect = RedisRedirect.in(failed.getMessage(), by);
        return redirect != null && redirect.kind() == RedisRedirect.Kind.ASK ? redirect.target() : null;
    }

    void forget(DrivenConnection connection) {
        dialer.hangUp(connection);
    }

    void countTrip() {
        trips.increment();
    }

    /// How many batches have been sent since the start.
    long trips() {
        return trips.sum();
    }

    /// Closes all connections, those that are lent too. Once is enough.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            dialer.close();
        }
    }
}
