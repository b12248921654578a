package mountagent.sftp.users;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The users of a running server: the file is read again when it has changed. Thread-safe.
public final class Users {
    private static final Logger log = LoggerFactory.getLogger(Users.class);

    private final UserFile file;
    private final Squash squash;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private String version = "";
    private Map<String, SftpUser> all = Map.of();
    private Map<Integer, String> names = Map.of();

    /// Those of `file`, who are in the volume whom `squash` makes them. IOException as [UserFile#read].
    public static Users of(UserFile file, Squash squash) throws IOException {
        var users = new Users(file, squash);
        users.load(file.version());
        return users;
    }

    private Users(UserFile file, Squash squash) {
        this.file = file;
        this.squash = squash;
    }

    /// A user as the file has it now. A file that cannot be read any more leaves what was known: the log says
    /// so.
    public Optional<SftpUser> find(String name) {
        refresh();
        lock.lock();
        try {
            return Optional.ofNullable(all.get(name));
        } finally {
            lock.unlock();
        }
    }

    /// Who a user is in the volume.
    public Squash.Identity identity(SftpUser user) {
        return squash.of(user);
    }

    /// The name of the user with a number in the volume; empty when there is none.
    public String nameOf(int uid) {
        lock.lock();
        try {
            return names.getOrDefault(uid, "");
        } finally {
            lock.unlock();
        }
    }

    /// Whether `user` may log in from `address`.
    public static boolean isAllowed(SftpUser user, InetAddress address) {
        boolean isAllowed = user.allow().isEmpty()
                || user.allow().stream().anyMatch(network -> Network.of(network).contains(address));
        return isAllowed
                && user.deny().stream().noneMatch(network -> Network.of(network).contains(address));
    }

    private void refresh() {
        lock.lock();
        try {
            String now = file.version();
            if (!now.equals(version)) {
                load(now);
            }
        } catch (IOException e) {
            log.error("the users of SFTP stay as they were: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void load(String now) throws IOException {
        lock.lock();
        try {
            version = now;
            all = Map.copyOf(file.read());
            var byNumber = new HashMap<Integer, String>();
            all.values().forEach(user -> byNumber.putIfAbsent(squash.of(user).uid(), user.name()));
            names = Map.copyOf(byNumber);
        } finally {
            lock.unlock();
        }
    }
}
