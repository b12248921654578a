package mountagent.sftp.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Counts connections and keeps them within [SshLimits]. Thread-safe.
final class Connections implements SessionListener {
    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    private final SshLimits limits;
    private final LoginGuard guard;
    private final Level level;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock; oldest first.
    private final Map<Session, Known> all = new LinkedHashMap<>();

    /// `user` is null until somebody has logged in.
    private record Known(InetAddress address, @Nullable String user) {}

    /// Tells who comes and goes at `level`.
    Connections(SshLimits limits, LoginGuard guard, Level level) {
        this.limits = limits;
        this.guard = guard;
        this.level = level;
    }

    /// Lets a connection from there begin, or says why not by an IOException. To be asked when it has a session to
    /// be closed by: what MINA's listeners of accepted connections refuse stays open for ever.
    void admit(SocketAddress remote) throws IOException {
        if (!(remote instanceof InetSocketAddress socket)) {
            return;
        }
        InetAddress address = socket.getAddress();
        if (guard.isLocked(address)) {
            throw new IOException(address + " is locked out");
        }
        lock.lock();
        try {
            long ofAddress = loggedIn(known -> known.address.equals(address));
            long inAll = loggedIn(_ -> true);
            if (inAll >= limits.connections() || ofAddress >= limits.connectionsOfAddress()) {
                log.warn("a connection from {} is refused: it has {} of {}", address, ofAddress, inAll);
                throw new IOException("too many connections");
            }
        } finally {
            lock.unlock();
        }
    }

    private long loggedIn(java.util.function.Predicate<Known> isCounted) {
        return all.values().stream()
                .filter(known -> known.user != null)
                .filter(isCounted)
                .count();
    }

    @Override
    public void sessionCreated(Session session) {
        Session victim = null;
        lock.lock();
        try {
            all.put(session, new Known(Logins.address(session), null));
            if (all.size() - loggedIn(_ -> true) > limits.unauthenticated()) {
                victim = oldestOfBusiest();
            }
        } finally {
            lock.unlock();
        }
        if (victim != null) {
            log.debug("{} gives way to a newer connection", victim);
            victim.close(true);
        }
    }

    /// The oldest connection that has not logged in, of the address that has most such.
    private @Nullable Session oldestOfBusiest() {
        Map<InetAddress, Long> counts = all.values().stream()
                .filter(known -> known.user == null)
                .collect(Collectors.groupingBy(Known::address, Collectors.counting()));
        return all.entrySet().stream()
                .filter(entry -> entry.getValue().user == null)
                .max(Comparator.comparing(entry -> counts.getOrDefault(entry.getValue().address, 0L)))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event != Event.Authenticated) {
            return;
        }
        String user = session.getUsername();
        boolean isTooMany;
        lock.lock();
        try {
            Known before = all.get(session);
            if (before == null) {
                return;
            }
            isTooMany = loggedIn(known -> user.equals(known.user)) >= limits.connectionsOfUser()
                    || loggedIn(_ -> true) >= limits.connections();
            all.put(session, new Known(before.address, user));
        } finally {
            lock.unlock();
        }
        if (isTooMany) {
            log.warn("user {} has too many connections: the newest is ended", user);
            session.close(true);
        } else {
            guard.succeeded(Logins.address(session));
            log.atLevel(level)
                    .log(
                            "user {} is connected from {} with {}",
                            user,
                            Logins.address(session),
                            session.getAttribute(Logins.WAY));
        }
    }

    @Override
    public void sessionClosed(Session session) {
        Known known;
        lock.lock();
        try {
            known = all.remove(session);
        } finally {
            lock.unlock();
        }
        if (known != null && known.user != null) {
            log.atLevel(level).log("user {} from {} is gone", known.user, known.address);
        } else if (known != null && session.getUsername() != null) {
            // it tried and did not get in
            guard.failed(known.address);
        }
    }

    /// How many connections there are.
    int count() {
        lock.lock();
        try {
            return all.size();
        } finally {
            lock.unlock();
        }
    }
}
