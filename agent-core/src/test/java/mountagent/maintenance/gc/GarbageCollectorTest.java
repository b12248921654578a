package mountagent.maintenance.gc;

import static mountagent.maintenance.gc.GcOptions.Compaction.ALL_CHUNKS;
import static mountagent.maintenance.gc.GcOptions.Deletion.DELETE;
import static mountagent.maintenance.gc.GcOptions.Deletion.REPORT_ONLY;
import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.Durability;
import mountagent.meta.FaultyEngine.Fault;
import mountagent.meta.Item;
import mountagent.meta.MetaStore.TruncateRight;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Outcome;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.volume.Opened;
import org.junit.jupiter.api.Test;

/// What gc deletes, and above all what it does not: each weak point of the official one has its test here.
class GarbageCollectorTest {
    private static final Duration LONG = Duration.ofHours(3);
    private static final String LEAKED = "0/9/9999_0_10";

    private static long slice(GcVolume gc, long inode) throws FsException {
        return gc.volume.meta().slices(new ChunkKey(inode, 0)).getFirst().id();
    }

    private static void addLeaked(GcVolume gc) throws ObjectStoreException {
        gc.putObject("chunks/" + LEAKED, 10);
    }

    @Test
    void leakedObjectsAreCountedAndOnlyDeletedWhenAsked() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            gc.volume.put("used", "0123456789");
            Set<String> used = gc.blocks();
            addLeaked(gc);
            gc.pass(LONG);
            GcReport report = gc.gc(REPORT_ONLY);
            assertEquals("using 1 slices (10 bytes)", report.slicesText());
            assertEquals(
                    "scanned 2 objects, 1 valid, 0 pending delete (0 bytes), 0 compacted (0 bytes),"
                            + " 1 leaked (10 bytes), 0 delslices (0 bytes), 0 delfiles (0 bytes), 0 skipped (0 bytes)",
                    report.objectsText());
            assertTrue(gc.blocks().contains(LEAKED));
            assertEquals(1, gc.gc(DELETE).deleted());
            assertEquals(used, gc.blocks());
        }
    }

    @Test
    void youngObjectsAreSkippedWhateverTheyAre() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            gc.volume.put("used", "0123456789");
            addLeaked(gc);
            gc.pass(Duration.ofMinutes(59));
            GcReport report = gc.gc(DELETE);
            assertEquals(new GcReport.Sum(2, 20), report.skipped());
            assertTrue(gc.blocks().contains(LEAKED));
        }
    }

    @Test
    void anUnlinkedFileThatIsOpenKeepsItsData() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            Opened open = gc.volume.create("f");
            gc.volume.write(open.handle(), 0, "still wanted");
            gc.volume.fs().flush(open.handle(), 1);
            gc.volume.fs().unlink(ROOT_USER, at("f"));
            gc.pass(Duration.ofDays(2));
            gc.gc(DELETE);
            gc.volume.data().open(open.stat().inode()).forgetSlices();
            assertEquals("still wanted", gc.volume.readText(open.handle()));
            gc.volume.close(open.handle());
        }
    }

    @Test
    void whatTheTrashStillKeepsStaysAndWhatItKeptLongEnoughGoes() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            gc.volume.put("f", "0123456789");
            gc.volume.fs().unlink(ROOT_USER, at("f"));
            gc.pass(Duration.ofHours(23));
            assertEquals(1, gc.gc(DELETE).valid().count());
            gc.pass(LONG);
            assertEquals(new GcReport.Sum(1, 10), gc.gc(DELETE).deletedFiles());
            assertEquals(Set.of(), gc.blocks());
        }
    }

    @Test
    void whateverMetadataCannotBeReadNothingIsDeleted() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            gc.volume.put("used", "0123456789");
            addLeaked(gc);
            gc.pass(LONG);
            int failing = 1;
            while (!succeeds(gc, failing)) {
                assertTrue(gc.blocks().contains(LEAKED), "call " + failing);
                failing++;
            }
            assertTrue(failing > 8, "a run reads the metadata more often than " + failing);
            assertFalse(gc.blocks().contains(LEAKED));
            gc.engine.heal();
        }
    }

    private static boolean succeeds(GcVolume gc, int failing) {
        gc.engine.fail(number -> number == failing ? Fault.BEFORE : Fault.NONE);
        try {
            gc.gc(DELETE);
            return true;
        } catch (FsException _) {
            return false;
        }
    }

    @Test
    void theSecondLookAtTheMetadataFailsTheRunToo() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            addLeaked(gc);
            gc.pass(LONG);
            int[] looks = new int[1];
            gc.hooks.before((scan, page) -> {
                if (scan instanceof Scan.AllChunks && ++looks[0] == 3 && page == 1) {
                    throw new FsException(Errno.EIO, "away");
                }
            });
            assertThrows(FsException.class, () -> gc.gc(DELETE));
            assertTrue(gc.blocks().contains(LEAKED));
        }
    }

    @Test
    void aListingThatBreaksOffHalfWayDeletesNothing() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            for (int id = 9000; id < 19_500; id++) {
                gc.putObject("chunks/0/" + id / 1000 + "/" + id + "_0_1", 1);
            }
            gc.pass(LONG);
            for (int failing = 1; failing <= 3; failing++) {
                FaultyStore store = gc.store.failNth(Operation.LIST, failing, Kind.TRANSIENT);
                assertThrows(FsException.class, () -> gc.gc(DELETE));
                store.heal();
                assertEquals(10_500, gc.blocks().size(), "listing " + failing);
            }
            assertEquals(10_500, gc.gc(DELETE).deleted());
            assertEquals(Set.of(), gc.blocks());
        }
    }

    @Test
    void recordsThatCannotBeUnderstoodEndTheRun() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(1)) {
            gc.volume.put("f", "0123456789");
            addLeaked(gc);
            gc.pass(LONG);
            gc.hooks.hideRecords();
            FsException failure = assertThrows(FsException.class, () -> gc.gc(DELETE));
            assertTrue(String.valueOf(failure.getMessage()).contains("run fsck"), failure.getMessage());
            assertTrue(gc.blocks().contains(LEAKED));
            gc.hooks.showRecords();
        }
    }

    @Test
    void aSliceThatIsCopiedDuringTheScanStays() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            long early = gc.volume.put("early", "a");
            long late = gc.volume.put("late", "0123456789");
            String block = "0/0/" + slice(gc, late) + "_0_10";
            assertTrue(gc.blocks().contains(block));
            gc.pass(LONG);
            gc.hooks.pageMax(1);
            boolean[] isDone = new boolean[1];
            gc.hooks.before((scan, page) -> {
                if (scan instanceof Scan.AllChunks && page == 2 && !isDone[0]) {
                    isDone[0] = true;
                    gc.volume.meta().copyRange(late, 0, early, 1, 10);
                    gc.volume.meta().truncate(ROOT_USER, late, 0, TruncateRight.BY_HANDLE, false);
                    gc.volume.meta().release(List.of(new ChunkKey(late, 0)));
                }
            });
            assertEquals(0, gc.gc(REPORT_ONLY).leaked().count());
            assertTrue(isDone[0], "the copy was made in the middle of the scan");
            gc.gc(DELETE);
            assertTrue(gc.blocks().contains(block), "the copy needs the block");
        }
    }

    @Test
    void whatAWriterCommitsDuringTheRunStays() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            long inode = gc.volume.put("f", "a");
            long slice = gc.volume.meta().newSliceId();
            String block = "0/0/" + slice + "_0_10";
            gc.putObject("chunks/" + block, 10);
            gc.pass(LONG);
            boolean[] isDone = new boolean[1];
            gc.store.onCall(Operation.LIST, () -> {
                if (!isDone[0]) {
                    isDone[0] = true;
                    gc.volume
                            .meta()
                            .append(
                                    new ChunkKey(inode, 0),
                                    Slice.whole(1, slice, 10),
                                    gc.clock.now(),
                                    Durability.COMMITTED);
                }
            });
            GcReport report = gc.gc(DELETE);
            assertTrue(isDone[0]);
            assertEquals(1, report.leaked().count(), "the first look could not know");
            assertEquals(0, report.deleted());
            assertTrue(gc.blocks().contains(block));
        }
    }

    @Test
    void anObjectThatIsPutAgainDuringTheRunStays() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addLeaked(gc);
            gc.pass(LONG);
            int[] lists = new int[1];
            gc.store.onCall(Operation.LIST, () -> {
                if (++lists[0] == 2) {
                    gc.putObject("chunks/" + LEAKED, 10);
                }
            });
            assertEquals(0, gc.gc(DELETE).deleted());
            assertEquals(Set.of(LEAKED), gc.blocks());
        }
    }

    @Test
    void agesAreTakenByTheStoresClockWhenItIsBehind() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            gc.clock.advance(LONG.toSeconds(), 0);
            addLeaked(gc);
            gc.gc(DELETE);
            assertEquals(Set.of(LEAKED), gc.blocks(), "it was put this moment");
            gc.pass(Duration.ofMinutes(61));
            gc.gc(DELETE);
            assertEquals(Set.of(), gc.blocks());
        }
    }

    @Test
    void agesAreTakenByOurClockWhenItIsBehind() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addLeaked(gc);
            gc.storeClock.advance(LONG.toSeconds(), 0);
            gc.gc(DELETE);
            assertEquals(Set.of(LEAKED), gc.blocks());
        }
    }

    @Test
    void theProbeOfTheClockIsTakenAway() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            gc.gc(DELETE);
            assertEquals(List.of(), gc.store.list("testing/", "", 10).objects());
        }
    }

    @Test
    void chunksWithoutANodeKeepTheirData() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addChunk(gc, 77, 5000);
            gc.pass(Duration.ofDays(2));
            gc.gc(DELETE);
            assertEquals(Set.of("0/5/5000_0_10"), gc.blocks());
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.RemoveChunk(new ChunkKey(77, 0)));
                        transaction.apply(new Mutation.RemoveSliceRefs(new SliceKey(5000, 10)));
                        return null;
                    },
                    Durability.COMMITTED);
        }
    }

    private static void addChunk(GcVolume gc, long inode, long slice) throws FsException, ObjectStoreException {
        gc.engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.AppendSlice(
                            new ChunkKey(inode, 0), Slice.whole(0, slice, 10), new Outcome<>()));
                    transaction.apply(new Mutation.CreateSliceRefs(new SliceKey(slice, 10), 1));
                    return null;
                },
                Durability.COMMITTED);
        gc.putObject("chunks/0/" + slice / 1000 + "/" + slice + "_0_10", 10);
    }

    /// A directory 70 with a file 71 in it, as a copy under way leaves them.
    private static void addCopy(GcVolume gc) throws Exception {
        gc.engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.CreateNode(
                            70,
                            new NodeDraft(FileType.DIRECTORY)
                                    .nlink(2)
                                    .length(4096)
                                    .parent(1)
                                    .done()));
                    transaction.apply(new Mutation.CreateNode(
                            71,
                            new NodeDraft(FileType.FILE).parent(70).length(10).done()));
                    transaction.apply(new Mutation.CreateDentry(at(70, "f"), new Dentry(71, FileType.FILE)));
                    transaction.apply(new Mutation.PutDetachedNode(70, GcVolume.NOON.seconds()));
                    transaction.apply(new Mutation.AddCounter(Counter.USED_SPACE, 8192));
                    transaction.apply(new Mutation.AddCounter(Counter.TOTAL_INODES, 2));
                    return null;
                },
                Durability.COMMITTED);
        addChunk(gc, 71, 5000);
    }

    @Test
    void aTreeThatIsBeingCopiedKeepsItsDataForADay() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addCopy(gc);
            gc.pass(Duration.ofHours(23));
            gc.gc(DELETE);
            assertEquals(Set.of("0/5/5000_0_10"), gc.blocks());
            gc.pass(Duration.ofHours(2));
            gc.gc(DELETE);
            assertEquals(Set.of(), gc.blocks());
            assertThrows(FsException.class, () -> gc.volume.meta().node(70));
        }
    }

    @Test
    void aCopyThatGotItsEntryStaysWhateverItsMarkSays() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addCopy(gc);
            gc.engine.transact(
                    ReadPlan.of(new Item.NodeOf(1)),
                    transaction -> {
                        Node root = Objects.requireNonNull(transaction.get(new Item.NodeOf(1)));
                        transaction.apply(
                                new Mutation.UpdateNode(1, root.edit().nlink(3).done()));
                        transaction.apply(new Mutation.CreateDentry(at("copy"), new Dentry(70, FileType.DIRECTORY)));
                        return null;
                    },
                    Durability.COMMITTED);
            gc.pass(Duration.ofDays(2));
            gc.gc(DELETE);
            assertEquals(Set.of("0/5/5000_0_10"), gc.blocks());
            gc.volume.fs().unlink(ROOT_USER, at(70, "f"));
            gc.volume.fs().rmdir(ROOT_USER, at("copy"));
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.RemoveDetachedNode(70));
                        transaction.apply(new Mutation.PutDirStat(1, DirStat.ZERO));
                        return null;
                    },
                    Durability.COMMITTED);
        }
    }

    @Test
    void delayedSlicesAreKnownWithoutATrashToo() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.CreateSliceRefs(new SliceKey(6000, 10), 1));
                        transaction.apply(new Mutation.PutDelayedSlices(
                                6001, GcVolume.NOON.seconds(), List.of(new SliceKey(6000, 10))));
                        return null;
                    },
                    Durability.COMMITTED);
            gc.putObject("chunks/0/6/6000_0_10", 10);
            gc.pass(LONG);
            GcReport report = gc.gc(REPORT_ONLY);
            assertEquals(new GcReport.Sum(1, 10), report.compacted());
            assertEquals("using 1 slices (10 bytes)", report.slicesText());
            assertEquals(new GcReport.Sum(0, 0), report.delayedSlices());
            assertEquals(new GcReport.Sum(1, 10), gc.gc(DELETE).delayedSlices());
            assertEquals(Set.of(), gc.blocks(), "their time is over, so they go with their records");
            assertEquals("using 0 slices (0 bytes)", gc.gc(REPORT_ONLY).slicesText());
        }
    }

    @Test
    void slicesThatNothingRefersToGoUnlessARecordDoes() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            long inode = gc.volume.put("f", "0123456789");
            long used = slice(gc, inode);
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.CreateSliceRefs(new SliceKey(6000, 10), 0));
                        transaction.apply(new Mutation.AddSliceRefs(new SliceKey(used, 10), -1, new Outcome<>()));
                        return null;
                    },
                    Durability.COMMITTED);
            gc.putObject("chunks/0/6/6000_0_10", 10);
            gc.pass(LONG);
            assertEquals(new GcReport.Sum(1, 10), gc.gc(REPORT_ONLY).pending());
            gc.gc(DELETE);
            assertEquals(
                    Set.of("0/0/" + used + "_0_10"),
                    gc.blocks(),
                    "inode " + inode + " needs it whatever the count says");
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.AddSliceRefs(new SliceKey(used, 10), 1, new Outcome<>()));
                        return null;
                    },
                    Durability.COMMITTED);
        }
    }

    @Test
    void whatIsNoBlockOfTheVolumeIsNobodysBusiness() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            gc.putObject("chunks/0/0/foo_1_2", 1);
            gc.putObject("chunks/0/0/notes.txt", 1);
            gc.putObject("chunks/7/0/9999_0_10", 10);
            gc.putObject("meta/dump-2026-01-01-000000.json.gz", 10);
            gc.pass(LONG);
            GcReport report = gc.gc(DELETE);
            assertEquals(3, report.foreign());
            assertEquals(0, report.leaked().count());
            assertEquals(3, gc.blocks().size());
            for (String key : gc.blocks()) {
                gc.store.delete("chunks/" + key);
            }
        }
    }

    @Test
    void blocksThatTheirSliceDoesNotHaveAreLeaked() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            long slice = slice(gc, gc.volume.put("f", "0123456789"));
            gc.putObject("chunks/0/0/" + slice + "_0_11", 11);
            gc.putObject("chunks/0/0/" + slice + "_1_10", 10);
            gc.pass(LONG);
            assertEquals(2, gc.gc(DELETE).deleted());
            assertEquals(Set.of("0/0/" + slice + "_0_10"), gc.blocks());
        }
    }

    @Test
    void slicesWhoseSizeIsInDoubtKeepAllTheirBlocks() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addChunk(gc, 77, 5000);
            addChunk(gc, 77, 5001);
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        ChunkKey chunk = new ChunkKey(77, 0);
                        transaction.apply(new Mutation.AppendSlice(
                                chunk, new Slice(0, 5000, Integer.MAX_VALUE, 0, 10), new Outcome<>()));
                        transaction.apply(
                                new Mutation.AppendSlice(chunk, new Slice(0, 5001, 11, 0, 10), new Outcome<>()));
                        return null;
                    },
                    Durability.COMMITTED);
            gc.putObject("chunks/0/5/5001_0_11", 11);
            gc.pass(LONG);
            assertEquals(0, gc.gc(DELETE).deleted());
            assertEquals(3, gc.blocks().size());
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.RemoveChunk(new ChunkKey(77, 0)));
                        transaction.apply(new Mutation.RemoveSliceRefs(new SliceKey(5000, 10)));
                        transaction.apply(new Mutation.RemoveSliceRefs(new SliceKey(5001, 10)));
                        return null;
                    },
                    Durability.COMMITTED);
        }
    }

    @Test
    void anObjectThatCannotBeDeletedIsLeftForTheNextRun() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            addLeaked(gc);
            gc.putObject("chunks/0/9/9998_0_10", 10);
            gc.pass(LONG);
            gc.store.fail(Operation.DELETE, key -> key.contains("9998"), 1, 1, Kind.DENIED, FaultyStore.Moment.BEFORE);
            GcReport report = gc.gc(DELETE);
            assertEquals(1, report.failed());
            assertEquals(1, report.deleted());
            assertEquals(Set.of("0/9/9998_0_10"), gc.blocks());
            assertEquals(1, gc.gc(DELETE).deleted());
        }
    }

    @Test
    void aVolumeOfManySlicesIsKnownWhole() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            for (int id = 4000; id < 9000; id++) {
                addChunk(gc, 77, id);
            }
            gc.pass(LONG);
            GcReport report = gc.gc(REPORT_ONLY);
            assertEquals("using 5000 slices (50000 bytes)", report.slicesText());
            assertEquals(new GcReport.Sum(5000, 50_000), report.valid());
            gc.engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.PutDeletedFile(77, 10, 0));
                        return null;
                    },
                    Durability.COMMITTED);
            gc.gc(DELETE);
            assertEquals(Set.of(), gc.blocks());
        }
    }

    @Test
    void everyChunkOfSeveralRecordsIsCompacted() throws Exception {
        try (GcVolume gc = GcVolume.inMemory(0)) {
            Opened open = gc.volume.create("f");
            for (int i = 0; i < 5; i++) {
                gc.volume.write(open.handle(), i * 2L, "ab");
                gc.volume.fs().flush(open.handle(), 1);
            }
            gc.volume.close(open.handle());
            ChunkKey chunk = new ChunkKey(open.stat().inode(), 0);
            assertEquals(5, gc.volume.meta().slices(chunk).size());
            gc.gc(DELETE, ALL_CHUNKS);
            assertEquals(1, gc.volume.meta().slices(chunk).size());
            assertEquals(1, gc.blocks().size(), "the slices of before are released and deleted");
        }
    }
}
