package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.RedisException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.ReadPlan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Servers behind Sentinels, and a single one, that go away and come back while a client works.
@Timeout(300)
class RedisFailoverTest {
    private RedisProcess first;
    private RedisProcess second;
    private RedisProcess sentinel;
    private RedisProcess other;

    @BeforeEach
    void startServers() throws Exception {
        first = RedisProcess.start("--requirepass", "secret", "--masterauth", "secret");
        second = RedisProcess.start(
                "--requirepass", "secret", "--masterauth", "secret", "--replicaof", "127.0.0.1 " + first.port());
        String[] more = {"sentinel auth-pass main secret", "requirepass guarded"};
        sentinel = RedisProcess.startSentinel("main", first.port(), more);
        other = RedisProcess.startSentinel("main", first.port(), more);
    }

    @AfterEach
    void endServers() throws Exception {
        for (RedisProcess process : new RedisProcess[] {other, sentinel, second, first}) {
            process.close();
        }
    }

    private String url(String master) {
        return "redis://:secret@" + master + ",127.0.0.1:" + 1 + ",127.0.0.1:" + sentinel.port() + ",127.0.0.1:"
                + other.port() + "/0";
    }

    private RedisEngine engine(String url, RedisEngine.Access access) throws FsException {
        RedisUrl parsed = RedisUrl.parse(url, Map.of("SENTINEL_PASSWORD", "guarded"));
        return RedisEngine.open(parsed, access, RedisServer.PATIENT, Clock.SYSTEM, new Random(1));
    }

    private RedisEngine engine(String parameters) throws FsException {
        return engine(url("main") + parameters, RedisEngine.Access.READ_WRITE);
    }

    /// Empty while a connection is being replaced, which a failover ends.
    private static String told(RedisProcess process, String what) {
        try {
            return RedisInfo.parse(process.authorized("secret").info("replication"))
                    .text(what);
        } catch (RedisException _) {
            return "";
        }
    }

    private void awaitReplica() throws Exception {
        long limit = System.nanoTime() + 60_000_000_000L;
        while (!told(second, "master_link_status").equals("up") || !sentinelKnowsReplica()) {
            assertTrue(System.nanoTime() < limit, "the replica does not come up");
            Thread.onSpinWait();
        }
    }

    private static void awaitRole(RedisProcess process, String role) {
        long limit = System.nanoTime() + 60_000_000_000L;
        while (!told(process, "role").equals(role)) {
            assertTrue(System.nanoTime() < limit, () -> "the server does not become " + role);
            Thread.onSpinWait();
        }
    }

    private boolean sentinelKnowsReplica() {
        for (RedisProcess each : List.of(sentinel, other)) {
            List<Object> replicas = each.authorized("guarded")
                    .dispatch(
                            CommandType.SENTINEL,
                            new ArrayOutput<>(ByteArrayCodec.INSTANCE),
                            new CommandArgs<>(ByteArrayCodec.INSTANCE)
                                    .add("SLAVES")
                                    .add("main"));
            if (!text(replicas).contains("master-link-status ok")) {
                return false;
            }
        }
        return true;
    }

    private static String text(Object answer) {
        return answer instanceof List<?> list
                ? list.stream().map(RedisFailoverTest::text).collect(Collectors.joining(" "))
                : RedisForm.text((byte[]) answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?client-cache=true"})
    void aClientFollowsTheMasterWhileItWorks(String parameters) throws Exception {
        awaitReplica();
        try (RedisVolume volume = RedisVolume.create(engine(parameters))) {
            Set<String> before;
            try (RedisVolume.Load load = volume.new Load("before").begin()) {
                load.awaitSteps(50);
                before = load.end();
            }
            assertEquals(1, first.authorized("secret").waitForReplication(1, 30_000));
            volume.directory("safe");
            assertEquals(1, first.authorized("secret").waitForReplication(1, 30_000));
            assertEquals("master", told(first, "role"));
            try (RedisVolume.Load load =
                    volume.new Load("again").acrossFailover().begin()) {
                load.awaitSteps(20);
                first.kill();
                load.awaitSteps(100);
                load.end();
            }
            assertEquals("master", told(second, "role"));
            Set<String> names = new TreeSet<>(volume.names());
            assertTrue(names.containsAll(before), names::toString);
            assertTrue(names.contains("safe"));
            Set<String> after;
            try (RedisVolume.Load load = volume.new Load("after").begin()) {
                load.awaitSteps(20);
                after = load.end();
            }
            assertTrue(volume.names().containsAll(after));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?client-cache=true"})
    void aMasterThatIsNoneAnyMoreIsLeft(String parameters) throws Exception {
        awaitReplica();
        try (RedisVolume volume = RedisVolume.create(engine(parameters))) {
            long before = volume.file("before");
            assertEquals(0644, volume.store().node(before).mode());
            assertEquals(1, first.authorized("secret").waitForReplication(1, 30_000));
            sentinel.authorized("guarded")
                    .dispatch(
                            CommandType.SENTINEL,
                            new StatusOutput<>(ByteArrayCodec.INSTANCE),
                            new CommandArgs<>(ByteArrayCodec.INSTANCE)
                                    .add("FAILOVER")
                                    .add("main"));
            awaitRole(first, "slave");
            try (RedisVolume others = RedisVolume.open(engine(""))) {
                others.store().setattr(Caller.AGENT, before, AttrChange.NONE.withMode(0601));
            }
            awaitMode(volume, before);
            volume.file("after");
            assertEquals(Set.of("before", "after"), volume.names());
        }
    }

    /// Waits until `client` sees what another one, which asked the new master, has made of the node.
    private static void awaitMode(RedisVolume client, long inode) throws FsException {
        long limit = System.nanoTime() + 60_000_000_000L;
        while (client.store().node(inode).mode() != 0601) {
            assertTrue(System.nanoTime() < limit, "the change is not seen");
            Thread.onSpinWait();
        }
    }

    @Test
    void aReaderAsksTheReplicaIfItsUrlSaysSo() throws Exception {
        awaitReplica();
        try (RedisVolume volume = RedisVolume.create(engine(""))) {
            volume.file("a");
            assertEquals(1, first.authorized("secret").waitForReplication(1, 30_000));
        }
        long before = commands(second);
        try (RedisEngine reader = engine(url("main") + "?route-read=replica", RedisEngine.Access.READ)) {
            Item.NodeOf root = new Item.NodeOf(RedisVolume.ROOT);
            assertEquals(
                    2,
                    reader.read(ReadPlan.of(root), answers -> answers.get(root)).nlink());
        }
        assertTrue(commands(second) > before);
    }

    private static long commands(RedisProcess process) {
        String stats = process.authorized("secret").info("commandstats");
        return RedisInfo.parse(stats).text("cmdstat_get").isEmpty()
                ? 0
                : Long.parseLong(RedisInfo.parse(stats).text("cmdstat_get").replaceAll("calls=(\\d+),.*", "$1"));
    }

    @Test
    void aNameThatNoSentinelKnowsIsTold() {
        FsException refused = assertThrows(FsException.class, () -> {
            try (RedisEngine engine = engine(url("nobody"), RedisEngine.Access.READ_WRITE)) {
                engine.barrier();
            }
        });
        assertTrue(refused.toString().contains("knows no master called 'nobody'"), refused.toString());
    }

    @Test
    void sentinelsThatAreAwayAreNamed() throws Exception {
        sentinel.stop();
        other.stop();
        FsException refused = assertThrows(FsException.class, () -> engine(""));
        assertTrue(refused.toString().contains("127.0.0.1:" + sentinel.port()), refused.toString());
    }
}
