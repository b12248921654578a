package mountagent.meta.redis.practice;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.meta.redis.RedisUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A Redis server of nobody's in this process, for [mountagent.meta.redis.RedisEngine] to talk to while it warms up: as
/// many commands as that sends, and its own scripts, on a port of the loopback interface that the system chooses.
///
/// One database, in memory. Only who gives its password, which is drawn anew for each, is answered. Limits: 32
/// connections (more are told so and closed) and 16 MiB of records (what would add is refused then, as Redis does).
/// Scans bring everything in one step. Closing it, which any thread may do, ends the connections and frees the port.
public final class LoopbackRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopbackRedis.class);

    private static final int CONNECTIONS_MAX = 32;
    private static final long BYTES_MAX = 16L * Sizes.MIB;
    private static final int DRAWN_BYTES = 20;
    private static final long CLOSE_SECONDS = 2;

    private final ServerSocketChannel door;
    private final Selector selector;
    private final String password = drawn();
    private final String run = drawn();
    private final Keyspace keys = new Keyspace(BYTES_MAX);
    private final CommandTable table = new CommandTable(keys);
    private final Thread thread = Threads.platform("warm-up-redis-").newThread(this::run);
    private long clients;
    private volatile boolean closed;

    private LoopbackRedis(ServerSocketChannel door, Selector selector) {
        this.door = door;
        this.selector = selector;
    }

    /// Begins to listen.
    public static LoopbackRedis open() throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel door = null;
        boolean isOpen = false;
        try {
            door = ServerSocketChannel.open();
            door.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            door.configureBlocking(false);
            door.register(selector, SelectionKey.OP_ACCEPT);
            LoopbackRedis server = new LoopbackRedis(door, selector);
            server.thread.start();
            isOpen = true;
            return server;
        } finally {
            if (!isOpen) {
                end(selector, door);
            }
        }
    }

    private static String drawn() {
        byte[] bytes = new byte[DRAWN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// Where it is, with its password.
    public RedisUrl url() throws FsException, IOException {
        return RedisUrl.parse("redis://:" + password + "@127.0.0.1:" + port() + "/0", Map.of());
    }

    int port() throws IOException {
        return ((InetSocketAddress) door.getLocalAddress()).getPort();
    }

    String password() {
        return password;
    }

    /// What it tells of itself. It keeps nothing on disk, but nobody needs to be warned of that.
    String info() {
        return String.join(
                "\r\n",
                "redis_version:7.0.0",
                "redis_mode:standalone",
                "run_id:" + run,
                "role:master",
                "connected_slaves:0",
                "loading:0",
                "aof_enabled:1",
                "maxmemory_policy:noeviction",
                "");
    }

    Keyspace keys() {
        return keys;
    }

    CommandTable table() {
        return table;
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(this::attend);
            }
        } catch (IOException e) {
            LOG.debug("the server for the warm-up has ended: {}", e.toString());
        } finally {
            end(selector, door);
        }
    }

    private void attend(SelectionKey key) {
        PracticeSession session = (PracticeSession) key.attachment();
        try {
            if (session == null) {
                accept();
                return;
            }
            int wanted = session.serve();
            if (wanted == 0) {
                session.close();
            } else {
                key.interestOps(wanted);
            }
        } catch (IOException e) {
            LOG.debug("a connection of the warm-up has ended: {}", e.toString());
            end(session);
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = door.accept();
        if (channel == null) {
            return;
        }
        if (selector.keys().size() > CONNECTIONS_MAX) {
            try (channel) {
                byte[] refusal = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.ISO_8859_1);
                int _ = channel.write(ByteBuffer.wrap(refusal));
            }
            return;
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new PracticeSession(channel, ++clients, this));
    }

    private static void end(@Nullable PracticeSession session) {
        if (session != null) {
            try {
                session.close();
            } catch (IOException e) {
                LOG.debug("a connection of the warm-up cannot be closed: {}", e.toString());
            }
        }
    }

    private static void end(Selector selector, @Nullable ServerSocketChannel door) {
        for (SelectionKey key : selector.keys()) {
            end((PracticeSession) key.attachment());
        }
        try (selector) {
            if (door != null) {
                door.close();
            }
        } catch (IOException e) {
            LOG.debug("the server for the warm-up cannot be closed: {}", e.toString());
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            if (!thread.join(Duration.ofSeconds(CLOSE_SECONDS))) {
                LOG.debug("the server for the warm-up has not ended yet");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
