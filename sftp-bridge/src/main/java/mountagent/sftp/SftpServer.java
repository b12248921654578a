package mountagent.sftp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.sftp.files.FileHashing;
import mountagent.sftp.files.FileLog;
import mountagent.sftp.files.HandleNumbers;
import mountagent.sftp.files.Operations;
import mountagent.sftp.files.Replies;
import mountagent.sftp.files.RootDirectory;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Outlet;
import mountagent.sftp.session.SessionLimits;
import mountagent.sftp.session.SftpSession;
import mountagent.sftp.ssh.SshSide;
import mountagent.sftp.ssh.SshSide.Option;
import mountagent.sftp.users.Authorities;
import mountagent.sftp.users.RevokedKeys;
import mountagent.sftp.users.SftpUser;
import mountagent.sftp.users.UserFile;
import mountagent.sftp.users.Users;
import mountagent.sftp.wire.BufferPool;
import mountagent.volume.VolumeFs;

/// A volume shown by SFTP. Thread-safe.
///
/// Every operation runs with its user's number, groups and umask, which the core checks; each user sees its
/// root directory as `/` and nothing above it. A closed file is committed, as after close(2).
public final class SftpServer implements AutoCloseable {
    private final VolumeFs volume;
    private final Clock clock;
    private final Users users;
    private final int handlesMax;
    private final FileHashing hashing;
    private final boolean logsFiles;
    private final BufferPool pool = new BufferPool();
    private final HandleNumbers numbers = new HandleNumbers();
    private final SshSide ssh;

    private SftpServer(SftpSettings settings, VolumeFs volume, Clock clock) throws IOException {
        this.volume = volume;
        this.clock = clock;
        this.users = Users.of(new UserFile(settings.users()), settings.squash());
        this.handlesMax = settings.limits().handlesOfChannel();
        this.hashing = settings.options().contains(Option.CHECK_FILE) ? FileHashing.on() : FileHashing.OFF;
        this.logsFiles = settings.options().contains(Option.LOG_FILES);
        var plan = new SshSide.Plan(
                settings.listen(),
                settings.hostKeys(),
                Authorities.of(settings.keys().trustedAuthorities()),
                RevokedKeys.of(settings.keys().revoked()),
                settings.options(),
                settings.limits());
        this.ssh = SshSide.start(plan, users, new UserSessions(), clock);
    }

    /// Starts one. Clients are served when this returns. IOException says why not: the users' file or a host
    /// key cannot be used, or the address is taken.
    public static SftpServer start(SftpSettings settings, VolumeFs volume, Clock clock) throws IOException {
        return new SftpServer(settings, volume, clock);
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return ssh.address();
    }

    /// How many connections there are.
    public int connectionCount() {
        return ssh.connectionCount();
    }

    /// What the channels of its users work on.
    private final class UserSessions implements SshSide.Sessions {
        @Override
        public Operations operations(SshSide.Login login) throws FsException {
            SftpUser user = users.find(login.user())
                    .orElseThrow(
                            () -> new FsException(Errno.EACCES, "user " + login.user() + " is not there any more"));
            return new Operations(view(user, login.address()), numbers, handlesMax, new Replies(pool));
        }

        @Override
        public SftpSession open(SshSide.Login login, Outlet outlet, int replyBytes, Executor threads)
                throws FsException {
            return new SftpSession(operations(login), pool, outlet, SessionLimits.usual(replyBytes), threads);
        }
    }

    private View view(SftpUser user, InetAddress address) throws FsException {
        var identity = users.identity(user);
        var caller = new Caller(identity.uid(), identity.gid(), identity.groups(), 0, user.umask(), Caller.Checks.CORE);
        var extras = new View.Extras(logsFiles ? FileLog.of(user.name(), address) : FileLog.OFF, hashing);
        var rights = user.isReadOnly() ? View.Rights.READ_ONLY : View.Rights.READ_WRITE;
        return new View(volume, caller, root(user), rights, users::nameOf, clock, extras);
    }

    private long root(SftpUser user) throws FsException {
        try {
            return RootDirectory.find(volume, user.root());
        } catch (FsException e) {
            throw new FsException(
                    e.errno(),
                    "root directory " + user.root() + " of user " + user.name() + " cannot be used (" + e.errno()
                            + "): make it, or give the user another one",
                    e);
        }
    }

    /// Ends all connections; returns when what their files had pending is committed.
    @Override
    public void close() {
        ssh.close();
    }
}
