package mountagent.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.NodeSpec;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import mountagent.meta.SessionRecord;
import mountagent.meta.VolumeFormat;
import mountagent.meta.codec.SessionInfo;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ClientSessionTest {
    private static final Caller CALLER = new Caller(0, 0, List.of(), 100, 0, Caller.Checks.KERNEL);
    private static final long START = 1_700_000_000;
    // above the highest that Linux gives
    private static final long PID_GONE = 4_999_999;

    private final SettableClock clock = new SettableClock(new Timestamp(START, 0));
    private final MemoryEngine engine = new MemoryEngine();
    private final Recorded events = new Recorded();

    private static final class Recorded implements SessionEvents {
        private final List<MetaStore.Removed> files = new ArrayList<>();
        private int volumesGone;

        @Override
        public void volumeGone() {
            volumesGone++;
        }

        @Override
        public void filesGone(List<MetaStore.Removed> removed) {
            files.addAll(removed);
        }
    }

    @BeforeEach
    void formatVolume() throws FsException {
        MetaStore.format(engine, VolumeFormat.create("test", "u-1").withTrashDays(0), clock);
    }

    @Test
    void aSessionIsThereFromOpenToClose() throws FsException {
        try (var meta = client()) {
            var session = open(meta, "/mnt", 7);
            var record = meta.sessions().getFirst();
            assertEquals(START + 60, record.expire());
            assertEquals("/mnt", SessionInfo.decode(record.info()).mountPoint());
            session.close();
            assertEquals(List.of(), meta.sessions());
        }
    }

    @Test
    void eachBeatProlongsTheSession() throws FsException {
        try (var meta = client();
                var session = open(meta, "/mnt", 7)) {
            clock.advance(12, 0);
            session.beat();
            assertEquals(START + 72, meta.sessions().getFirst().expire());
        }
    }

    @Test
    void aHeartbeatOfZeroRegistersForAYear() throws FsException {
        try (var meta = client();
                var session = open(meta, "/mnt", 7, new SessionOptions(true, Duration.ZERO, true))) {
            assertFalse(session.isVolumeGone());
            assertEquals(
                    START + Duration.ofDays(365).toSeconds(),
                    meta.sessions().getFirst().expire());
        }
    }

    @Test
    void aClientThatDoesNotRegisterLeavesNoTrace() throws FsException {
        try (var meta = client();
                var session = open(meta, "/mnt", 7, new SessionOptions(false, Duration.ofSeconds(12), true))) {
            session.beat();
            assertEquals(List.of(), meta.sessions());
        }
    }

    @Test
    void whatAnEarlierProcessLeftAtTheSameMountPointGoesAtOnce() throws FsException {
        try (var crashed = client();
                var meta = client()) {
            crashed.openSession(info("/mnt", PID_GONE).encode(), START + 60);
            var inode = file(crashed);
            assertTrue(crashed.tryFlock(inode, 5, LockMode.EXCLUSIVE));
            try (var session = open(meta, "/mnt", 7)) {
                assertFalse(session.isVolumeGone());
                assertEquals(1, meta.sessions().size());
                assertTrue(meta.tryFlock(inode, 6, LockMode.EXCLUSIVE));
            }
        }
    }

    @Test
    void whatAnEarlierProcessOfTheSameNumberLeftGoesToo() throws FsException {
        try (var crashed = client();
                var meta = client()) {
            var pid = ProcessHandle.current().pid();
            crashed.openSession(info("/mnt", pid).encode(), START + 60);
            try (var session = open(meta, "/mnt", pid)) {
                assertFalse(session.isVolumeGone());
                assertEquals(1, meta.sessions().size());
            }
        }
    }

    @Test
    void theHeartBeatsByItself() throws Exception {
        try (var meta = client();
                var session = open(meta, "/mnt", 7, new SessionOptions(true, Duration.ofMillis(50), false))) {
            clock.advance(1000, 0);
            var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (meta.sessions().getFirst().expire() < START + 1000 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertTrue(meta.sessions().getFirst().expire() >= START + 1000);
            assertFalse(session.isVolumeGone());
        }
    }

    @Test
    void sessionsOfOtherMountPointsAndOfLivingProcessesStay() throws FsException {
        try (var other = client();
                var living = client();
                var meta = client()) {
            other.openSession(info("/other", PID_GONE).encode(), START + 60);
            living.openSession(info("/mnt", ProcessHandle.current().pid()).encode(), START + 60);
            try (var session = open(meta, "/mnt", 7)) {
                assertFalse(session.isVolumeGone());
                assertEquals(3, meta.sessions().size());
            }
        }
    }

    @Test
    void sessionsThatExpiredGoWithWhatTheyHeld() throws FsException {
        try (var frozen = client();
                var meta = client()) {
            frozen.openSession(info("/other", PID_GONE).encode(), START + 60);
            var unnamed = frozen.createUnnamed(CALLER, 1, NodeSpec.file(0644)).inode();
            var session = open(meta, "/mnt", 7);
            clock.advance(61, 0);
            session.beat();
            assertEquals(List.of(meta.session()), ids(meta));
            assertEquals(
                    List.of(unnamed),
                    events.files.stream().map(MetaStore.Removed::inode).toList());
            session.close();
        }
    }

    @Test
    void aClientToldNotToCleanUpLeavesOthersAlone() throws FsException {
        try (var frozen = client();
                var meta = client();
                var session = open(meta, "/mnt", 7, new SessionOptions(true, Duration.ofSeconds(12), false))) {
            frozen.openSession(info("/mnt", PID_GONE).encode(), START + 60);
            clock.advance(61, 0);
            session.beat();
            assertEquals(2, meta.sessions().size());
        }
    }

    @Test
    void aVolumeThatWasReplacedIsReportedOnce() throws FsException {
        try (var meta = client();
                var session = open(meta, "/mnt", 7)) {
            var other = VolumeFormat.create("test", "u-2").document();
            engine.transact(
                    ReadPlan.of(new Item.Setting()),
                    transaction -> {
                        transaction.apply(new Mutation.PutSetting(other));
                        return true;
                    },
                    Durability.COMMITTED);
            session.beat();
            session.beat();
            assertTrue(session.isVolumeGone());
            assertEquals(1, events.volumesGone);
        }
    }

    private MetaStore client() throws FsException {
        return MetaStore.open(engine, MetaOptions.of(clock));
    }

    private ClientSession open(MetaStore meta, String mountPoint, long pid) throws FsException {
        return open(meta, mountPoint, pid, SessionOptions.DEFAULT);
    }

    private ClientSession open(MetaStore meta, String mountPoint, long pid, SessionOptions options) throws FsException {
        return ClientSession.open(meta, info(mountPoint, pid), options, events, clock);
    }

    private static SessionInfo info(String mountPoint, long pid) {
        return new SessionInfo("1.4.1", "host", List.of("192.0.2.1"), mountPoint, "2026-01-01T00:00:00Z", pid);
    }

    private static long file(MetaStore meta) throws FsException {
        return meta.mknod(CALLER, new DentryKey(1, FileName.of("f")), NodeSpec.file(0644))
                .inode();
    }

    private static List<Long> ids(MetaStore meta) throws FsException {
        return meta.sessions().stream().map(SessionRecord::id).toList();
    }
}
