package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.MigrateArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A volume in one slot of a cluster: the slot moves to another node, its node is replaced by a replica, and a client
/// works on meanwhile.
@Timeout(300)
class RedisClusterTest {
    private static final String PREFIX = "{1}";
    private static final int SLOT = SlotHash.getSlot(PREFIX);
    private static final RedisLimits HASTY = new RedisLimits(
            8, Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMillis(500), 5);

    private RedisProcess a;
    private RedisProcess b;
    private RedisCommands<byte[], byte[]> onA;
    private RedisCommands<byte[], byte[]> onB;

    @BeforeEach
    void startCluster() throws Exception {
        a = node();
        b = node();
        onA = a.commands(0);
        onB = b.commands(0);
        onA.clusterAddSlots(IntStream.range(0, SlotHash.SLOT_COUNT).toArray());
        onA.clusterMeet("127.0.0.1", b.port());
        await(() -> onA.clusterInfo().contains("cluster_state:ok")
                && onB.clusterInfo().contains("cluster_state:ok")
                && onA.clusterInfo().contains("cluster_known_nodes:2"));
    }

    private static RedisProcess node() throws IOException, InterruptedException {
        return RedisProcess.start("--cluster-enabled", "yes", "--cluster-node-timeout", "5000");
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) {
        long limit = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < limit, "the cluster does not come up");
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void endCluster() throws Exception {
        b.close();
        a.close();
    }

    private RedisEngine engine(RedisProcess seed) throws FsException {
        return RedisServer.engine("redis://127.0.0.1:" + seed.port() + "/1", RedisServer.PATIENT);
    }

    private void beginMove() {
        onB.clusterSetSlotImporting(SLOT, onA.clusterMyId());
        onA.clusterSetSlotMigrating(SLOT, onB.clusterMyId());
    }

    private void move(List<byte[]> keys) {
        onA.migrate("127.0.0.1", b.port(), 0, 5000, MigrateArgs.Builder.<byte[]>keys(keys));
    }

    private void endMove() {
        for (List<byte[]> keys = onA.clusterGetKeysInSlot(SLOT, 100);
                !keys.isEmpty();
                keys = onA.clusterGetKeysInSlot(SLOT, 100)) {
            move(keys);
        }
        onB.clusterSetSlotNode(SLOT, onB.clusterMyId());
        onA.clusterSetSlotNode(SLOT, onB.clusterMyId());
    }

    @Test
    void aNodeOfAClusterStandsForAllOfIt() throws Exception {
        try (RedisVolume volume = RedisVolume.create(engine(b))) {
            long inode = volume.file("a");
            volume.rename("a", "b");
            assertEquals(Set.of("b"), volume.names());
            assertEquals(1, onA.exists(RedisForm.bytes(PREFIX + "i" + inode)));
            assertEquals(onA.dbsize(), onA.clusterCountKeysInSlot(SLOT), "all keys are in one slot");
        }
        String both = "redis://127.0.0.1:" + a.port() + ",127.0.0.1:" + b.port() + "/1";
        try (RedisVolume volume = RedisVolume.open(RedisServer.engine(both, RedisServer.PATIENT))) {
            assertEquals(Set.of("b"), volume.names());
        }
        try (RedisEngine engine = engine(a)) {
            onA.set(RedisForm.bytes("{2}other"), new byte[1]);
            engine.erase();
            assertTrue(engine.isEmpty());
            assertEquals(1, onA.dbsize(), "the keys of others stay");
        }
    }

    @Test
    void theSlotMovesWhileAClientWorks() throws Exception {
        try (RedisVolume volume = RedisVolume.create(engine(a));
                RedisVolume.Load load = volume.new Load("f").begin()) {
            load.awaitSteps(100);
            beginMove();
            endMove();
            load.awaitSteps(100);
            load.end();
            load.endWith(volume.names());
            assertEquals(0, onA.dbsize());
        }
    }

