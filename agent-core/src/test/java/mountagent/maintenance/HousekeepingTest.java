package mountagent.maintenance;

import static mountagent.volume.TestVolume.ROOT_USER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.meta.ChunkKey;
import mountagent.meta.Durability;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.ReadPlan;
import mountagent.meta.SliceKey;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.memory.MemoryStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The background jobs, run by hand on a volume whose clock is set.
class HousekeepingTest {
    private static final long HOUR = 3600;

    private final SettableClock clock = new SettableClock(new Timestamp(1_767_225_600, 0));
    private final MetaEngine engine = new MemoryEngine();
    private final FaultyStore store = new FaultyStore(new MemoryStore(clock));
    private TestVolume volume;
    private Housekeeping jobs;

    @BeforeEach
    void open() throws FsException {
        MetaStore.format(engine, VolumeFormat.create("jobs", "01234567-89ab-4cde-8f01-23456789abcd"), clock);
        volume = TestVolume.open(engine, store, clock);
        jobs = Housekeeping.start(volume.meta(), volume.data(), clock, Set.of());
    }

    @AfterEach
    void close() throws FsException {
        jobs.close();
        volume.close();
    }

    private int blocks() throws ObjectStoreException {
        return store.list("chunks/", "", 1000).objects().size();
    }

    /// Deletes a file for good as a client does that dies before it has deleted the data.
    private void deleteOnlyInMetadata(String name) throws FsException {
        long inode = volume.lookup(name).inode();
        MetaStore meta = volume.meta();
        meta.setattr(ROOT_USER, inode, AttrChange.NONE.withFlags(NodeFlag.SKIP_TRASH));
        assertTrue(meta.unlink(ROOT_USER, TestVolume.at(name), 0).unlinked());
    }

    @Test
    void dataOfDeletedFilesGoesAfterAnHour() throws Exception {
        volume.put("gone", "some bytes");
        deleteOnlyInMetadata("gone");
        jobs.run(HousekeepingJob.DELETED_FILES);
        assertEquals(1, blocks(), "it is not an hour yet");
        clock.advance(HOUR + 1, 0);
        jobs.run(HousekeepingJob.DELETED_FILES);
        assertEquals(0, blocks());
        assertEquals(List.of(), volume.meta().deletedFiles(Long.MAX_VALUE, 10).records());
    }

    @Test
    void jobRunsOnceInItsPeriodWhoeverAsks() throws Exception {
        clock.advance(2 * HOUR, 0);
        jobs.run(HousekeepingJob.DELETED_FILES);
        volume.put("gone", "some bytes");
        deleteOnlyInMetadata("gone");
        clock.advance(HOUR * 8 / 10, 0);
        try (Housekeeping other = Housekeeping.start(volume.meta(), volume.data(), clock, Set.of())) {
            other.run(HousekeepingJob.DELETED_FILES);
            assertEquals(1, blocks(), "another client has run it");
            clock.advance(HOUR * 3 / 10, 0);
            other.run(HousekeepingJob.DELETED_FILES);
            assertEquals(0, blocks());
        }
    }

    @Test
    void fileThatCannotBeDeletedDoesNotKeepOthers() throws Exception {
        long stuck = volume.put("stuck", "bytes");
        volume.put("gone", "bytes");
        String key = store.list("chunks/", "", 1).objects().getFirst().key();
        deleteOnlyInMetadata("stuck");
        deleteOnlyInMetadata("gone");
        store.fail(Operation.DELETE, key::equals, 1, Integer.MAX_VALUE, Kind.TRANSIENT, FaultyStore.Moment.BEFORE);
        clock.advance(HOUR + 1, 0);
        jobs.run(HousekeepingJob.DELETED_FILES);
        assertEquals(
                List.of(key),
                store.list("chunks/", "", 9).objects().stream()
                        .map(o -> o.key())
                        .toList());
        store.heal();
        clock.advance(HOUR, 0);
        jobs.run(HousekeepingJob.DELETED_FILES);
        jobs.run(HousekeepingJob.RELEASED_SLICES);
        assertEquals(0, blocks(), "inode " + stuck);
    }

    @Test
    void blocksOfReleasedSlicesGo() throws Exception {
        SliceKey slice = new SliceKey(volume.meta().newSliceId(), 3);
        store.put("chunks/0/0/" + slice.id() + "_0_3", MemorySegment.ofArray(new byte[3]));
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.CreateSliceRefs(slice, 0));
                    return null;
                },
                Durability.COMMITTED);
        jobs.run(HousekeepingJob.RELEASED_SLICES);
        assertEquals(0, blocks());
        assertEquals(List.of(), volume.meta().releasedSlices(10).records());
    }

    @Test
    void trashExpiresAfterItsDaysAndTwoHours() throws Exception {
        volume.put("kept", "for a day");
        volume.fs().unlink(ROOT_USER, TestVolume.at("kept"));
        clock.advance(25 * HOUR, 0);
        jobs.run(HousekeepingJob.TRASH);
        assertEquals(1, trashed(), "a day and an hour are not enough");
        clock.advance(2 * HOUR, 0);
        jobs.run(HousekeepingJob.TRASH);
        assertEquals(0, trashed());
        clock.advance(HOUR + 1, 0);
        jobs.run(HousekeepingJob.DELETED_FILES);
        assertEquals(0, blocks());
    }

    private int trashed() throws FsException {
        long root = volume.lookup(".trash").inode();
        int count = 0;
        for (String hour : volume.names(root)) {
            long directory =
                    volume.fs().lookup(ROOT_USER, TestVolume.at(root, hour)).inode();
            count += volume.names(directory).size();
        }
        return count;
    }

    @Test
    void slicesThatCompactionReplacedGoAfterTheDaysOfTheTrash() throws Exception {
        var file = volume.create("compacted");
        for (int i = 0; i < 5; i++) {
            volume.write(file.handle(), i * 10L, "0123456789");
            volume.fs().flush(file.handle(), 1);
        }
        volume.close(file.handle());
        assertTrue(volume.data().compactor().compact(new ChunkKey(file.stat().inode(), 0)));
        assertEquals(6, blocks());
        clock.advance(23 * HOUR, 0);
        jobs.run(HousekeepingJob.TRASH);
        assertEquals(6, blocks());
        clock.advance(2 * HOUR, 0);
        jobs.run(HousekeepingJob.TRASH);
        assertEquals(1, blocks());
    }

    @Test
    void closedJobsLeaveNoThreads() throws InterruptedException {
        Housekeeping running =
                Housekeeping.start(volume.meta(), volume.data(), clock, EnumSet.allOf(HousekeepingJob.class));
        running.close();
        List<Thread> ending = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("housekeeping-")
                        || thread.getName().startsWith("barrier-"))
                .toList();
        for (Thread thread : ending) {
            // A pool has ended some microseconds before its threads have.
            assertTrue(thread.join(Duration.ofSeconds(10)), thread.getName());
        }
    }
}
