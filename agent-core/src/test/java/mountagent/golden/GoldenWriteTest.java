package mountagent.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.DirStat;
import mountagent.meta.Durability;
import mountagent.meta.Inodes;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.VolumeFormat;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.RandomChanges;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Volumes of the official client changed through the facade: what was changed reads back, also from the raw metadata
/// and after another mount, and what was not touched stays as it was.
class GoldenWriteTest {
    static final List<String> NAMES = GoldenVolume.NAMES;

    /// How many changes each of the volumes gets; `-Dgolden.changes` and `-Dgolden.seed` set others.
    private static final int CHANGES = Integer.getInteger("golden.changes", 2_000);

    private static final int GIVEN_LENGTH_MAX = 300_000;

    @TempDir
    private Path folder;

    /// All that a volume's metadata says of each inode and of each place.
    private record Image(
            Map<Long, Node> nodes,
            Map<Long, List<Scan.PlacedChunk>> chunks,
            Map<Long, DirStat> statistics,
            Map<String, Long> entries) {

        static Image of(MetaEngine engine) throws FsException {
            var image = new Image(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
            all(engine, new Scan.Nodes()).forEach(found -> image.nodes.put(found.inode(), found.node()));
            all(engine, new Scan.AllChunks())
                    .forEach(found -> image.chunks
                            .computeIfAbsent(found.chunk().inode(), _ -> new ArrayList<>())
                            .add(found));
            image.chunks
                    .values()
                    .forEach(list -> list.sort(
                            Comparator.comparingInt(found -> found.chunk().index())));
            all(engine, new Scan.DirStats()).forEach(found -> image.statistics.put(found.directory(), found.stat()));
            all(engine, new Scan.Dentries())
                    .forEach(found -> image.entries.put(
                            found.key().parent() + "/"
                                    + Arrays.toString(found.key().name().toArray()),
                            found.dentry().inode()));
            return image;
        }

        private static <R> List<R> all(MetaEngine engine, Scan<R> scan) throws FsException {
            List<R> records = new ArrayList<>();
            Cursor at = Cursor.START;
            while (at != null) {
                Page<R> page = engine.scan(scan, at, 1000);
                records.addAll(page.records());
                at = page.next();
            }
            return records;
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void changesReadBackAndNothingElseMoves(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        long seed = Long.getLong("golden.seed", Clock.SYSTEM.nanoTime());
        TestVolume volume = GoldenMount.open(golden);
        Image before = Image.of(volume.engine());
        RandomChanges changes = new RandomChanges(volume.fs(), "changed", seed);
        giveSome(volume.fs(), before, changes);
        try {
            for (int i = 0; i < CHANGES; i++) {
                changes.change();
            }
            changes.checkAll(volume.fs());
        } catch (AssertionError | FsException wrong) {
            throw new AssertionError("with -Dgolden.seed=" + seed + ": " + wrong.getMessage(), wrong);
        }
        Map<Long, Node> told = told(volume, before);
        volume.closeWith(GoldenMount.KNOWN);
        TestVolume again = GoldenMount.open(golden);
        Image after = Image.of(again.engine());
        told.forEach((inode, node) -> assertEquals(node, after.nodes.get(inode)));
        changes.checkAll(again.fs());
        again.closeWith(GoldenMount.KNOWN);
        compareUntouched(before, after, changes.given());
    }

    /// Lets some small old files be changed too, those with several links among them.
    private static void giveSome(VolumeFs fs, Image image, RandomChanges changes) throws FsException {
        int given = 0;
        for (Map.Entry<Long, Node> found : image.nodes.entrySet()) {
            Node node = found.getValue();
            boolean isOrdinary =
                    node.isFile() && node.length() < GIVEN_LENGTH_MAX && node.parent() < Long.MAX_VALUE / 2;
            if (isOrdinary && (given < 30 && found.getKey() % 3 == 0 || node.nlink() > 1)) {
                FileHandle handle = fs.open(TestVolume.ROOT_USER, found.getKey(), OpenSpec.READ);
                byte[] content = new byte[(int) node.length()];
                int count = fs.read(handle, 0, MemorySegment.ofArray(content));
                fs.release(handle, 1);
                assertEquals(content.length, count);
                changes.give(found.getKey(), content);
                given++;
            }
        }
        assertTrue(given > 20);
    }

    /// What the facade's store tells of every inode, old and new.
    private static Map<Long, Node> told(TestVolume volume, Image before) throws FsException {
        Map<Long, Node> told = new TreeMap<>();
        for (long inode : before.nodes.keySet()) {
            told.put(inode, volume.meta().node(inode));
        }
        for (String directory : List.of("changed", "changed/deeper", "changed/deeper/deepest")) {
            long at = VolumeFs.ROOT;
            for (String part : directory.split("/")) {
                at = volume.fs()
                        .lookup(TestVolume.ROOT_USER, TestVolume.at(at, part))
                        .inode();
            }
            told.put(at, volume.meta().node(at));
            for (String entry : volume.names(at)) {
                DentryKey place = TestVolume.at(at, entry);
                long inode = volume.fs().lookup(TestVolume.ROOT_USER, place).inode();
                told.put(inode, volume.meta().node(inode));
            }
        }
        return told;
    }

    private static void compareUntouched(Image before, Image after, Set<Long> changed) {
        Set<Long> parents = new HashSet<>();
        before.entries.forEach((place, inode) -> {
            assertEquals(inode, after.entries.get(place), place);
            if (changed.contains(inode)) {
                parents.add(Long.parseLong(place.substring(0, place.indexOf('/'))));
            }
        });
        parents.add(VolumeFs.ROOT);
        before.nodes.forEach((inode, node) -> {
            if (!changed.contains(inode) && inode != VolumeFs.ROOT) {
                assertEquals(node, after.nodes.get(inode));
                assertEquals(before.chunks.get(inode), after.chunks.get(inode));
            }
            // The hour's directory of the trash takes in what the changes removed.
            if (!parents.contains(inode) && !Inodes.isTrash(inode)) {
                assertEquals(before.statistics.get(inode), after.statistics.get(inode));
            }
        });
        Set<Long> old = sliceIds(before);
        long highest = old.stream().mapToLong(id -> id).max().orElse(0);
        for (long id : sliceIds(after)) {
            assertTrue(old.contains(id) || id > highest, () -> "slice id " + id + " was in the volume's past");
        }
    }

    private static Set<Long> sliceIds(Image image) {
        Set<Long> ids = new HashSet<>();
        for (List<Scan.PlacedChunk> chunks : image.chunks.values()) {
            for (Scan.PlacedChunk chunk : chunks) {
                List<Slice> slices = chunk.slices();
                assertNotNull(slices);
                slices.forEach(slice -> ids.add(slice.id()));
            }
        }
        return ids;
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void unknownMembersOfTheSettingSurviveARewrite(String name) throws Exception {
        GoldenVolume golden = GoldenVolume.unpack(name, folder);
        try (MetaEngine engine = GoldenMount.engine(golden)) {
            Item.Setting item = new Item.Setting();
            String document = engine.read(ReadPlan.of(item), reader -> reader.get(item));
            assertNotNull(document);
            String extended = document.replaceFirst("\\{", "{\n\"FromTheFuture\": {\n\"Deep\": [\n1,\n\"x\"\n]\n},");
            engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        transaction.apply(new Mutation.PutSetting(extended));
                        return null;
                    },
                    Durability.COMMITTED);
            MetaStore.update(engine, VolumeFormat.parse(extended).withTrashDays(7), Clock.SYSTEM);
            String after = engine.read(ReadPlan.of(item), reader -> reader.get(item));
            assertEquals(extended.replaceFirst("\"TrashDays\": [0-9]+", "\"TrashDays\": 7"), after);
        }
    }
}
