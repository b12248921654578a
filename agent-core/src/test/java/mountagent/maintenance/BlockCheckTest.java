package mountagent.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.block.Compression;
import mountagent.meta.ChunkKey;
import mountagent.meta.Dentry;
import mountagent.meta.Durability;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.NodeDraft;
import mountagent.meta.Outcome;
import mountagent.meta.ReadPlan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.FaultyStore;
import mountagent.object.MeteredStore.Operation;
import mountagent.object.ObjectStoreException;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A file of one slice of 100,000 bytes in blocks of 64 KiB: what is wrong with its blocks must be found.
class BlockCheckTest {
    private static final int BLOCK = 65_536;
    private static final Timestamp NOON = new Timestamp(1_767_268_800, 0);
    private static final String FIRST = "chunks/0/0/7_0_65536";
    private static final String SECOND = "chunks/0/0/7_1_34464";

    private final MetaEngine engine = new MemoryEngine();
    private final SettableClock clock = new SettableClock(NOON);
    private final MemoryStore store = new MemoryStore(clock);

    @BeforeEach
    void makeVolume() throws FsException, ObjectStoreException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.CreateNode(
                            5,
                            new NodeDraft(FileType.FILE)
                                    .parent(1)
                                    .length(100_000)
                                    .done()));
                    transaction.apply(new Mutation.CreateDentry(
                            new DentryKey(1, FileName.of("big")), new Dentry(5, FileType.FILE)));
                    transaction.apply(
                            new Mutation.AppendSlice(new ChunkKey(5, 0), Slice.whole(0, 7, 100_000), new Outcome<>()));
                    transaction.apply(new Mutation.CreateSliceRefs(new SliceKey(7, 100_000), 1));
                    transaction.apply(new Mutation.CreateSliceRefs(new SliceKey(8, 10), 0));
                    return null;
                },
                Durability.COMMITTED);
        put(FIRST, 65_536);
        put(SECOND, 34_464);
        put("juicefs_uuid", 36);
        clock.advance(7200, 0);
    }

    @AfterEach
    void close() {
        engine.close();
        store.close();
    }

    private void put(String key, int size) throws ObjectStoreException {
        store.put(key, MemorySegment.ofArray(new byte[size]));
    }

    private List<String> found(Compression compression) throws FsException {
        return found(new BlockFormat(BLOCK, compression, false));
    }

    private List<String> found(BlockFormat format) throws FsException {
        var check =
                new BlockCheck(store, format, Instant.ofEpochSecond(clock.now().seconds() - 3600));
        VolumeImage image = VolumeImage.load(engine);
        Findings findings = new Findings();
        findings.begin(check.name());
        check.run(image, findings);
        return findings.report(image).findings().stream().map(Finding::toString).toList();
    }

    private List<String> found() throws FsException {
        return found(Compression.NONE);
    }

    @Test
    void completeSliceIsClean() throws FsException {
        assertEquals(List.of(), found());
    }

    @Test
    void missingBlockNamesItsFile() throws FsException, ObjectStoreException {
        store.delete(SECOND);
        assertEquals(
                List.of("ERROR blocks: object " + SECOND + " is missing, which belongs to inode 5 (/big)"), found());
    }

    @Test
    void aSliceThatIsReplacedDuringTheCheckMayLoseItsBlocks() throws FsException, ObjectStoreException {
        store.delete(SECOND);
        var faulty = new FaultyStore(store);
        faulty.onCall(
                Operation.HEAD,
                () -> engine.transact(
                        ReadPlan.of(),
                        transaction -> {
                            transaction.apply(new Mutation.RemoveChunk(new ChunkKey(5, 0)));
                            return null;
                        },
                        Durability.COMMITTED));
        var tally = new BlockTally();
        var check = new BlockCheck(
                faulty,
                new BlockFormat(BLOCK, Compression.NONE, false),
                Instant.EPOCH,
                BlockCheck.Strays.WARNED_OF,
                tally);
        Findings findings = new Findings();
        check.run(VolumeImage.load(engine), findings);
        assertEquals(List.of(), findings.report(0, 0).atLeast(Severity.WARNING));
        assertEquals(0, tally.lostCount());
    }

    @Test
    void encryptedBlocksAreLongerByWhatEncryptionAddsAndNoLonger() throws FsException, ObjectStoreException {
        put(FIRST, 65_536 + 287);
        put(SECOND, 34_464 + 286);
        var encrypted = new BlockFormat(BLOCK, Compression.NONE, false, 287);
        assertEquals(
                List.of("ERROR blocks: object " + SECOND
                        + " has 34750 bytes, which is no block of 34464 bytes with compression NONE"),
                found(encrypted));
        put(FIRST, 287);
        put(SECOND, 34_464 + 287);
        assertEquals(
                1, found(new BlockFormat(BLOCK, Compression.LZ4, false, 287)).size(), "an empty LZ4 block");
    }

    @Test
    void shortBlockIsFound() throws FsException, ObjectStoreException {
        put(FIRST, 65_535);
        assertEquals(
                List.of("ERROR blocks: object " + FIRST
                        + " has 65535 bytes, which is no block of 65536 bytes with compression NONE"),
                found());
        assertEquals(List.of(), found(Compression.LZ4));
    }

    @Test
    void emptiedCompressedBlockIsFound() throws FsException, ObjectStoreException {
        put(FIRST, 0);
        assertEquals(1, found(Compression.ZSTD).size());
    }

    @Test
    void blockOfWrongLengthOrPlaceIsLeaked() throws FsException, ObjectStoreException {
        put("chunks/0/0/7_1_34465", 34_465);
        put("chunks/0/0/7_2_10", 10);
        clock.advance(7200, 0);
        assertEquals(
                List.of(
                        "WARNING blocks: object chunks/0/0/7_1_34465 (34465 bytes) is leaked",
                        "WARNING blocks: object chunks/0/0/7_2_10 (10 bytes) is leaked"),
                found());
    }

    @Test
    void blockOfUnknownSliceIsLeakedUnlessYoung() throws FsException, ObjectStoreException {
        put("chunks/0/0/99_0_5", 5);
        assertEquals(List.of("NOTE blocks: object chunks/0/0/99_0_5 is too young to be judged"), found());
        clock.advance(7200, 0);
        assertEquals(List.of("WARNING blocks: object chunks/0/0/99_0_5 (5 bytes) is leaked"), found());
    }

    @Test
    void blockOfReleasedSliceIsNotLeaked() throws FsException, ObjectStoreException {
        put("chunks/0/0/8_0_10", 10);
        clock.advance(7200, 0);
        assertEquals(List.of("NOTE blocks: object chunks/0/0/8_0_10 waits for its deletion"), found());
    }

    @Test
    void whatIsNoBlockIsTold() throws FsException, ObjectStoreException {
        put("chunks/0/0/foo_1_2", 1);
        put("chunks/1/0/7_0_65536", 65_536);
        assertEquals(
                List.of(
                        "WARNING blocks: object chunks/0/0/foo_1_2 is no block",
                        "WARNING blocks: object chunks/1/0/7_0_65536 is no block"),
                found());
    }
}
