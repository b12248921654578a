package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.ReadPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Places that cannot serve as a volume's metadata: each is refused in one line that names it and says what to do, and
/// nothing is written there.
class RedisRefusalTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final RedisLimits HASTY =
            new RedisLimits(4, SOON, SOON, Duration.ofSeconds(20), Duration.ofMillis(300), 5);

    private static FsException refusal(String url) {
        return assertThrows(FsException.class, () -> RedisServer.engine(url, HASTY));
    }

    private static void assertSays(FsException refused, String... parts) {
        for (String part : parts) {
            assertTrue(refused.toString().contains(part), refused::toString);
        }
    }

    private static String at(int port) {
        return "redis://127.0.0.1:" + port + "/1";
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
        try (ScriptedServer silent = new ScriptedServer(_ -> "")) {
            assertSays(
                    refusal(at(silent.port())),
                    "127.0.0.1:" + silent.port() + " does not answer within 6000 ms, or speaks another protocol");
        }
    }

    @Test
    void anotherProtocolIsSaidToBeOne() throws Exception {
        try (ScriptedServer web = new ScriptedServer(_ -> "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) {
            assertSays(refusal(at(web.port())), "127.0.0.1:" + web.port(), "another protocol?");
        }
    }

    @Test
    void aHostThatDoesNotExistIsNamed() {
        assertSays(refusal("redis://no-such-host.invalid:6379/1"), "no-such-host.invalid");
    }

    @Test
    void aDatabaseBeyondTheLastIsNamed() {
        assertSays(
                refusal("redis://127.0.0.1:" + SERVER.port() + "/99999"),
                "database 99999 is beyond the server's setting 'databases'");
    }

    private static UnaryOperator<String> loading(AtomicInteger rounds) {
        return command -> switch (command) {
            case "INFO" ->
                ScriptedServer.bulk("redis_version:7.0.0\r\nredis_mode:standalone\r\nrun_id:x\r\nloading:"
                        + (rounds.getAndDecrement() > 0 ? 1 : 0)
                        + "\r\nloading_loaded_perc:42.00\r\naof_enabled:1\r\n");
            case "CLIENT" -> ":5\r\n";
            case "TYPE" -> "+none\r\n";
            case "GET" -> "$-1\r\n";
            case "SCRIPT" -> "-ERR no scripts here\r\n";
            default -> "+OK\r\n";
        };
    }

    @Test
    void aServerThatIsLoadingIsWaitedFor() throws Exception {
        try (ScriptedServer server = new ScriptedServer(loading(new AtomicInteger(5)))) {
            RedisEngine engine = RedisServer.engine(at(server.port()), RedisServer.PATIENT);
            engine.close();
        }
        try (ScriptedServer server = new ScriptedServer(loading(new AtomicInteger(1_000_000)))) {
            assertSays(refusal(at(server.port())), "no success within", "is loading its data, 42.00 % so far");
        }
    }

    @Test
    void aSentinelIsToldFromAMaster() throws Exception {
        try (RedisProcess master = RedisProcess.start();
                RedisProcess sentinel = RedisProcess.startSentinel("main", master.port())) {
            assertSays(refusal("redis://127.0.0.1:" + sentinel.port()), "name its master, redis://MASTER,HOST:PORT/DB");
            assertSays(
                    refusal("redis://127.0.0.1:" + master.port() + ",127.0.0.1:" + sentinel.port() + "/0"),
                    "cluster support disabled");
        }
    }

    @Test
    void aReplicaServesReadersOnly() throws Exception {
        try (RedisProcess replica = RedisProcess.start("--replicaof", "127.0.0.1 1")) {
            assertSays(
                    refusal(at(replica.port())),
                    "is a read-only replica of 127.0.0.1:1: give the address of that, or mount with --read-only");
            RedisUrl url = RedisUrl.parse(at(replica.port()), Map.of());
            try (RedisEngine reader =
                    RedisEngine.open(url, RedisEngine.Access.READ, HASTY, Clock.SYSTEM, new Random(1))) {
                FsException refused =
                        assertThrows(FsException.class, () -> MetaStore.open(reader, MetaOptions.of(Clock.SYSTEM)));
                assertEquals(Errno.ENOENT, refused.errno());
            }
        }
    }

    @Test
    void aServerThatEvictsAndCannotBeStoppedIsRefused() throws Exception {
        try (RedisProcess server =
                RedisProcess.start("--maxmemory-policy", "allkeys-lru", "--rename-command", "CONFIG", "")) {
            assertSays(
                    refusal(at(server.port())),
                    "maxmemory-policy is allkeys-lru, so that the server may drop metadata",
                    "set it to noeviction");
            assertEquals(0, server.commands(1).dbsize());
        }
    }

    @Test
    void aServerWithoutMemoryTakesNoVolume() throws Exception {
        try (RedisProcess server = RedisProcess.start("--maxmemory", "1")) {
            try (RedisEngine engine = RedisServer.engine(at(server.port()), HASTY)) {
                FsException full = assertThrows(FsException.class, () -> RedisVolume.create(engine));
                assertEquals(Errno.ENOSPC, full.errno());
                assertSays(full, "OOM", "maxmemory");
            }
            assertEquals(0, server.commands(1).dbsize(), "nothing is written by halves");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "setting, is a hash",
        "allSessions, is a hash",
        "usedSpace, is a hash",
        "nextinode, is a hash",
    })
    void aKeyOfAnotherTypeIsNamed(String key, String why) throws FsException {
        int database = SERVER.newDatabase();
        RedisCommands<byte[], byte[]> commands = SERVER.commands(database);
        commands.hset(RedisForm.bytes(key), RedisForm.bytes("field"), RedisForm.bytes("value"));
        assertSays(
                refusal("redis://127.0.0.1:" + SERVER.port() + "/" + database),
                "key '" + key + "' " + why,
                "give the volume one of its own");
        assertEquals(1, commands.dbsize());
    }

    @Test
    void aCounterThatIsNoNumberIsNamed() {
        int database = SERVER.newDatabase();
        SERVER.commands(database).set(RedisForm.bytes("totalInodes"), RedisForm.bytes("many"));
        assertSays(
                refusal("redis://127.0.0.1:" + SERVER.port() + "/" + database),
                "key 'totalInodes' holds 'many', must hold a number");
    }

    @Test
    void anInodeOfAnotherTypeIsNamedWhenItIsMet() throws FsException {
        int database = SERVER.newDatabase();
        try (RedisEngine engine = SERVER.engine(database)) {
            SERVER.commands(database).lpush(RedisForm.bytes("i77"), RedisForm.bytes("value"));
            Item.NodeOf node = new Item.NodeOf(77);
            FsException refused = assertThrows(
                    FsException.class, () -> engine.read(ReadPlan.of(node), answers -> answers.get(node) == null));
            assertEquals(Errno.EIO, refused.errno());
            assertSays(refused, "key 'i77'", "WRONGTYPE", "give the volume one of its own");
        }
    }
}
