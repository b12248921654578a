package mountagent.tests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import mountagent.tests.interop.FileSum.Expected;
import mountagent.tests.interop.SharedVolume.First;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What must hold between our client and the official library 1.0.2 on one volume, whichever of them goes first.
///
/// Left out is what that release does not keep (locks, statistics of directories) and what the library's interface
/// cannot ask for: it makes no hard links and replaces nothing by a rename, so that there our client always goes first.
abstract class InteropContract {
    private static final int MIB = Sizes.MIB;
    private static final List<Long> LENGTHS =
            List.of(0L, 1L, 4095L, 4096L, 4L * MIB - 1, 4L * MIB, 4L * MIB + 1, 64L * MIB + 1);
    private static final int MANY = 3000;

    /// `-Dinterop.steps` and `-Dinterop.seed` set others.
    private static final int STEPS = Integer.getInteger("interop.steps", 80);

    @TempDir
    private Path folder;

    /// An empty database that nobody else uses.
    abstract SharedVolume.Metadata metadata(Path folder) throws Exception;

    private SharedVolume plain() throws Exception {
        return SharedVolume.create(metadata(folder), folder, BlockKind.PLAIN, 0);
    }

    /// What one client does on a new volume, and what the other one then sees.
    private interface Work {
        void run(Client maker, Client other) throws Exception;
    }

    private void shared(First first, Work work) throws Exception {
        try (var volume = plain()) {
            work.run(volume.first(first), volume.second(first));
        }
    }

    private SharedVolume withTrash() throws Exception {
        return SharedVolume.create(metadata(folder), folder, BlockKind.PLAIN, 1);
    }

