package mountagent.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;
import java.util.stream.Stream;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.block.BlockFormat;
import mountagent.block.BlockOptions;
import mountagent.block.BlockStore;
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
import mountagent.object.ObjectStore;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Volumes of the official client pass our checks, and we count in them what its own counted, or should have.
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
                            store,
                            TestVolume.blockFormat(meta.format(), store),
                            Instant.EPOCH,
                            BlockCheck.Strays.WARNED_OF,
                            tally))
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
                                TestVolume.blockFormat(meta.format(), store),
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
            BlockFormat format = TestVolume.blockFormat(meta.format(), store);
            GcOptions options = new GcOptions(GcOptions.SPARED_DEFAULT, deletion, GcOptions.Compaction.NONE, 1);
            try (BlockStore blocks = BlockStore.open(store, format, BlockOptions.DEFAULT);
                    FileData data = new FileData(meta, blocks, DataOptions.of(format.blockSizeBytes()), clock)) {
                return new GarbageCollector(meta, data, store, format, options, Progress.NONE, clock).run();
            }
        }
    }

    private static List<String> said(GoldenVolume golden, String command) throws IOException {
        List<String> lines = new ArrayList<>();
        if (golden.info().get(command) instanceof JsonValue.Items(List<JsonValue> items)) {
            for (JsonValue item : items) {
                lines.add(((JsonValue.Text) item).value());
            }
        }
        return golden.format().shards() > 1 ? ofAllShards(golden, lines) : lines;
    }

    /// The official client's listings lose whole shards (its fsck saw three of these four, its gc one): what it would
    /// have said of the files that are there.
    private static List<String> ofAllShards(GoldenVolume golden, List<String> lines) throws IOException {
        try (Stream<Path> files = Files.walk(golden.objects())) {
            LongSummaryStatistics blocks = files.map(Path::toFile)
                    .filter(file -> file.isFile() && !file.getName().equals("juicefs_uuid"))
                    .mapToLong(File::length)
                    .summaryStatistics();
            return lines.stream()
                    .map(line -> line.replaceFirst("^scanned \\d+", "scanned " + blocks.getCount())
                            .replaceFirst("\\d+ skipped \\(\\d+", blocks.getCount() + " skipped (" + blocks.getSum())
                            .replaceFirst(
                                    "^Found \\d+ blocks \\(\\d+",
                                    "Found " + blocks.getCount() + " blocks (" + blocks.getSum()))
                    .toList();
        }
    }
}
