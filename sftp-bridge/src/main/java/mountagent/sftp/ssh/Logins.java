package mountagent.sftp.ssh;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mountagent.base.Clock;
import mountagent.base.Timestamp;
import mountagent.sftp.users.Authorities;
import mountagent.sftp.users.KeyUse;
import mountagent.sftp.users.PasswordHash;
import mountagent.sftp.users.RevokedKeys;
import mountagent.sftp.users.SftpUser;
import mountagent.sftp.users.UserKey;
import mountagent.sftp.users.Users;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.server.auth.AsyncAuthException;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides who may log in.
///
/// A password is checked on a thread of its own, at most two at a time (each takes memory and a processor),
/// and the answer to a wrong one is held back ([LoginGuard]); from an address that is locked out none is checked, on
/// connections from before neither. A user that is not there gets the same answer after the same work.
/// Thread-safe.
final class Logins implements PasswordAuthenticator, PublickeyAuthenticator {
    private static final Logger log = LoggerFactory.getLogger(Logins.class);

    /// What a password of nobody is checked against: it takes as long as somebody's.
    static final String NOBODYS_HASH =
            "$argon2id$v=19$m=19456,t=2,p=1$Qf7JSB7m9sCbzrMl7Y1pfA$z2ZqL1m4bI3Uqj0xTsRUhq8jz4tam1Mtf0Bw9tSMiKw";

    private static final int CHECKS_AT_ONCE = 2;
    private static final int CHECK_WAIT_SECONDS = 20;
    private static final int PASSWORD_MAX = 1024;

    /// How a session logged in, for the log.
    static final AttributeKey<String> WAY = new AttributeKey<>();

    private final Users users;
    private final Authorities authorities;
    private final RevokedKeys revoked;
    private final LoginGuard guard;
    private final Clock clock;
    private final Executor threads;
    private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE, true);

    Logins(Users users, SshSide.Plan plan, LoginGuard guard, Clock clock, Executor threads) {
        this.users = users;
        this.authorities = plan.authorities();
        this.revoked = plan.revoked();
        this.guard = guard;
        this.clock = clock;
        this.threads = threads;
    }

    @Override
    public boolean authenticate(String name, String password, ServerSession session) {
        var answer = new AsyncAuthException();
        threads.execute(() -> {
            boolean matches = isPassword(name, password, address(session));
            session.setAttribute(WAY, "a password");
            answer.setAuthed(matches);
        });
        throw answer;
    }

    private boolean isPassword(String name, String password, InetAddress address) {
        Optional<SftpUser> user = users.find(name);
        String hash = user.map(SftpUser::passwordHash).orElse(NOBODYS_HASH);
        boolean mayTry = password.length() <= PASSWORD_MAX && !guard.isLocked(address);
        boolean matches = mayTry && isChecked(password, hash);
        if (matches && user.isPresent() && Users.isAllowed(user.get(), address)) {
            guard.succeeded(address);
            return true;
        }
        log.info("a password for {} from {} is refused", shown(name), address);
        holdBack(address);
        return false;
    }

    private boolean isChecked(String password, String hash) {
        boolean mayCheck = false;
        try {
            mayCheck = checks.tryAcquire(CHECK_WAIT_SECONDS, TimeUnit.SECONDS);
            return mayCheck && PasswordHash.matches(password.toCharArray(), hash);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            if (mayCheck) {
                checks.release();
            }
        }
    }

    private void holdBack(InetAddress address) {
        try {
            clock.sleep(guard.failed(address));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean authenticate(String name, PublicKey key, ServerSession session) {
        InetAddress address = address(session);
        Timestamp now = clock.now();
        var use = new KeyUse(address, Instant.ofEpochSecond(now.seconds(), now.nanos()));
        Optional<SftpUser> user = users.find(name).filter(found -> Users.isAllowed(found, address));
        String refusal = user.isEmpty() ? "nobody may log in so from there" : refusal(user.get(), key, use);
        String way = shown(key);
        if (!refusal.isEmpty()) {
            log.debug("{} of {} from {} is refused: {}", way, shown(name), address, refusal);
            return false;
        }
        session.setAttribute(WAY, way);
        return true;
    }

    private String refusal(SftpUser user, PublicKey key, KeyUse use) {
        if (revoked.contains(key)) {
            return "it is revoked";
        }
        if (key instanceof OpenSshCertificate certificate) {
            return authorities.refusal(certificate, user, use);
        }
        boolean isKnown = user.keys().stream()
                .map(UserKey::of)
                .anyMatch(
                        known -> !known.isAuthority() && KeyUtils.compareKeys(known.key(), key) && known.isValid(use));
        return isKnown ? "" : "it is not the user's, or not valid there and then";
    }

    private static String shown(PublicKey key) {
        if (key instanceof OpenSshCertificate certificate) {
            return "certificate \"" + shown(certificate.getId()) + "\" ("
                    + Long.toUnsignedString(certificate.getSerial())
                    + ") of " + KeyUtils.getFingerPrint(certificate.getCaPubKey()) + " for key "
                    + KeyUtils.getFingerPrint(certificate.getCertPubKey());
        }
        return "key " + KeyUtils.getFingerPrint(key);
    }

    /// Where a session comes from.
    static InetAddress address(org.apache.sshd.common.session.Session session) {
        return session.getRemoteAddress() instanceof InetSocketAddress socket && socket.getAddress() != null
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /// A name that somebody sent, fit for a line of the log.
    private static String shown(String name) {
        String printable = name.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= 64 ? printable : printable.substring(0, 64) + "…";
    }
}