    private static String latin1(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static void assertMissing(Client client, String path) {
        assertEquals(
                Errno.ENOENT,
                assertThrows(FsException.class, () -> client.stat(path)).errno());
    }

    private static List<String> sorted(List<String> names) {
        return names.stream().sorted().toList();
    }

    static Stream<Arguments> blocksAndFirst() {
        return Arrays.stream(BlockKind.values())
                .flatMap(blocks -> Arrays.stream(First.values()).map(first -> Arguments.of(blocks, first)));
    }

    @ParameterizedTest
    @MethodSource("blocksAndFirst")
    void filesOfAllLengthsReadBack(BlockKind blocks, First first) throws Exception {
        try (var volume = SharedVolume.create(metadata(folder), folder, blocks, 0)) {
            for (long length : LENGTHS) {
                volume.first(first).write("/f" + length, length, 0, length);
            }
            for (long length : LENGTHS) {
                var path = "/f" + length;
                assertEquals(
                        FileSum.ofNoise(length, length), volume.second(first).sum(path));
                assertEquals(
                        volume.first(first).stat(path), volume.second(first).stat(path));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void overwritesAppendsAndCutsAreSeen(First first) throws Exception {
        try (var volume = plain()) {
            var file = new SharedFile(volume.first(first), volume.second(first), "/changed");
            file.write(0, 10 * MIB);
            file.write(1_000_000, 5_000);
            file.write(4 * MIB - 100, 200);
            file.write(999_999, 3);
            for (int i = 0; i < 7; i++) {
                file.write(file.length(), 1_000);
            }
            file.resize(3_000_000);
            file.resize(9_000_000);
            file.write(5_000_000, 10);
            file.write(12_000_000, 1);
            file.resize(0);
            file.resize(70 * MIB);
            file.write(64 * MIB - 1_000, 2_000);
            file.resize(64 * MIB - 10);
            file.resize(66 * MIB);
        }
    }

    /// One file that `writer` changes and `reader` reads back after each change.
    private static final class SharedFile {
        private final Client writer;
        private final Client reader;
        private final String path;
        private final Expected expected = new Expected();
        private int changes;

        SharedFile(Client writer, Client reader, String path) {
            this.writer = writer;
            this.reader = reader;
            this.path = path;
        }

        long length() {
            return expected.length();
        }

        void write(long offset, long length) throws FsException {
            changes++;
            writer.write(path, changes, offset, length);
            expected.write(changes, offset, length);
            check("write of " + length + " at " + offset);
        }

        void resize(long length) throws FsException {
            changes++;
            writer.truncate(path, length);
            expected.resize(length);
            check("truncate to " + length);
        }

        private void check(String change) throws FsException {
            assertEquals(expected.sum(), reader.sum(path), "after change " + changes + ", " + change);
        }
    }

    @Test
    void changesByTurnsLeaveOneContent() throws Exception {
        long seed = Long.getLong("interop.seed", Clock.SYSTEM.nanoTime());
        var random = new SplittableRandom(seed);
        var expected = new Expected();
        try (var volume = plain()) {
            volume.ours().write("/turns", 0, 0, 0);
            for (int step = 1; step <= STEPS; step++) {
                var client = random.nextBoolean() ? volume.ours() : volume.peer();
                long at = random.nextLong(300_000);
                long length = random.nextLong(1, 100_000);
                if (random.nextInt(4) == 0) {
                    client.truncate("/turns", at);
                    expected.resize(at);
                } else {
                    client.write("/turns", step, at, length);
                    expected.write(step, at, length);
                }
                var reader = random.nextBoolean() ? volume.ours() : volume.peer();
                assertEquals(
                        expected.sum(),
                        reader.sum("/turns"),
                        "step " + step + ", " + reader.getClass().getSimpleName() + ", with -Dinterop.seed=" + seed);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void renamedFilesAndTreesAreFoundWhereTheyAre(First first) throws Exception {
        shared(first, (mover, other) -> {
            mover.mkdir("/a");
            mover.mkdir("/a/b");
            mover.mkdir("/c");
            mover.write("/a/b/f", 1, 0, 5_000);
            assertEquals(FileSum.ofNoise(1, 5_000), other.sum("/a/b/f"));
            mover.rename("/a/b/f", "/c/g");
            assertMissing(other, "/a/b/f");
            assertEquals(FileSum.ofNoise(1, 5_000), other.sum("/c/g"));
            mover.rename("/c", "/a/b/c");
            assertEquals(FileSum.ofNoise(1, 5_000), other.sum("/a/b/c/g"));
            assertEquals(List.of("a"), other.names("/"));
            other.rename("/a/b/c/g", "/h");
            assertEquals(List.of("a", "h"), sorted(mover.names("/")));
            other.remove("/a/b/c");
            assertEquals(List.of(), mover.names("/a/b"));
            other.remove("/h");
            assertMissing(mover, "/h");
        });
    }

    @Test
    void whatARenameReplacesIsGoneForThePeer() throws Exception {
        try (var volume = plain()) {
            volume.peer().write("/new", 1, 0, 5 * MIB);
            volume.peer().write("/old", 2, 0, 9_000);
            var refused = assertThrows(FsException.class, () -> volume.peer().rename("/new", "/old"));
            assertEquals(Errno.EEXIST, refused.errno());
            volume.ours().rename("/new", "/old");
            assertEquals(List.of("old"), volume.peer().names("/"));
            assertEquals(FileSum.ofNoise(1, 5 * MIB), volume.peer().sum("/old"));
        }
    }

    @Test
    void hardLinksOfOursAreOneFileForThePeer() throws Exception {
        try (var volume = plain()) {
            volume.ours().mkdir("/d");
            volume.peer().write("/one", 1, 0, 9_000);
            volume.ours().link("/one", "/d/two");
            volume.ours().link("/one", "/three");
            volume.peer().write("/d/two", 2, 0, 9_000);
            assertEquals(FileSum.ofNoise(2, 9_000), volume.ours().sum("/one"));
            volume.peer().rename("/three", "/d/four");
            volume.peer().remove("/one");
            assertEquals(2, volume.ours().links("/d/four"));
            assertEquals(FileSum.ofNoise(2, 9_000), volume.peer().sum("/d/four"));
            volume.ours().remove("/d/two");
            assertEquals(FileSum.ofNoise(2, 9_000), volume.peer().sum("/d/four"));
            volume.peer().remove("/d/four");
            assertEquals(List.of(), volume.ours().names("/d"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void symbolicLinksLeadToTheSame(First first) throws Exception {
        shared(first, (maker, other) -> {
            var longTarget = "t/".repeat(1_000) + "end";
            maker.mkdir("/d");
            maker.symlink("d/nothing", "/l");
            maker.symlink(latin1("zu-ö"), "/d/l");
            maker.symlink(longTarget, "/d/long");
            assertEquals("d/nothing", other.readlink("/l"));
            assertEquals(latin1("zu-ö"), other.readlink("/d/l"));
            assertEquals(longTarget, other.readlink("/d/long"));
            assertEquals("SYMLINK", other.stat("/l").type());
            assertEquals(9, other.stat("/l").length());
            other.remove("/l");
            assertMissing(maker, "/l");
        });
    }

    @ParameterizedTest
    @EnumSource
    void aDirectoryOfThousandsIsListedWhole(First first) throws Exception {
        shared(first, (maker, other) -> {
            var names = IntStream.range(0, MANY).mapToObj(i -> "entry-" + i).toList();
            maker.mkdir("/many");
            for (var name : names) {
                maker.write("/many/" + name, 0, 0, 0);
            }
            assertEquals(sorted(names), sorted(other.names("/many")));
            for (int i = 0; i < MANY; i += 3) {
                other.remove("/many/" + names.get(i));
            }
            assertEquals(2 * MANY / 3, new TreeSet<>(maker.names("/many")).size());
            assertEquals(sorted(maker.names("/many")), sorted(other.names("/many")));
        });
    }

    @ParameterizedTest
    @EnumSource
    void namesOfAnyBytesAreTheSame(First first) throws Exception {
        var names = new ArrayList<>(List.of(
                "n".repeat(255),
                latin1("ü".repeat(127) + "n"),
                latin1("漢字 mit Leerzeichen"),
                latin1("e\u0301 and \u00e9"),
                "a\nb\tc\"d\\e%f",
                "A",
                "a",
                "not utf-8 \u00ff\u00fe",
                " "));
        shared(first, (maker, other) -> {
            for (int i = 0; i < names.size(); i++) {
                maker.write("/" + names.get(i), i, 0, 100);
            }
            assertEquals(sorted(names), sorted(other.names("/")));
            for (int i = 0; i < names.size(); i++) {
                assertEquals(FileSum.ofNoise(i, 100), other.sum("/" + names.get(i)));
            }
            other.remove("/" + names.getFirst());
            names.removeFirst();
            assertEquals(sorted(names), sorted(maker.names("/")));
        });
    }

    @ParameterizedTest
    @EnumSource
    void removedNamesLieInOneTrash(First first) throws Exception {
        try (var volume = withTrash()) {
            var maker = volume.first(first);
            var remover = volume.second(first);
            maker.mkdir("/d");
            maker.mkdir("/d/empty");
            maker.write("/d/file", 1, 0, 9_000);
            maker.write("/d/" + "n".repeat(255), 2, 0, 10);
            maker.write("/d/kept", 3, 0, 10);
            var expected = new ArrayList<String>();
            for (var name : List.of("empty", "file", "n".repeat(255))) {
                expected.add(inTrash(volume, name));
                remover.remove("/d/" + name);
            }
            expected.add(inTrash(volume, "kept"));
            maker.remove("/d/kept");
            assertEquals(List.of(), remover.names("/d"));
            assertEquals(sorted(expected), sorted(trash(maker)));
            assertEquals(sorted(expected), sorted(trash(remover)));
            for (var client : List.of(maker, remover)) {
                var file = hours(client).stream()
                        .map(hour -> hour + "/" + expected.get(1))
                        .filter(path -> exists(client, path))
                        .toList();
                assertEquals(1, file.size());
                assertEquals(FileSum.ofNoise(1, 9_000), client.sum(file.getFirst()));
            }
        }
    }

    /// What an entry of `/d` is called in the trash: `parent-inode-name`, at most 255 bytes of it.
    private static String inTrash(SharedVolume volume, String name) throws FsException {
        var kept = volume.ours().inode("/d") + "-" + volume.ours().inode("/d/" + name) + "-" + name;
        return kept.substring(0, Math.min(255, kept.length()));
    }

    private static List<String> hours(Client client) throws FsException {
        var hours = client.names("/.trash");
        hours.forEach(hour -> assertTrue(hour.matches("\\d{4}-\\d\\d-\\d\\d-\\d\\d"), hour));
        assertTrue(hours.size() == 1 || hours.size() == 2, () -> "a test may see two hours, not " + hours);
        return hours.stream().map(hour -> "/.trash/" + hour).toList();
    }

    private static List<String> trash(Client client) throws FsException {
        var names = new ArrayList<String>();
        for (var hour : hours(client)) {
            names.addAll(client.names(hour));
        }
        return names;
    }

    private static boolean exists(Client client, String path) {
        try {
            return client.stat(path).length() >= 0;
        } catch (FsException e) {
            return e.errno() != Errno.ENOENT;
        }
    }

    @ParameterizedTest
    @EnumSource
    void newEntriesShowAtOnceInAnOpenClient(First first) throws Exception {
        shared(first, (maker, other) -> {
            assertEquals(List.of(), other.names("/"));
            assertMissing(other, "/f");
            maker.write("/f", 1, 0, 1_000);
            maker.mkdir("/d");
            assertEquals(List.of("d", "f"), sorted(other.names("/")));
            assertEquals(FileSum.ofNoise(1, 1_000), other.sum("/f"));
            maker.write("/f", 2, 0, 1_000);
            assertEquals(FileSum.ofNoise(2, 1_000), other.sum("/f"));
            maker.remove("/f");
            assertMissing(other, "/f");
            other.write("/f", 3, 0, 2_000);
            assertEquals(FileSum.ofNoise(3, 2_000), maker.sum("/f"));
        });
    }

    @Test
    void whatBothMakeAtTheSameTimeIsAllThere() throws Exception {
        try (var volume = plain()) {
            volume.ours().mkdir("/both");
            var theirs = new FutureTask<>(() -> makeAndChange(volume.peer(), "theirs-"));
            Threads.virtual("peer-work-").newThread(theirs).start();
            var expected = makeAndChange(volume.ours(), "ours-");
            expected.putAll(theirs.get(60, TimeUnit.SECONDS));
            for (var client : List.of(volume.ours(), volume.peer())) {
                assertEquals(List.copyOf(expected.keySet()), sorted(client.names("/both")));
                for (var entry : expected.entrySet()) {
                    assertEquals(entry.getValue(), client.sum("/both/" + entry.getKey()));
                }
            }
        }
    }

    /// Makes files in `/both`, some of which it renames or removes; what is left, by name.
    private static SortedMap<String, FileSum> makeAndChange(Client client, String prefix) throws FsException {
        var left = new TreeMap<String, FileSum>();
        for (int i = 0; i < 150; i++) {
            var name = prefix + i;
            long length = i * 300L;
            client.write("/both/" + name, i, 0, length);
            switch (i % 5) {
                case 0 -> client.remove("/both/" + name);
                case 1 -> {
                    client.rename("/both/" + name, "/both/" + name + "-renamed");
                    left.put(name + "-renamed", FileSum.ofNoise(i, length));
                }
                default -> left.put(name, FileSum.ofNoise(i, length));
            }
        }
        return left;
    }

    @Test
    void whatThePeerCompactsWeRead() throws Exception {
        try (var volume = plain()) {
            var ours = volume.ours();
            var peer = volume.peer();
            var expected = new Expected();
            writeSlices(peer, expected, 0, 3);
            try (var held = ours.hold("/slices")) {
                writeSlices(peer, expected, 3, 12);
                int before = ours.records("/slices");
                assertEquals(expected.sum(), peer.sum("/slices"));
                SharedVolume.await("the peer compacts " + before + " records", () -> ours.records("/slices") < before);
                assertEquals(expected.sum(), held.sum());
            }
            assertEquals(expected.sum(), ours.sum("/slices"));
        }
    }

    @Test
    void whatWeCompactThePeerReads() throws Exception {
        try (var volume = plain()) {
            var ours = volume.ours();
            var peer = volume.peer();
            var expected = new Expected();
            writeSlices(ours, expected, 0, 4);
            try (var held = peer.hold("/slices")) {
                assertTrue(ours.compact("/slices"));
                assertEquals(1, ours.records("/slices"));
                assertEquals(expected.sum(), held.sum());
            }
            writeSlices(peer, expected, 4, 7);
            SharedVolume.await("all is compacted", () -> ours.compact("/slices") || ours.records("/slices") == 1);
            assertEquals(expected.sum(), peer.sum("/slices"));
            assertEquals(expected.sum(), ours.sum("/slices"));
        }
    }

    /// Slices that cover each other in part.
    private static void writeSlices(Client writer, Expected expected, int from, int to) throws FsException {
        for (int i = from; i < to; i++) {
            long offset = (i % 5) * 700_000L;
            writer.write("/slices", i, offset, 1_500_000);
            expected.write(i, offset, 1_500_000);
        }
    }
}
