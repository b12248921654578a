package mountagent.maintenance.dump;

import static mountagent.maintenance.dump.Dumps.assertSame;
import static mountagent.maintenance.dump.Dumps.dump;
import static mountagent.maintenance.dump.Dumps.load;
import static mountagent.maintenance.dump.Dumps.withoutCounters;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.golden.GoldenMount;
import mountagent.golden.GoldenVolume;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqliteLocation;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
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
            DumpOptions live = DumpOptions.whole().withView(DumpOptions.View.LIVE);
            assertSame(expected, dump(engine, live.withThreadsMax(4)));
        }
    }

    /// The tree changes while the document is being written: what it was at the beginning is dumped.
    @Test
    void aDumpIsOfOneMoment() throws Exception {
        GoldenVolume golden = GoldenVolume.unpack("sqlite-default", folder);
        String expected = Files.readString(golden.folder().resolve("dump.json"));
        try (MetaEngine engine = GoldenMount.engine(golden)) {
            var text = new ByteArrayOutputStream();
            var changing = new FilterOutputStream(text) {
                @Override
                public void write(byte[] bytes) throws IOException {
                    if (text.size() == 0) {
                        removeFromRoot(engine, "xattr");
                    }
                    out.write(bytes);
                }
            };
            MetadataDump.write(engine, DumpOptions.whole(), changing, Progress.NONE, Clock.SYSTEM);
            assertSame(expected, text.toString(StandardCharsets.UTF_8));
            assertFalse(dump(engine, DumpOptions.whole()).contains("on%20a%20directory"));
        }
    }

    private static void removeFromRoot(MetaEngine engine, String name) throws IOException {
        DentryKey key = new DentryKey(Inodes.ROOT, FileName.of(name));
        try {
            engine.transact(
                    ReadPlan.of(new Item.DentryAt(key)),
                    transaction -> {
                        transaction.apply(new Mutation.RemoveDentry(key));
                        return key;
                    },
                    Durability.COMMITTED);
        } catch (FsException e) {
            throw new IOException(e);
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
            Set<Scan.CountedSlice> loaded = all(engine, new Scan.SliceCounts());
            // a slice with one reference leaves no record on Redis
            loaded.removeIf(count -> golden.isOnRedis() && count.refs() == 1);
            assertEquals(countsOf(old, engine), loaded);
        }
        var volume = TestVolume.open(engine, GoldenMount.objects(golden), new SettableClock(TIME));
        volume.closeWith(Set.of());
    }

    private MetaEngine create(String file) throws Exception {
        return SqlEngine.open(SqliteLocation.of(folder.resolve(file)), SqlOptions.of(SqlOptions.Access.CREATE));
    }

    /// The counts of slices that the nodes of `loaded` refer to: files that were unlinked and open are not
    /// there.
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
