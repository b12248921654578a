package mountagent.maintenance.dump;

import static mountagent.maintenance.dump.Dumps.assertSame;
import static mountagent.maintenance.dump.Dumps.dump;
import static mountagent.maintenance.dump.Dumps.load;
import static mountagent.maintenance.dump.Dumps.withoutCounters;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.golden.GoldenMount;
import mountagent.golden.GoldenVolume;
import mountagent.meta.Cursor;
import mountagent.meta.MetaEngine;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Volumes of the official client: our dump is byte for byte its own, and what we load from its dump is the
/// volume again, consistent by our checks.
class GoldenDumpTest {
    static final List<String> NAMES = GoldenVolume.NAMES;

    /// Shortly after the volumes were made: nothing in their trash expires.
    private static final Timestamp TIME = new Timestamp(1_795_263_600, 0);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("NAMES")
    void dumpIsWhatTheOfficialClientWrote(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        String expected = Files.readString(golden.folder().resolve("dump.json"));
        try (MetaEngine engine = GoldenMount.engine(golden)) {
            assertSame(expected, dump(engine, DumpOptions.whole()));
            assertSame(expected, dump(engine, DumpOptions.whole().withThreadsMax(4)));
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void loadedDumpIsTheVolumeAgain(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        String original = Files.readString(golden.folder().resolve("dump.json"));
        MetaEngine engine = create("loaded.db");

        assertTrue(load(engine, original).entries() > 3000);

        assertSame(
                withoutCounters(original).replaceAll("(?s)\"Sustained\": \\[.*?\\n  \\]", "\"Sustained\": []"),
                withoutCounters(dump(engine, DumpOptions.whole())));
        try (MetaEngine old = GoldenMount.engine(golden)) {
            assertEquals(all(old, new Scan.Dentries()), all(engine, new Scan.Dentries()));
            assertEquals(countsOf(old, engine), all(engine, new Scan.SliceCounts()));
        }
        var volume = TestVolume.open(engine, GoldenMount.objects(golden), new SettableClock(TIME));
        volume.closeWith(Set.of());
    }

    private MetaEngine create(String file) throws Exception {
        return SqlEngine.open(SqliteLocation.of(folder.resolve(file)), SqlOptions.of(SqlOptions.Access.CREATE));
    }

    /// The counts of slices that the nodes of `loaded` refer to: files that were unlinked and open are not there.
    private static Set<Scan.CountedSlice> countsOf(MetaEngine old, MetaEngine loaded) throws Exception {
        Set<Long> nodes = new HashSet<>();
        all(loaded, new Scan.Nodes()).forEach(node -> nodes.add(node.inode()));
        Set<Long> referred = new HashSet<>();
        for (Scan.PlacedChunk chunk : all(old, new Scan.AllChunks())) {
            List<Slice> slices = chunk.slices();
            if (slices != null && nodes.contains(chunk.chunk().inode())) {
                slices.forEach(slice -> referred.add(slice.id()));
            }
        }
        Set<Scan.CountedSlice> counts = all(old, new Scan.SliceCounts());
        counts.removeIf(count -> !referred.contains(count.slice().id()));
        return counts;
    }

    private static <R> Set<R> all(MetaEngine engine, Scan<R> scan) throws Exception {
        List<R> records = new ArrayList<>();
        Cursor at = Cursor.START;
        while (at != null) {
            Page<R> page = engine.scan(scan, at, 1000);
            records.addAll(page.records());
            at = page.next();
        }
        return new HashSet<>(records);
    }
}
