package mountagent.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
import mountagent.block.Compression;
import mountagent.chunk.DataOptions;
import mountagent.chunk.FileData;
import mountagent.json.JsonValue;
import mountagent.maintenance.BlockCheck;
import mountagent.maintenance.BlockTally;
import mountagent.maintenance.CheckReport;
import mountagent.maintenance.Severity;
import mountagent.maintenance.TreeCheck;
import mountagent.maintenance.VolumeChecker;
import mountagent.maintenance.gc.GarbageCollector;
import mountagent.maintenance.gc.GcOptions;
import mountagent.maintenance.gc.GcReport;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.object.ObjectStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Volumes of the official client pass our checks, and we count in them what its own counted.
class GoldenCheckTest {
    static final List<String> NAMES = GoldenVolume.NAMES;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("NAMES")
    void fsckIsCleanAndCountsTheSame(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        try (MetaEngine engine = GoldenMount.engine(golden);
                ObjectStore store = GoldenMount.objects(golden)) {
            MetaStore meta = MetaStore.open(engine, MetaOptions.of(GoldenMount.clock()));
            BlockTally tally = new BlockTally();
            CheckReport report = VolumeChecker.ofMetadata(engine)
                    .with(new BlockCheck(
                            store, blocks(meta.format()), Instant.EPOCH, BlockCheck.Strays.WARNED_OF, tally))
                    .check();
            assertEquals(List.of(), report.atLeast(Severity.ERROR), report::toText);
            assertEquals(said(golden, "fsck"), List.of(tally.foundText(), tally.usedText()));
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void eachTreeIsCleanToo(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        try (MetaEngine engine = GoldenMount.engine(golden);
                ObjectStore store = GoldenMount.objects(golden)) {
            MetaStore meta = MetaStore.open(engine, MetaOptions.of(GoldenMount.clock()));
            for (String path : meta.format().trashDays() == 0 ? List.of("/") : List.of("/", "/.trash")) {
                TreeCheck.Result result = new TreeCheck(
                                meta,
                                store,
                                blocks(meta.format()),
                                new TreeCheck.Order(
                                        Set.of(TreeCheck.Wish.RECURSE), TreeCheck.Statistics.RECOUNTED, 0755, null),
                                new BlockTally(),
                                Progress.NONE,
                                GoldenMount.clock())
                        .run(path);
                assertEquals(List.of(), result.report().findings(), path);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void gcCountsTheSame(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        GcReport then = gc(golden, GoldenMount.TIME, GcOptions.Deletion.REPORT_ONLY);
        assertEquals(said(golden, "gc"), List.of(then.slicesText(), then.objectsText()));
        Timestamp evening = new Timestamp(GoldenMount.TIME.seconds() + 36_000, 0);
        GcReport later = gc(golden, evening, GcOptions.Deletion.REPORT_ONLY);
        assertEquals(then.scanned(), later.valid(), "every object is in use");
        GcReport deleting = gc(golden, evening, GcOptions.Deletion.DELETE);
        assertEquals(0, deleting.deleted() + deleting.failed());
        assertEquals(
                then.scanned(),
                gc(golden, evening, GcOptions.Deletion.REPORT_ONLY).valid());
    }

    private static GcReport gc(GoldenVolume golden, Timestamp time, GcOptions.Deletion deletion) throws Exception {
        SettableClock clock = new SettableClock(time);
        try (MetaEngine engine = GoldenMount.engine(golden);
                ObjectStore store = GoldenMount.objects(golden)) {
            MetaStore meta = MetaStore.open(engine, MetaOptions.of(clock));
            BlockFormat format = blocks(meta.format());
            GcOptions options = new GcOptions(GcOptions.SPARED_DEFAULT, deletion, GcOptions.Compaction.NONE, 1);
            try (BlockStore blocks = BlockStore.open(store, format, BlockOptions.DEFAULT);
                    FileData data = new FileData(meta, blocks, DataOptions.of(format.blockSizeBytes()), clock)) {
                return new GarbageCollector(meta, data, store, format, options, Progress.NONE, clock).run();
            }
        }
    }

    private static BlockFormat blocks(VolumeFormat format) {
        Compression compression = Compression.named(format.compression().toLowerCase(Locale.ROOT));
        return new BlockFormat(format.blockSizeBytes(), compression, format.hashPrefix());
    }

    private static List<String> said(GoldenVolume golden, String command) {
        List<String> lines = new ArrayList<>();
        if (golden.info().get(command) instanceof JsonValue.Items(List<JsonValue> items)) {
            for (JsonValue item : items) {
                lines.add(((JsonValue.Text) item).value());
            }
        }
        return lines;
    }
}
