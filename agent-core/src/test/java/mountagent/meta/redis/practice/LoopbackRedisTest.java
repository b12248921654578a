package mountagent.meta.redis.practice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.IdKind;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.redis.RedisLimits;
import mountagent.meta.redis.RedisServer;
import mountagent.meta.redis.RedisUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whom the server for the warm-up answers, and how far.
class LoopbackRedisTest {
    private static final int CONNECTIONS_MAX = 32;
    private static final int MIB = 1 << 20;

    private LoopbackRedis server;

    @BeforeEach
    void open() throws IOException {
        server = LoopbackRedis.open();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RawClient client() throws IOException {
        return new RawClient(server.port());
    }

    private RawClient loggedIn() throws IOException {
        RawClient client = client();
        assertEquals("+OK", client.ask("AUTH", server.password()));
        return client;
    }

    @Test
    void nobodyIsAnsweredWithoutThePassword() throws IOException {
        try (LoopbackRedis other = LoopbackRedis.open();
                RawClient client = client()) {
            assertEquals("-NOAUTH Authentication required.", client.ask("GET", "a"));
            assertTrue(client.ask("AUTH", other.password()).startsWith("-WRONGPASS"));
            assertTrue(client.ask("AUTH", "").startsWith("-WRONGPASS"));
            assertTrue(client.ask("AUTH", "someone", server.password()).startsWith("-WRONGPASS"));
            assertEquals("-NOAUTH Authentication required.", client.ask("SET", "a", "b"));
            assertEquals("+OK", client.ask("AUTH", "default", server.password()));
            assertEquals("nil", client.ask("GET", "a"));
        }
    }

    @Test
    void anEngineWithAnotherPasswordIsRefused() throws Exception {
        RedisUrl url = RedisUrl.parse("redis://:wrong@127.0.0.1:" + server.port() + "/0", Map.of());
        FsException refused = assertThrows(
                FsException.class,
                () -> RedisEngine.open(url, RedisLimits.DEFAULT, Clock.SYSTEM, new Random(1))
                        .close());
        assertTrue(String.valueOf(refused.getMessage()).contains("WRONGPASS"), refused.getMessage());
    }

    @Test
    void connectionsBeyondItsLimitAreTurnedAwayUntilOthersEnd() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS_MAX; i++) {
                clients.add(loggedIn());
            }
            try (RawClient late = client()) {
                assertEquals("-ERR max number of clients reached", late.reply());
                assertThrows(EOFException.class, late::reply);
            }
            clients.removeLast().close();
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                while (!isTaken()) {
                    Thread.onSpinWait();
                }
            });
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    private boolean isTaken() throws IOException {
        try (RawClient client = client()) {
            return client.ask("AUTH", server.password()).equals("+OK");
        } catch (SocketException _) {
            return false; // reset: it had not read what was sent
        }
    }

    @Test
    void whatItDoesNotKnowIsRefusedAndNothingElse() throws IOException {
        try (RawClient client = loggedIn()) {
            assertEquals("-ERR unknown command 'config'", client.ask("CONFIG", "SET", "dir", "/tmp"));
            assertTrue(client.ask("EVAL", "return 1", "0").startsWith("-NOSCRIPT"));
            assertEquals("-ERR only scripts of the agent are run here", client.ask("SCRIPT", "LOAD", "return 1"));
            assertEquals("-ERR wrong number of arguments for 'get' command", client.ask("GET"));
            assertEquals("-ERR DB index is out of range", client.ask("SELECT", "1"));
            assertEquals("+PONG", client.ask("PING"));
        }
    }

    @Test
    void whatIsNoRequestEndsTheConnection() throws IOException {
        for (String text : List.of("GET / HTTP/1.1\r\n\r\n", "*99999999\r\n", "*0\r\n", "*1\r\n$-1\r\n")) {
            try (RawClient client = client()) {
                client.sendAsItIs(text);
                assertEnded(client);
            }
        }
        try (RawClient client = loggedIn()) {
            client.sendAsItIs("*2\r\n$3\r\nGET\r\n$99999999\r\n");
            assertThrows(IOException.class, () -> {
                for (int i = 0; i < 4; i++) {
                    client.sendAsItIs("x".repeat(MIB));
                }
                String _ = client.reply();
            });
        }
    }

    private static void assertEnded(RawClient client) {
        IOException end = assertThrows(IOException.class, client::reply);
        assertTrue(end instanceof EOFException || end instanceof SocketException, end.toString());
    }

    @Test
    void whenItsMemoryIsFullItTakesNoMoreAndStillRemoves() throws Exception {
        String large = "x".repeat(MIB);
        try (RawClient client = loggedIn()) {
            for (int i = 0; i < 16; i++) {
                assertEquals("+OK", client.ask("SET", "key" + i, large));
            }
            String full = "-OOM command not allowed when used memory > 'maxmemory'.";
            assertEquals(full, client.ask("HSET", "h", "f", "v"));
            assertEquals("+OK", client.ask("MULTI"));
            assertEquals(full, client.ask("SET", "one", "more"));
            assertTrue(client.ask("EXEC").startsWith("-EXECABORT"));
            try (RedisEngine engine =
                    RedisEngine.open(server.url(), RedisServer.PATIENT, Clock.SYSTEM, new Random(1))) {
                FsException refused = assertThrows(FsException.class, () -> engine.allocate(IdKind.INODE, 1));
                assertEquals(Errno.ENOSPC, refused.errno());
            }
            assertEquals("1", client.ask("DEL", "key0"));
            assertEquals("1", client.ask("HSET", "h", "f", "v"));
        }
    }

    @Test
    void memoryIsCountedBackWhateverIsRemoved() throws IOException {
        String large = "x".repeat(MIB);
        try (RawClient client = loggedIn()) {
            for (int round = 0; round < 20; round++) {
                assertEquals("1", client.ask("HSET", "h", "f", large));
                assertEquals("0", client.ask("HSET", "h", "f", large));
                assertEquals("1", client.ask("HDEL", "h", "f"));
                assertEquals("1", client.ask("RPUSH", "l", large));
                assertEquals("+OK", client.ask("LTRIM", "l", "1", "-1"));
                assertEquals("1", client.ask("SADD", "s", large));
                assertEquals("1", client.ask("SREM", "s", large));
                assertEquals("1", client.ask("ZADD", "z", "1", large));
                assertEquals("1", client.ask("ZREM", "z", large));
                assertEquals("+OK", client.ask("SET", "t", large));
            }
            assertEquals("1", client.ask("DBSIZE"));
        }
    }

    @Test
    void closingItEndsConnectionsAndFreesThePort() throws IOException {
        int port = server.port();
        try (RawClient client = loggedIn()) {
            client.sendAsItIs("*2\r\n$3\r\nGET\r\n");
            server.close();
            assertEnded(client);
        }
        assertThrows(ConnectException.class, () -> new RawClient(port).close());
        assertEquals(
                List.of(),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("warm-up-redis-"))
                        .toList());
    }
}
