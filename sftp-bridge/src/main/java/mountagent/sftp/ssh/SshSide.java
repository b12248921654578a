package mountagent.sftp.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.sftp.files.Operations;
import mountagent.sftp.net.SocketTransport;
import mountagent.sftp.scp.ScpTransfer;
import mountagent.sftp.session.Outlet;
import mountagent.sftp.session.SftpSession;
import mountagent.sftp.users.Authorities;
import mountagent.sftp.users.RevokedKeys;
import mountagent.sftp.users.Users;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.forward.ForwarderFactory;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionDisconnectHandler;
import org.apache.sshd.common.session.helpers.TimeoutIndicator;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.UserAuthFactory;
import org.apache.sshd.server.auth.keyboard.UserAuthKeyboardInteractiveFactory;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.global.OpenSshHostKeysHandler;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// A running SSH server whose sessions have SFTP in them and nothing else. Thread-safe.
public final class SshSide implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SshSide.class);

    private static final String SUBSYSTEM = "sftp";
    private static final Duration CLOSE_LIMIT = Duration.ofMinutes(10);

    /// A little above 256 KiB OpenSSH's clients end the connection.
    private static final long PACKET_MAX = 128L * Sizes.KIB;

    private static final int BACKLOG = 128;

    private final SshServer server;
    private final ChannelCommands commands;
    private final ScheduledExecutorService timer;
    private final Connections connections;

    /// What the channels of a user's session work on. Looking it up may wait.
    public interface Sessions {
        /// For the old protocol of scp.
        Operations operations(Login login) throws FsException;

        /// For SFTP.
        SftpSession open(Login login, Outlet outlet, int replyBytes, Executor threads) throws FsException;
    }

    /// Who has logged in, and from where.
    public record Login(String user, InetAddress address) {}

    /// What somebody may want or not.
    public enum Option {
        /// Passwords are asked for, not only keys.
        PASSWORDS,
        /// ChaCha20 is not offered.
        NO_CHACHA20,
        /// A line of the log for each thing that is done to files.
        LOG_FILES,
        /// Hashes of files are made on request.
        CHECK_FILE,
        /// The old protocol of scp is spoken.
        SCP,
        /// Who comes and goes is told to those alone who look for faults.
        QUIET
    }

    /// Where it listens, where its host keys are, whose certificates it takes, which keys it does not, what is offered.
    public record Plan(
            InetSocketAddress listen,
            Path hostKeys,
            Authorities authorities,
            RevokedKeys revoked,
            java.util.Set<Option> options,
            SshLimits limits) {
        public Plan {
            options = java.util.Set.copyOf(options);
        }
    }

    private SshSide(
            SshServer server, ChannelCommands commands, ScheduledExecutorService timer, Connections connections) {
        this.server = server;
        this.commands = commands;
        this.timer = timer;
        this.connections = connections;
    }

    /// Starts one. IOException says why not.
    public static SshSide start(Plan plan, Users users, Sessions sessions, Clock clock) throws IOException {
        Level level = plan.options().contains(Option.QUIET) ? Level.DEBUG : Level.INFO;
        List<KeyPair> keys = HostKeys.load(plan.hostKeys(), level);
        var factory = Threads.virtual("sftp-request-");
        Executor threads = task -> factory.newThread(task).start();
        var commands = new ChannelCommands(threads);
        var guard = new LoginGuard(clock);
        var connections = new Connections(plan.limits(), guard, level);
        var timer = Executors.newSingleThreadScheduledExecutor(Threads.platform("sftp-timer-"));
        SshServer server = ServerBuilder.builder().build();
        server.setScheduledExecutorService(timer);
        server.setKeyPairProvider(KeyPairProvider.wrap(keys));
        Algorithms.apply(
                server,
                plan.options().contains(Option.NO_CHACHA20)
                        ? Algorithms.ChaCha20.NOT_OFFERED
                        : Algorithms.ChaCha20.OFFERED);
        var logins = new Logins(users, plan, guard, clock, threads);
        logIns(server, plan, logins);
        restrict(server, plan, connections);
        channels(server, plan, sessions, commands);
        network(server, plan);
        var side = new SshSide(server, commands, timer, connections);
        side.bind(plan.listen());
        return side;
    }

    private void bind(InetSocketAddress listen) throws IOException {
        var isStarted = false;
        try {
            server.start();
            isStarted = true;
        } catch (IOException e) {
            throw new IOException("cannot listen on " + listen + ": " + e.getMessage(), e);
        } finally {
            if (!isStarted) {
                close();
            }
        }
    }

    private static void logIns(SshServer server, Plan plan, Logins logins) {
        List<UserAuthFactory> ways = new ArrayList<>();
        ways.add(UserAuthPublicKeyFactory.INSTANCE);
        server.setPublickeyAuthenticator(logins);
        if (plan.options().contains(Option.PASSWORDS)) {
            ways.add(UserAuthPasswordFactory.INSTANCE);
            ways.add(UserAuthKeyboardInteractiveFactory.INSTANCE);
            server.setPasswordAuthenticator(logins);
        }
        server.setUserAuthFactories(ways);
        CoreModuleProperties.AUTH_TIMEOUT.set(server, plan.limits().loginTime());
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, plan.limits().triesOfConnection());
    }

    private static void restrict(SshServer server, Plan plan, Connections connections) {
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setForwarderFactory((ForwarderFactory) null);
        server.setAgentFactory(null);
        server.setGlobalRequestHandlers(
                List.of(KeepAliveHandler.INSTANCE, NoMoreSessionsHandler.INSTANCE, OpenSshHostKeysHandler.INSTANCE));
        server.setShellFactory(null);
        server.setSessionFactory(GuardedSession.factory(server, connections));
        server.addSessionListener(connections);
        server.setSessionDisconnectHandler(new SessionDisconnectHandler() {
            /// A session with something open is not idle, however long it says nothing.
            @Override
            public boolean handleTimeoutDisconnectReason(Session session, TimeoutIndicator timeout) {
                return timeout.getStatus() == TimeoutIndicator.TimeoutStatus.IdleTimeout && openCount(session) > 0;
            }
        });
        CoreModuleProperties.IDLE_TIMEOUT.set(server, plan.limits().idleTime());
    }

    private static int openCount(Session session) {
        int count = 0;
        for (Channel channel : RestrictedChannel.of(session)) {
            count += channel instanceof RestrictedChannel restricted ? restricted.openCount() : 0;
        }
        return count;
    }

    private static void channels(SshServer server, Plan plan, Sessions sessions, ChannelCommands commands) {
        var shares = new ChannelShares(plan.limits().bufferBytes());
        server.setChannelFactories(List.of(new ChannelFactory() {
            @Override
            public String getName() {
                return "session";
            }

            @Override
            public Channel createChannel(Session session) {
                return new RestrictedChannel(shares, plan.limits().channelsOfConnection());
            }
        }));
        var perUser = new UserThreads(commands.threads(), plan.limits().requestsOfUser());
        server.setSubsystemFactories(List.of(new SubsystemFactory() {
            @Override
            public String getName() {
                return SUBSYSTEM;
            }

            @Override
            public Command createSubsystem(ChannelSession channel) throws IOException {
                if (!(channel instanceof RestrictedChannel restricted)) {
                    throw new IOException("channel " + channel + " is not one of ours");
                }
                Login login = login(channel);
                var command = new SftpCommand(
                        restricted,
                        writer ->
                                sessions.open(login, writer, restricted.share().replyBytes(), perUser.of(login.user())),
                        commands);
                restricted.serves(command);
                return command;
            }
        }));
        boolean takesScp = plan.options().contains(Option.SCP);
        server.setCommandFactory((channel, command) -> {
            ScpTransfer transfer = takesScp ? ScpTransfer.of(command) : null;
            if (transfer == null) {
                return new RefusedCommand(commands.threads());
            }
            Login login = login(channel);
            return new ScpCommand(transfer, () -> sessions.operations(login), commands);
        });
    }

    private static Login login(ChannelSession channel) {
        return new Login(channel.getSession().getUsername(), Logins.address(channel.getSession()));
    }

    private static void network(SshServer server, Plan plan) {
        server.setHost(plan.listen().getHostString());
        server.setPort(plan.listen().getPort());
        server.setIoServiceFactoryFactory(SocketTransport.factory(Threads.platform("sftp-io-")));
        CoreModuleProperties.SOCKET_BACKLOG.set(server, BACKLOG);
        CoreModuleProperties.MAX_PACKET_SIZE.set(server, PACKET_MAX);
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "juicefs");
    }

    /// Where it listens: the port that was found, if 0 was asked for.
    public InetSocketAddress address() {
        for (SocketAddress bound : server.getBoundAddresses()) {
            if (bound instanceof InetSocketAddress socket) {
                return socket;
            }
        }
        throw new IllegalStateException("the server listens nowhere");
    }

    /// How many connections there are.
    public int connectionCount() {
        return connections.count();
    }

    /// Ends all connections; returns when what their files had pending is stored.
    @Override
    public void close() {
        try {
            server.close(true).await(CLOSE_LIMIT);
        } catch (IOException e) {
            log.warn("the SSH server did not end in order: {}", e.getMessage());
        }
        if (!commands.awaitEnd(CLOSE_LIMIT)) {
            log.error("SFTP channels still have data that is not stored after {} minutes", CLOSE_LIMIT.toMinutes());
        }
        timer.shutdownNow();
    }
}
