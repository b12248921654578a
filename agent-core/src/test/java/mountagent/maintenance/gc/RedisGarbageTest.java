package mountagent.maintenance.gc;

import static mountagent.maintenance.gc.GcOptions.Compaction.ALL_CHUNKS;
import static mountagent.maintenance.gc.GcOptions.Compaction.NONE;
import static mountagent.maintenance.gc.GcOptions.Deletion.DELETE;
import static mountagent.maintenance.gc.GcOptions.Deletion.REPORT_ONLY;
import static mountagent.volume.TestVolume.ROOT_USER;
import static mountagent.volume.TestVolume.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.Progress;
import mountagent.block.BlockFormat;
import mountagent.block.Compression;
import mountagent.maintenance.BlockCheck;
import mountagent.maintenance.BlockTally;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Severity;
import mountagent.maintenance.TreeCheck;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.ChunkKey;
import mountagent.meta.MetaStore.TruncateRight;
import mountagent.meta.Scan;
import mountagent.meta.redis.RedisServer;
import mountagent.volume.Opened;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// gc and fsck of a volume whose metadata is in Redis, where a single reference of a slice leaves no count
/// behind and scans take no snapshot.
class RedisGarbageTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Duration LONG = Duration.ofHours(3);

    private static GcVolume volume() throws Exception {
        return GcVolume.on(SERVER.engine(SERVER.newDatabase()), 0);
    }

    @Test
    void onlyWhatNobodyNeedsGoes() throws Exception {
        try (GcVolume gc = volume()) {
            Opened open = gc.volume.create("open");
            gc.volume.write(open.handle(), 0, "still wanted");
            gc.volume.fs().flush(open.handle(), 1);
            gc.volume.fs().unlink(ROOT_USER, at("open"));
            Opened many = gc.volume.create("many");
            for (int i = 0; i < 5; i++) {
                gc.volume.write(many.handle(), i * 2L, "ab");
                gc.volume.fs().flush(many.handle(), 1);
            }
            gc.volume.close(many.handle());
            gc.putObject("chunks/0/9/9999_0_10", 10);
            gc.pass(LONG);
            GcReport report = gc.gc(REPORT_ONLY);
            assertEquals(1, report.leaked().count());
            assertEquals(6, report.valid().count());
            assertEquals(1, gc.gc(DELETE, ALL_CHUNKS).deleted());
            assertEquals(2, gc.blocks().size(), "the merged slice and that of the open file");
            assertEquals("still wanted", gc.volume.readText(open.handle()));
            gc.volume.close(open.handle());
        }
    }

    @Test
    void aSliceThatIsCopiedDuringTheScanStays() throws Exception {
        try (GcVolume gc = volume()) {
            long[] files = new long[20];
            for (int i = 0; i < files.length; i++) {
                files[i] = gc.volume.put("f" + i, "0123456789");
            }
            gc.pass(LONG);
            gc.hooks.pageMax(1);
            boolean[] isDone = new boolean[1];
            gc.hooks.before((scan, page) -> {
                if (scan instanceof Scan.AllChunks && page == 10 && !isDone[0]) {
                    isDone[0] = true;
                    for (int i = 0; i < files.length; i++) {
                        gc.volume.meta().copyRange(files[i], 0, files[(i + 7) % files.length], 10, 10);
                    }
                    gc.volume.meta().truncate(ROOT_USER, files[3], 0, TruncateRight.BY_HANDLE, false);
                    gc.volume.meta().release(List.of(new ChunkKey(files[3], 0)));
                }
            });
            Set<String> before = gc.blocks();
            assertEquals(0, gc.gc(REPORT_ONLY, NONE).leaked().count());
            assertTrue(isDone[0]);
            gc.hooks.pageMax(1000);
            gc.gc(DELETE);
            assertEquals(before, gc.blocks());
        }
    }

    @Test
    void fsckFindsASoundVolumeCleanAndALostBlock() throws Exception {
        try (GcVolume gc = volume()) {
            long inode = gc.volume.put("f", "0123456789");
            gc.volume.mkdir("d");
            BlockFormat format = new BlockFormat(gc.volume.meta().format().blockSizeBytes(), Compression.NONE, false);
            TreeCheck.Order order =
                    new TreeCheck.Order(Set.of(TreeCheck.Wish.RECURSE), TreeCheck.Statistics.RECOUNTED, 0755, null);
            TreeCheck.Result clean = new TreeCheck(
                            gc.volume.meta(), gc.store, format, order, new BlockTally(), Progress.NONE, Clock.SYSTEM)
                    .run("/");
            assertEquals(List.of(), clean.report().findings());
            String block = "chunks/" + gc.blocks().iterator().next();
            byte[] kept = new byte[10];
            gc.store.read(block, 0, MemorySegment.ofArray(kept));
            gc.store.delete(block);
            BlockTally tally = new BlockTally();
            CheckReport report = VolumeChecker.ofMetadata(gc.engine)
                    .with(new BlockCheck(gc.store, format, Instant.EPOCH, BlockCheck.Strays.NOTED, tally))
                    .checkLive();
            assertEquals(1, report.atLeast(Severity.ERROR).size(), report::toText);
            assertEquals(Set.of(inode), tally.lostByInode().keySet());
            gc.store.put(block, MemorySegment.ofArray(kept));
        }
    }
}