    @Test
    void aKeyThatIsOnItsWayIsFoundWhereItIs() throws Exception {
        try (RedisVolume volume = RedisVolume.create(engine(a))) {
            long inode = volume.file("a");
            long other = volume.file("b");
            beginMove();
            move(List.of(RedisForm.bytes(PREFIX + "i" + inode)));
            assertEquals(1, volume.store().node(inode).nlink());
            assertEquals(1, volume.store().node(other).nlink());
            endMove();
            volume.unlink("a");
            assertEquals(Set.of("b"), volume.names());
        }
    }

    @Test
    void whatIsBeingMovedIsNotListedInPart() throws Exception {
        RedisEngine engine = engine(a);
        try (RedisVolume volume = RedisVolume.create(engine)) {
            for (int i = 0; i < 300; i++) {
                volume.file("f" + i);
            }
            Page<Scan.PlacedNode> first = engine.scan(new Scan.Nodes(), Cursor.START, 10);
            beginMove();
            move(onA.clusterGetKeysInSlot(SLOT, 50));
            String url = "redis://127.0.0.1:" + a.port() + "/1";
            try (RedisEngine hasty = RedisServer.engine(url, HASTY)) {
                FsException refused =
                        assertThrows(FsException.class, () -> hasty.scan(new Scan.Nodes(), Cursor.START, 10));
                assertTrue(refused.toString().contains("not yet wholly"), refused.toString());
            }
            endMove();
            Cursor next = first.next();
            FsException refused = assertThrows(FsException.class, () -> engine.scan(new Scan.Nodes(), next, 10));
            assertTrue(refused.toString().contains("begin again"), refused.toString());
        }
    }

    /// Makes `c` a replica of the first node.
    private RedisCommands<byte[], byte[]> replicating(RedisProcess c) {
        RedisCommands<byte[], byte[]> onC = c.commands(0);
        onA.clusterMeet("127.0.0.1", c.port());
        await(() -> onC.clusterInfo().contains("cluster_known_nodes:3"));
        onC.clusterReplicate(onA.clusterMyId());
        await(() -> onC.info("replication").contains("master_link_status:up"));
        return onC;
    }

    @Test
    void aReplicaTakesOverWhileAClientWorks() throws Exception {
        try (RedisProcess c = node()) {
            RedisCommands<byte[], byte[]> onC = replicating(c);
            try (RedisVolume volume = RedisVolume.create(engine(a));
                    RedisVolume.Load load = volume.new Load("f").begin()) {
                load.awaitSteps(50);
                onC.clusterFailover(false);
                await(() -> onC.info("replication").contains("role:master"));
                load.awaitSteps(100);
                load.end();
                load.endWith(volume.names());
            }
        }
    }

    @Test
    void aReaderAsksAReplicaIfItsUrlSaysSo() throws Exception {
        try (RedisProcess c = node()) {
            RedisCommands<byte[], byte[]> onC = replicating(c);
            try (RedisVolume volume = RedisVolume.create(engine(a))) {
                volume.file("a");
                assertEquals(1, onA.waitForReplication(1, 30_000));
            }
            await(() -> onA.clusterSlots().getFirst() instanceof List<?> range && range.size() > 3);
            for (String way : List.of("replica", "random", "latency")) {
                String url = "redis://127.0.0.1:" + a.port() + "/1?route-read=" + way;
                RedisUrl parsed = RedisUrl.parse(url, Map.of());
                try (RedisEngine reader = RedisEngine.open(
                        parsed, RedisEngine.Access.READ, RedisServer.PATIENT, Clock.SYSTEM, new Random(1))) {
                    Item.NodeOf root = new Item.NodeOf(RedisVolume.ROOT);
                    assertEquals(
                            2,
                            reader.read(ReadPlan.of(root), answers -> answers.get(root))
                                    .nlink(),
                            way);
                    assertEquals(
                            2,
                            reader.scan(new Scan.Nodes(), Cursor.START, 100)
                                    .records()
                                    .size(),
                            way);
                }
            }
            assertTrue(onC.info("commandstats").contains("cmdstat_get:"), "the replica was asked");
        }
    }
}
