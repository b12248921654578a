package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocksTest {
    private TestVolume volume;
    private FileHandle first;
    private FileHandle second;

    @BeforeEach
    void open() throws FsException {
        volume = TestVolume.inMemory();
        long inode = volume.put("f", "x");
        first = volume.fs().open(ROOT_USER, inode, OpenSpec.READ_WRITE);
        second = volume.fs().open(ROOT_USER, inode, OpenSpec.READ_WRITE);
    }

    @AfterEach
    void close() throws FsException {
        volume.fs().release(first, 1);
        volume.fs().release(second, 2);
        volume.close();
    }

    private static Errno errnoOf(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(FsException.class, work).errno();
    }

    @Test
    void anExclusiveFlockKeepsOthersOutUntilItsHandleEnds() throws FsException {
        volume.fs().flock(first, 1, LockMode.EXCLUSIVE, LockWait.TRY);
        assertEquals(Errno.EAGAIN, errnoOf(() -> volume.fs().flock(second, 2, LockMode.SHARED, LockWait.TRY)));
        volume.fs().release(first, 1);
        volume.fs().flock(second, 2, LockMode.EXCLUSIVE, LockWait.TRY);
        first = volume.fs().open(ROOT_USER, second.inode(), OpenSpec.READ_WRITE);
    }

    @Test
    void whoOnlyTriesGetsALockWhoseHandleIsBeingClosed() throws Exception {
        volume.fs().flock(first, 1, LockMode.EXCLUSIVE, LockWait.TRY);
        assertFalse(volume.fs().tryRelease(first, 1));
        Thread closer = Threads.virtual("closer-").newThread(() -> volume.fs().release(first, 1));
        Thread trier = Threads.virtual("trier-").newThread(closer::start);
        trier.start();
        volume.fs().flock(second, 2, LockMode.EXCLUSIVE, LockWait.TRY);
        closer.join();
        first = volume.fs().open(ROOT_USER, second.inode(), OpenSpec.READ_WRITE);
    }

    @Test
    void rangesThatDoNotOverlapDoNotConflict() throws FsException {
        volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, new LockRange(0, 99), LockWait.TRY);
        volume.fs().setLock(second, 2, 20, LockMode.EXCLUSIVE, new LockRange(100, 199), LockWait.TRY);
        var conflict = volume.fs().getLock(second, 2, LockMode.SHARED, new LockRange(50, 150));
        assertEquals(10, conflict.orElseThrow().pid());
        assertEquals(new LockRange(0, 99), conflict.orElseThrow().range());
    }

    @Test
    void closingAnyHandleDropsThePosixLocksOfItsOwner() throws FsException {
        volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
        volume.fs().flush(first, 1);
        volume.fs().setLock(second, 2, 20, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
    }

    @Test
    void lockOfAHandleItselfGoesWithTheHandle() throws FsException {
        volume.fs().setLock(first, 77, 0, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
        volume.fs().flush(first, 5); // what the close of a process sends: another owner
        assertEquals(
                Errno.EAGAIN,
                errnoOf(() -> volume.fs().setLock(second, 78, 0, LockMode.SHARED, LockRange.ALL, LockWait.TRY)));
        assertFalse(volume.fs().tryRelease(first, 0), "a lock has to be dropped");
        volume.fs().release(first, 0);
        volume.fs().setLock(second, 78, 0, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
        first = volume.fs().open(ROOT_USER, second.inode(), OpenSpec.READ_WRITE);
    }

    @Test
    void lateEndOfAHandleLeavesLocksThatItsProcessTookAnewAlone() throws FsException {
        volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
        volume.fs().flush(first, 1);
        volume.fs().setLock(second, 1, 10, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
        volume.fs().release(first, 0);
        first = volume.fs().open(ROOT_USER, second.inode(), OpenSpec.READ_WRITE);
        assertEquals(
                Errno.EAGAIN,
                errnoOf(() -> volume.fs().setLock(first, 2, 20, LockMode.SHARED, LockRange.ALL, LockWait.TRY)));
    }

    @Test
    void aWaiterGetsTheLockWhenItIsDropped() throws Exception {
        volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
        var got = new CountDownLatch(1);
        Thread waiter = Threads.virtual("waiter-").newThread(() -> {
            try {
                volume.fs().setLock(second, 2, 20, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.WAIT);
                got.countDown();
            } catch (FsException failure) {
                throw new AssertionError(failure);
            }
        });
        waiter.start();
        assertEquals(1, got.getCount());
        volume.fs().setLock(first, 1, 10, LockMode.UNLOCK, LockRange.ALL, LockWait.TRY);
        assertTrue(got.await(10, TimeUnit.SECONDS));
        waiter.join();
    }

    @Test
    void anInterruptedWaiterIsToldSo() throws Exception {
        volume.fs().flock(first, 1, LockMode.EXCLUSIVE, LockWait.TRY);
        var told = new AtomicReference<Errno>();
        Thread waiter = Threads.virtual("waiter-").newThread(() -> {
            try {
                volume.fs().flock(second, 2, LockMode.EXCLUSIVE, LockWait.WAIT);
            } catch (FsException failure) {
                told.set(failure.errno());
            }
        });
        waiter.start();
        waiter.interrupt();
        waiter.join();
        assertEquals(Errno.EINTR, told.get());
    }

    /// Another client of the same volume, which has read the file, and what its front end was told since.
    private final class Elsewhere implements AutoCloseable {
        private final TestVolume there;
        private final FileHandle handle;
        private final List<ChangeEvent> told = new ArrayList<>();

        Elsewhere() throws FsException {
            there = TestVolume.open(volume.engine(), volume.store(), Clock.SYSTEM);
            handle = there.fs().open(ROOT_USER, first.inode(), OpenSpec.READ_WRITE);
            assertEquals("x", there.readText(handle));
            there.fs().subscribe(told::add);
        }

        @Override
        public void close() throws FsException {
            there.close(handle);
            there.closeUnchecked();
        }
    }

    @Test
    void whoTakesALockSeesWhatWasWrittenUnderItElsewhere() throws FsException {
        try (var elsewhere = new Elsewhere()) {
            VolumeFs fs = elsewhere.there.fs();
            volume.fs().flock(first, 1, LockMode.EXCLUSIVE, LockWait.TRY);
            volume.write(first, 0, "longer than before");
            volume.fs().flock(first, 1, LockMode.UNLOCK, LockWait.TRY);
            fs.flock(elsewhere.handle, 9, LockMode.SHARED, LockWait.TRY);
            assertEquals(1, elsewhere.told.size(), "its front end dropped what it had");
            assertEquals("longer than before", elsewhere.there.readText(elsewhere.handle));
            fs.flock(elsewhere.handle, 9, LockMode.UNLOCK, LockWait.TRY);
            fs.flock(elsewhere.handle, 9, LockMode.SHARED, LockWait.TRY);
            assertEquals(1, elsewhere.told.size(), "nothing has changed since");
        }
    }

    @Test
    void lockingAndWritingAloneKeepsCaches() throws FsException {
        List<ChangeEvent> told = new ArrayList<>();
        volume.fs().subscribe(told::add);
        assertEquals("x", volume.readText(first));
        for (int i = 0; i < 3; i++) {
            volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, LockRange.ALL, LockWait.TRY);
            volume.write(first, 0, "round " + i);
            volume.fs().setLock(first, 1, 10, LockMode.UNLOCK, LockRange.ALL, LockWait.TRY);
        }
        assertEquals(List.of(), told);
    }

    @Test
    void aChangeElsewhereShowsThoughOwnOnesFollowed() throws FsException {
        var mine = new LockRange(0, 9);
        var theirs = new LockRange(100, 109);
        try (var elsewhere = new Elsewhere()) {
            VolumeFs fs = elsewhere.there.fs();
            fs.setLock(elsewhere.handle, 9, 90, LockMode.EXCLUSIVE, mine, LockWait.TRY);
            elsewhere.there.write(elsewhere.handle, 0, "one");
            volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, theirs, LockWait.TRY);
            volume.write(first, 100, "other");
            volume.fs().setLock(first, 1, 10, LockMode.UNLOCK, theirs, LockWait.TRY);
            elsewhere.there.write(elsewhere.handle, 0, "two");
            fs.setLock(elsewhere.handle, 9, 90, LockMode.UNLOCK, mine, LockWait.TRY);
            fs.setLock(elsewhere.handle, 9, 90, LockMode.SHARED, theirs, LockWait.TRY);
            assertFalse(elsewhere.told.isEmpty(), "what was cached of the other range is old");
            assertEquals(105, elsewhere.there.readText(elsewhere.handle).length());
        }
    }

    @Test
    void aChangeElsewhereShowsThoughOwnOnesWereMadeInAnotherChunk() throws FsException {
        var mine = new LockRange(Sizes.CHUNK, Sizes.CHUNK + 9);
        var theirs = new LockRange(0, 9);
        try (var elsewhere = new Elsewhere()) {
            VolumeFs fs = elsewhere.there.fs();
            fs.setLock(elsewhere.handle, 9, 90, LockMode.EXCLUSIVE, mine, LockWait.TRY);
            elsewhere.there.write(elsewhere.handle, Sizes.CHUNK, "one");
            volume.fs().setLock(first, 1, 10, LockMode.EXCLUSIVE, theirs, LockWait.TRY);
            volume.write(first, 0, "y");
            volume.fs().setLock(first, 1, 10, LockMode.UNLOCK, theirs, LockWait.TRY);
            fs.setLock(elsewhere.handle, 9, 90, LockMode.UNLOCK, mine, LockWait.TRY);
            fs.setLock(elsewhere.handle, 9, 90, LockMode.SHARED, theirs, LockWait.TRY);
            assertFalse(elsewhere.told.isEmpty(), "what was cached of the other range is old");
            assertEquals("y", new String(elsewhere.there.read(elsewhere.handle, 0, 1), StandardCharsets.UTF_8));
        }
    }

    /// Whatever becomes of the data, others must not wait for a lock that its program has given back.
    @Test
    void aLockIsGivenBackThoughTheStoreIsAway() throws FsException {
        var store = new FaultyStore(new MemoryStore(Clock.SYSTEM));
        try (var away = TestVolume.create(new MemoryEngine(), store, Clock.SYSTEM)) {
            FileHandle one = away.create("f").handle();
            FileHandle other = away.fs().open(ROOT_USER, one.inode(), OpenSpec.READ_WRITE);
            away.fs().flock(one, 1, LockMode.EXCLUSIVE, LockWait.TRY);
            away.write(one, 0, "content");
            store.fail(Operation.PUT, _ -> true, 1, Integer.MAX_VALUE, Kind.DENIED, FaultyStore.Moment.BEFORE);
            away.fs().flock(one, 1, LockMode.UNLOCK, LockWait.TRY);
            away.fs().flock(other, 2, LockMode.EXCLUSIVE, LockWait.TRY);
            assertEquals(Errno.EIO, errnoOf(() -> away.fs().flush(one, 1)), "the writer is told");
            store.heal();
            away.fs().release(one, 0);
            away.close(other);
        }
    }
}
