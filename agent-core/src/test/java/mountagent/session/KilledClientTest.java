package mountagent.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.golden.GoldenMount;
import mountagent.golden.GoldenVolume;
import mountagent.meta.MetaStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The metadata of a volume at the moment its official client was killed: a session that is stale a minute later, with
/// an unlinked file it had open, a BSD lock and POSIX locks.
class KilledClientTest {
    /// A little before the session expires.
    private static final Timestamp ALIVE = new Timestamp(1_795_263_260, 0);

    private static final Duration BEAT = Duration.ofSeconds(12);
    private static final long UNLINKED = 3157;
    private static final long LOCKED = 3158;
    private static final LockRange IN_THE_WAY = new LockRange(5, 9);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"sqlite-killed, meta.db", "redis-killed, dump.rdb"})
    void itsFilesAndLocksGoWhenItsTimeIsUp(String name, String metadata) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        Path killed = golden.folder().resolve("killed").resolve(metadata);
        Files.copy(killed, golden.folder().resolve(metadata), StandardCopyOption.REPLACE_EXISTING);
        SettableClock clock = new SettableClock(ALIVE);
        TestVolume volume = GoldenMount.open(golden, clock);
        List<MetaStore.Removed> gone = new ArrayList<>();
        StaleSessions stale = new StaleSessions(volume.meta(), events(gone), clock);

        stale.removeExpired(BEAT);
        assertEquals(0, volume.meta().node(UNLINKED).nlink());
        assertFalse(volume.meta().tryFlock(LOCKED, 7, LockMode.EXCLUSIVE));
        assertFalse(volume.meta().trySetLock(LOCKED, 7, 1, LockMode.EXCLUSIVE, IN_THE_WAY));

        clock.advance(120, 0);
        stale.removeExpired(BEAT);
        assertEquals(
                List.of(UNLINKED), gone.stream().map(MetaStore.Removed::inode).toList());
        FsException missing =
                assertThrows(FsException.class, () -> volume.meta().node(UNLINKED));
        assertEquals(Errno.ENOENT, missing.errno());
        assertTrue(volume.meta().tryFlock(LOCKED, 7, LockMode.EXCLUSIVE));
        assertTrue(volume.meta().trySetLock(LOCKED, 7, 1, LockMode.EXCLUSIVE, IN_THE_WAY));

        long before = blocks(volume);
        volume.data().remover().removeFile(UNLINKED, gone.getFirst().length());
        assertEquals(before - 1, blocks(volume));
        volume.closeWith(GoldenMount.KNOWN);
    }

    private static SessionEvents events(List<MetaStore.Removed> gone) {
        return new SessionEvents() {
            @Override
            public void filesGone(List<MetaStore.Removed> files) {
                gone.addAll(files);
            }

            @Override
            public void volumeGone() {
                throw new AssertionError("the volume is there");
            }
        };
    }

    private static long blocks(TestVolume volume) throws Exception {
        return volume.store().list("chunks/", "", 100_000).objects().size();
    }
}
