package mountagent.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongPredicate;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.Counter;
import mountagent.meta.MetaStore;
import mountagent.meta.SessionRecord;
import mountagent.meta.codec.SessionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the registrations of clients that are gone: their locks, the unlinked files they kept alive, the
/// record.
final class StaleSessions {
    private static final Logger log = LoggerFactory.getLogger(StaleSessions.class);

    // another client that did it this recently, as a share of a beat, has done it for all
    private static final double GUARD_SHARE = 0.9;
    private static final int SESSIONS_MAX = 1000;

    private final MetaStore meta;
    private final SessionEvents events;
    private final Clock clock;
    private final LongPredicate isAlive;

    StaleSessions(MetaStore meta, SessionEvents events, Clock clock) {
        this(meta, events, clock, StaleSessions::isRunning);
    }

    /// Whether a process of this host runs: one that was killed and only waits for its parent to notice does not.
    private static boolean isRunning(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            int state = stat.lastIndexOf(')') + 2;
            return state >= stat.length() || (stat.charAt(state) != 'Z' && stat.charAt(state) != 'X');
        } catch (IOException _) {
            return ProcessHandle.of(pid).isPresent();
        }
    }

    /// `isAlive` tells whether a process of this host runs.
    StaleSessions(MetaStore meta, SessionEvents events, Clock clock, LongPredicate isAlive) {
        this.meta = meta;
        this.events = events;
        this.clock = clock;
        this.isAlive = isAlive;
    }

    /// Ends what an earlier process for the same mount point of this host left behind, whatever its expiry:
    /// else its user would wait a minute for his own locks. To be called before this process registers: a
    /// session under its own number is then one of an earlier process too, as after the restart of a
    /// container.
    void removeOwn(SessionInfo own) throws FsException {
        for (SessionRecord record : meta.sessions()) {
            var info = SessionInfo.decode(record.info());
            if (info.hostName().equals(own.hostName())
                    && info.mountPoint().equals(own.mountPoint())
                    && isGone(info.processId(), own)) {
                remove(record, "its process " + info.processId() + " is gone");
            }
        }
    }

    private boolean isGone(long process, SessionInfo own) {
        boolean isNamesake = process == own.processId() && !own.mountPoint().isEmpty();
        return process > 0 && (isNamesake || !isAlive.test(process));
    }

    /// Ends what has expired, unless another client has just done so. A record is looked at again right
    /// before it goes: its client may have come back.
    void removeExpired(Duration beat) throws FsException {
        var guard = Math.max(1, (long) (beat.toSeconds() * GUARD_SHARE));
        if (!meta.claim(Counter.LAST_CLEANUP_SESSIONS, clock.now().seconds(), guard)) {
            return;
        }
        var expired = meta.sessions().stream()
                .filter(record -> record.id() != meta.session() && isExpired(record))
                .limit(SESSIONS_MAX)
                .toList();
        for (SessionRecord record : expired) {
            if (meta.sessions().stream().anyMatch(now -> now.id() == record.id() && isExpired(now))) {
                remove(record, "it expired");
            }
        }
    }

    private boolean isExpired(SessionRecord record) {
        return record.expire() < clock.now().seconds();
    }

    private void remove(SessionRecord record, String why) throws FsException {
        var files = meta.dropSession(record.id());
        log.info("session {} is removed with {} unlinked files it kept: {}", record.id(), files.size(), why);
        if (!files.isEmpty()) {
            events.filesGone(files);
        }
    }
}
