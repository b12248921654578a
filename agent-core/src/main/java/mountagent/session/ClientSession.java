package mountagent.session;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Threads;
import mountagent.meta.MetaStore;
import mountagent.meta.codec.SessionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registration of this client, from [#open] to [#close], with its heartbeat.
///
/// Each beat prolongs the registration to five beats from now, reads the setting anew and, if wanted, cleans
/// up after clients that are gone. A beat that fails is logged and tried again at the next; programs go on
/// working meanwhile. A read-only client has no registration, but reads the setting anew all the same.
/// Thread-safe.
public final class ClientSession implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);

    private static final int BEATS_ALIVE = 5;
    private static final int JITTER = 20;
    private static final Duration FOREVER = Duration.ofDays(365);
    private static final Duration BEAT_WITHOUT_EXPIRY = Duration.ofSeconds(12);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final MetaStore meta;
    private final SessionOptions options;
    private final StaleSessions stale;
    private final SessionEvents events;
    private final Clock clock;
    private final ScheduledExecutorService beats;
    private volatile boolean gone;

    private ClientSession(MetaStore meta, SessionOptions options, SessionEvents events, Clock clock) {
        this.meta = meta;
        this.options = options;
        this.stale = new StaleSessions(meta, events, clock);
        this.events = events;
        this.clock = clock;
        this.beats = new ScheduledThreadPoolExecutor(1, Threads.platform("heartbeat-"));
    }

    /// Registers this client as `info` says and starts the heartbeat. A registration left by an earlier
    /// process for the same mount point of this host goes at once, with its locks. `events` are called on the
    /// heartbeat's thread.
    public static ClientSession open(
            MetaStore meta, SessionInfo info, SessionOptions options, SessionEvents events, Clock clock)
            throws FsException {
        var session = new ClientSession(meta, options, events, clock);
        if (options.registers()) {
            if (options.cleansUp()) {
                session.stale.removeOwn(info);
            }
            meta.openSession(info.encode(), session.expiry());
            log.info("Create session {} OK", meta.session());
        }
        session.scheduleBeat();
        return session;
    }

    /// Clients that were started together do not go on beating together: each pause is up to 5 % shorter or
    /// longer.
    private void scheduleBeat() {
        var period = period().toMillis();
        var pause = period + ThreadLocalRandom.current().nextLong(-period / JITTER, period / JITTER + 1);
        var _ = beats.schedule(this::beatOn, pause, TimeUnit.MILLISECONDS);
    }

    private void beatOn() {
        beat();
        try {
            scheduleBeat();
        } catch (RejectedExecutionException _) {
            log.debug("the heartbeat ends with its session");
        }
    }

    /// Whether the volume was destroyed, or another one is in its place.
    public boolean isVolumeGone() {
        return gone;
    }

    /// One heartbeat, on this thread.
    void beat() {
        try {
            if (gone) {
                return;
            }
            meta.reload();
            if (options.registers()) {
                meta.refreshSession(expiry());
                if (options.cleansUp()) {
                    stale.removeExpired(period());
                }
            }
        } catch (FsException failure) {
            failed(failure);
        } catch (RuntimeException failure) {
            log.error("a heartbeat failed and is tried again", failure);
        }
    }

    private void failed(FsException failure) {
        if (failure.errno() == Errno.ESTALE) {
            gone = true;
            log.error("{}", failure.getMessage());
            events.volumeGone();
        } else {
            log.warn("a heartbeat failed and is tried again: {}", failure.getMessage());
        }
    }

    private Duration period() {
        return options.heartbeat().isZero() ? BEAT_WITHOUT_EXPIRY : options.heartbeat();
    }

    private long expiry() {
        var alive = options.heartbeat().isZero() ? FOREVER : options.heartbeat().multipliedBy(BEATS_ALIVE);
        return clock.now().seconds() + alive.toSeconds();
    }

    /// Ends the heartbeat and the registration, with its locks and the inodes it keeps alive. A failure is
    /// logged: the registration then ends by itself after five beats.
    @Override
    public void close() {
        beats.shutdownNow();
        try {
            if (!beats.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("a heartbeat did not end within {}", CLOSE_LIMIT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        var session = meta.session();
        if (session == 0 || gone) {
            return;
        }
        try {
            meta.closeSession();
            log.info("close session {}: OK", session);
        } catch (FsException failure) {
            log.warn("session {} stays until it expires: {}", session, failure.getMessage());
        }
    }
}
