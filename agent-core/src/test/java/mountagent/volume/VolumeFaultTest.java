package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mountagent.base.AttrChange;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.FaultyEngine;
import mountagent.meta.MetaEngine;
import mountagent.meta.memory.MemoryEngine;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Work on a volume whose object store fails again and again: what was acknowledged reads back, what was
/// not is told, and nothing in the metadata refers to what is not there.
class VolumeFaultTest {
    private static final int FILES = 10;
    private static final int LENGTH_MAX = 150_000;

    /// `-Dfault.operations` sets how many there are.
    private static final int OPERATIONS = Integer.getInteger("fault.operations", 1500);

    /// A file and what it must hold; null after a failure that leaves it open.
    private static final class Known {
        private final long inode;
        private byte[] bytes = new byte[0];
        private boolean isKnown = true;

        Known(long inode) {
            this.inode = inode;
        }
    }

    private final SplittableRandom random;
    private final long seed = Long.getLong("fault.seed", Clock.SYSTEM.nanoTime());
    private final List<Known> files = new ArrayList<>();
    private final FaultyStore store = new FaultyStore(new MemoryStore(Clock.SYSTEM));
    private int failures;

    VolumeFaultTest() {
        random = new SplittableRandom(seed);
    }

    @ParameterizedTest
    @EnumSource(FaultyStore.Moment.class)
    void whatWasAcknowledgedReadsBack(FaultyStore.Moment moment) throws Exception {
        MetaEngine engine = new MemoryEngine();
        try (TestVolume volume = TestVolume.create(engine, store, Clock.SYSTEM)) {
            for (int i = 0; i < FILES; i++) {
                files.add(new Known(volume.put("f" + i, "")));
            }
            for (int i = 0; i < OPERATIONS; i++) {
                if (i % 5 == 0) {
                    store.heal();
                    store.failNth(Operation.values()[random.nextInt(Operation.values().length)], 1, Kind.TRANSIENT);
                    store.fail(
                            Operation.PUT, _ -> true, 1 + random.nextInt(9), 1 + random.nextInt(3), Kind.FULL, moment);
                }
                change(volume, files.get(random.nextInt(FILES)));
            }
            store.heal();
            assertTrue(failures > OPERATIONS / 100, () -> "only " + failures + " failures");
            for (Known file : files) {
                check(volume, file);
            }
        } catch (AssertionError | FsException wrong) {
            throw new AssertionError("with -Dfault.seed=" + seed + ": " + wrong.getMessage(), wrong);
        }
    }

    /// Metadata and store fail by turns, before they do anything or after (the answer is lost), and are slow at times.
    @ParameterizedTest
    @EnumSource(FaultyEngine.Fault.class)
    void whatWasAcknowledgedReadsBackWhenMetadataAndStoreFail(FaultyEngine.Fault fault, @TempDir Path folder)
            throws Exception {
        var engine = new FaultyEngine(
                SqlEngine.open(SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE)));
        long faults = random.nextLong();
        try (TestVolume volume = TestVolume.create(engine, store, Clock.SYSTEM)) {
            for (int i = 0; i < FILES; i++) {
                files.add(new Known(volume.put("f" + i, "")));
            }
            engine.fail(number -> strike(faults + number, fault));
            for (int i = 0; i < OPERATIONS; i++) {
                if (i % 10 == 0) {
                    store.heal();
                    store.fail(
                            Operation.PUT,
                            _ -> true,
                            1 + random.nextInt(9),
                            1,
                            Kind.TRANSIENT,
                            FaultyStore.Moment.values()[random.nextInt(2)]);
                }
                change(volume, files.get(random.nextInt(FILES)));
            }
            engine.heal();
            store.heal();
            assertTrue(failures > OPERATIONS / 100, () -> "only " + failures + " failures");
            for (Known file : files) {
                check(volume, file);
            }
        } catch (AssertionError | FsException wrong) {
            throw new AssertionError("with -Dfault.seed=" + seed + ": " + wrong.getMessage(), wrong);
        }
    }

    /// One call in thirty fails; as many are slow.
    private static FaultyEngine.Fault strike(long number, FaultyEngine.Fault fault) {
        int draw = new SplittableRandom(number).nextInt(30);
        if (draw == 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
        }
        return draw == 1 ? fault : FaultyEngine.Fault.NONE;
    }

    private void change(TestVolume volume, Known file) throws FsException {
        try {
            if (!file.isKnown) {
                volume.fs().setattr(ROOT_USER, file.inode, AttrChange.NONE.withLength(0));
                file.bytes = new byte[0];
                file.isKnown = true;
            }
            if (random.nextInt(3) == 0) {
                check(volume, file);
            } else {
                write(volume, file);
            }
        } catch (FsException failed) {
            boolean isPlanned = failed.errno() == Errno.EIO || failed.errno() == Errno.ENOSPC;
            if (!isPlanned) {
                throw failed;
            }
            failures++;
        }
    }

    /// Writes and closes: the content is known again only when all of it was acknowledged.
    private void write(TestVolume volume, Known file) throws FsException {
        file.isKnown = false;
        FileHandle handle = volume.fs().open(ROOT_USER, file.inode, OpenSpec.READ_WRITE);
        try {
            byte[] bytes = file.bytes;
            for (int i = random.nextInt(4); i >= 0; i--) {
                int offset = random.nextInt(Math.min(LENGTH_MAX, bytes.length + 1000));
                byte[] source = new byte[1 + random.nextInt(40_000)];
                random.nextBytes(source);
                volume.write(handle, offset, source);
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length, offset + source.length));
                System.arraycopy(source, 0, bytes, offset, source.length);
            }
            if (random.nextInt(5) == 0) {
                volume.fs().fsync(handle, SyncMode.DATA_ONLY);
            }
            volume.fs().flush(handle, 1);
            file.bytes = bytes;
            file.isKnown = true;
        } finally {
            volume.fs().release(handle, 1);
        }
    }

    private static void check(TestVolume volume, Known file) throws FsException {
        if (file.isKnown) {
            FileHandle handle = volume.fs().open(ROOT_USER, file.inode, OpenSpec.READ);
            try {
                byte[] found = volume.read(handle, 0, file.bytes.length + 10);
                assertArrayEquals(file.bytes, found, () -> "inode " + file.inode);
            } finally {
                volume.fs().release(handle, 1);
            }
        }
    }

    @Test
    void storeThatIsAwayFailsTheCloseAndNotTheVolume() throws Exception {
        try (TestVolume volume = TestVolume.create(new MemoryEngine(), store, Clock.SYSTEM)) {
            Known file = new Known(volume.put("file", ""));
            store.fail(Operation.PUT, _ -> true, 1, Integer.MAX_VALUE, Kind.TRANSIENT, FaultyStore.Moment.BEFORE);
            change(volume, file);
            while (file.isKnown) {
                change(volume, file);
            }
            store.heal();
            change(volume, file);
            write(volume, file);
            check(volume, file);
        }
    }
}
