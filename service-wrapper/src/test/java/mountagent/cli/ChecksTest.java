package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.service.Environment;
import mountagent.volume.OpenSpec;
import mountagent.volume.Opened;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// fsck, gc, destroy and restore as they are typed.
final class ChecksTest {
    private static final Caller ROOT_USER = Caller.AGENT;

    @TempDir
    Path home = Path.of("/");

    private Terminal terminal = new Terminal();

    @BeforeEach
    void makeVolume() {
        terminal = user(Map.of(), true);
        assertEquals(0, terminal.run("format", "sqlite3://m.db", "demo", "--bucket", "b"), terminal::err);
    }

    private Terminal user(Map<String, String> variables, boolean isRoot) {
        return new Terminal(new Environment(variables, home, isRoot, home));
    }

    /// Mounts the volume and does `what` with it.
    private void mounted(VolumeUse what) {
        Consumer<VolumeFs> use = fs -> {
            try {
                what.run(fs);
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        };
        terminal.frontEnd().use(use);
        assertEquals(0, terminal.run("mount", "demo", "mnt", "--no-bgjob"), terminal::err);
    }

    private interface VolumeUse {
        void run(VolumeFs fs) throws FsException;
    }

    private static long put(VolumeFs fs, long directory, String name, String text) throws FsException {
        Opened opened = fs.create(ROOT_USER, at(directory, name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
        fs.write(opened.handle(), 0, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
        fs.flush(opened.handle(), 1);
        fs.release(opened.handle(), 1);
        return opened.stat().inode();
    }

    private static DentryKey at(long directory, String name) {
        return new DentryKey(directory, FileName.of(name));
    }

    private Path block() throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("b/demo/chunks"))) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    private void sql(String statement) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("m.db"));
                var prepared = connection.createStatement()) {
            prepared.execute(statement);
        }
    }

    private String uuid() {
        var status = user(Map.of(), true);
        assertEquals(0, status.run("status", "demo"), status::err);
        var line = status.out().lines().filter(text -> text.contains("UUID")).findFirst();
        return line.orElseThrow().split("\"", -1)[3];
    }

    @Test
    void aSoundVolumePassesFsckAndGc() {
        mounted(fs -> put(fs, VolumeFs.ROOT, "f", "0123456789"));
        try (var logged = new Logged()) {
            assertEquals(0, terminal.run("fsck", "demo"), terminal::err);
            assertTrue(logged.has("Found 1 blocks (10 bytes)"), logged.lines()::toString);
            assertTrue(logged.has("Used by 1 slices (10 bytes)"), logged.lines()::toString);
            assertTrue(logged.has("Meta address: sqlite3://" + home.resolve("m.db")));
            assertEquals(0, terminal.run("gc", "demo"), terminal::err);
            assertTrue(logged.has("1 skipped (10 bytes)"), logged.lines()::toString);
        }
    }

    @Test
    void aLostBlockFailsFsckAndNamesTheFile() throws Exception {
        long[] inode = new long[1];
        mounted(fs -> inode[0] = put(fs, VolumeFs.ROOT, "f", "0123456789"));
        Files.delete(block());
        try (var logged = new Logged()) {
            assertEquals(1, terminal.run("fsck", "demo"));
            assertTrue(logged.has("1 objects are lost (10 bytes), 1 broken files:"), logged.lines()::toString);
            assertTrue(logged.has(String.format("%13d: /f", inode[0])), logged.lines()::toString);
        }
        assertTrue(terminal.err().contains("check: some errors occurred"), terminal.err());
        assertEquals(1, terminal.run("fsck", "demo", "--path", "/f"));
        assertEquals(1, terminal.run("fsck", "demo", "--path", "/", "-r"));
        assertEquals(0, terminal.run("fsck", "demo", "--path", "/"), terminal::err);
    }

    @Test
    void aBlockThatDoesNotDecodeIsFoundByReading() throws Exception {
        assertEquals(0, terminal.run("format", "sqlite3://z.db", "packed", "--bucket", "b", "--compress", "zstd"));
        terminal.frontEnd().use(fs -> {
            try {
                put(fs, VolumeFs.ROOT, "f", "0123456789");
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(0, terminal.run("mount", "packed", "mnt", "--no-bgjob"), terminal::err);
        assertEquals(0, terminal.run("fsck", "packed", "--read-blocks"), terminal::err);
        try (Stream<Path> files = Files.walk(home.resolve("b/packed/chunks"))) {
            var block = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            Files.write(block, new byte[(int) Files.size(block)]);
        }
        assertEquals(0, terminal.run("fsck", "packed"), terminal::err);
        try (var logged = new Logged()) {
            assertEquals(1, terminal.run("fsck", "packed", "--read-blocks"));
            assertTrue(logged.has("_0_10 cannot be read"), logged.lines()::toString);
            assertEquals(1, terminal.run("fsck", "packed", "--read-blocks", "--path", "/f"));
        }
    }

    @Test
    void fsckRepairsADirectoryThatLostItsAttributes() throws Exception {
        long[] inode = new long[1];
        mounted(fs -> {
            inode[0] = fs.mknod(ROOT_USER, at(VolumeFs.ROOT, "d"), NodeSpec.directory(0755))
                    .inode();
            put(fs, inode[0], "f", "0123456789");
        });
        sql("DELETE FROM jfs_node WHERE inode = " + inode[0]);
        assertEquals(1, terminal.run("fsck", "demo"));
        assertEquals(1, terminal.run("fsck", "demo", "--path", "/d"));
        assertEquals(1, terminal.run("fsck", "demo", "--repair"));
        assertTrue(terminal.err().contains("Please provide the path to repair with `--path` option"), terminal.err());
        assertEquals(0, terminal.run("fsck", "demo", "--path", "/d", "--repair", "--repair-dir-mode", "0711"));
        assertEquals(0, terminal.run("fsck", "demo", "--path", "/", "-r", "--sync-dir-stat"), terminal::err);
        mounted(fs -> assertEquals(0711, fs.getattr(ROOT_USER, inode[0]).attr().mode()));
        assertEquals(1, terminal.run("fsck", "demo", "--repair-dir-mode", "9"));
    }

    @Test
    void fsckThatWouldNotFitMemorySaysWhatToDo() throws Exception {
        sql("UPDATE jfs_counter SET value = 1000000000 WHERE name = 'totalInodes'");
        assertEquals(1, terminal.run("fsck", "demo"));
        assertTrue(terminal.err().contains("--path / --recursive"), terminal.err());
    }

    @Test
    void gcDeletesOnlyWhenAskedAndOnlyWhatIsOld() throws Exception {
        var folder = Files.createDirectories(home.resolve("b/demo/chunks/0/9"));
        var leaked = Files.writeString(folder.resolve("9999_0_10"), "0123456789");
        try (var logged = new Logged()) {
            assertEquals(0, terminal.run("gc", "demo", "--delete"), terminal::err);
            assertTrue(Files.exists(leaked), "too young");
            Files.setLastModifiedTime(leaked, FileTime.from(Instant.now().minusSeconds(7200)));
            assertEquals(0, terminal.run("gc", "demo"), terminal::err);
            assertTrue(logged.has("1 leaked (10 bytes)"), logged.lines()::toString);
            assertTrue(logged.has("Please add `--delete` to clean leaked objects"));
            assertTrue(Files.exists(leaked));
            var patient = user(Map.of("JFS_GC_SKIPPEDTIME", "10000"), true);
            assertEquals(0, patient.run("gc", "demo", "--delete"), patient::err);
            assertTrue(Files.exists(leaked), "too young by the variable");
            assertEquals(0, terminal.run("gc", "demo", "--delete", "--compact"), terminal::err);
            assertFalse(Files.exists(leaked));
        }
        var wrong = user(Map.of("JFS_GC_SKIPPEDTIME", "soon"), true);
        assertEquals(1, wrong.run("gc", "demo"));
        assertEquals("juicefs: JFS_GC_SKIPPEDTIME (soon) must be a number of seconds\n", wrong.err());
    }

    @Test
    void aBucketOfAnotherVolumeIsLeftAlone() throws Exception {
        Files.writeString(home.resolve("b/demo/juicefs_uuid"), "another");
        for (var command : new String[] {"fsck", "gc"}) {
            assertEquals(1, terminal.run(command, "demo"));
        }
        assertEquals(1, terminal.run("destroy", "demo", uuid(), "--yes"));
        assertTrue(terminal.err().contains("holds the objects of another volume"), terminal.err());
        assertTrue(Files.exists(home.resolve("b/demo/juicefs_uuid")));
    }

    @Test
    void destroyNeedsTheRightUuidAndAYes() {
        assertEquals(1, terminal.run("destroy", "demo", "xxx"));
        assertEquals("juicefs: UUID \"xxx\" != expected \"" + uuid() + "\"\n", terminal.err());
        assertEquals(1, terminal.run("destroy", "demo", uuid()));
        assertTrue(terminal.err().endsWith("juicefs: Aborted.\n"), terminal.err());
        assertTrue(Files.exists(home.resolve("b/demo/juicefs_uuid")));
        assertEquals(0, terminal.typing("y\n").run("destroy", "demo", uuid()), terminal::err);
        assertFalse(Files.exists(home.resolve("b/demo")));
        assertFalse(Files.exists(home.resolve(".config/mountagent/volumes/demo.conf")));
        assertEquals(1, terminal.run("status", "sqlite3://m.db"));
        assertTrue(terminal.err().contains("database is not formatted"), terminal.err());
        assertEquals(0, terminal.run("format", "sqlite3://m.db", "demo", "--bucket", "b"), terminal::err);
    }

    @Test
    void aVolumeInUseIsDestroyedOnlyByForce() throws Exception {
        var uuid = uuid();
        mounted(fs -> {
            var other = user(Map.of(), true);
            assertEquals(1, other.run("destroy", "demo", uuid, "--yes"));
            assertTrue(other.err().contains("1 sessions are active, please disconnect them first"), other.err());
        });
        assertTrue(Files.exists(home.resolve("b/demo/juicefs_uuid")));
        sql("INSERT INTO jfs_session2 (sid, expire, info) VALUES (99, 1, '{}')");
        sql("INSERT INTO jfs_session2 (sid, expire, info) VALUES (98, 9999999999, '{}')");
        assertEquals(1, terminal.run("destroy", "demo", uuid, "--yes"));
        assertTrue(terminal.err().contains("1 sessions are active"), "the expired one does not count");
        assertEquals(0, terminal.run("destroy", "demo", uuid, "--yes", "--force"), terminal::err);
        assertFalse(Files.exists(home.resolve("b/demo")));
    }

    @Test
    void destroyTakesWhateverLiesInTheFolderOfTheVolume() throws Exception {
        var uuid = uuid();
        mounted(fs -> put(fs, VolumeFs.ROOT, "f", "0123456789"));
        var inTheWay = Files.createDirectories(block().resolveSibling("not an object/below"));
        Files.writeString(inTheWay.resolve("x"), "x");
        assertEquals(0, terminal.run("destroy", "demo", uuid, "--yes"), terminal::err);
        assertFalse(Files.exists(home.resolve("b/demo")), "whatever lies in the volume's folder goes");
    }

    @Test
    void restorePutsBackWhatWasDeleted() throws Exception {
        var hour = new String[1];
        mounted(fs -> {
            var d = fs.mknod(ROOT_USER, at(VolumeFs.ROOT, "d"), NodeSpec.directory(0755))
                    .inode();
            put(fs, d, "f-1", "0123456789");
            fs.unlink(ROOT_USER, at(d, "f-1"));
            fs.rmdir(ROOT_USER, at(VolumeFs.ROOT, "d"));
        });
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("m.db"));
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT name FROM jfs_edge WHERE parent = 9223372032828243968")) {
            assertTrue(rows.next());
            hour[0] = new String(rows.getBytes(1), StandardCharsets.US_ASCII);
        }
        assertEquals(1, user(Map.of(), false).run("restore", "demo", hour[0]));
        try (var logged = new Logged()) {
            assertEquals(0, terminal.run("restore", "demo", "2001-01-01-00"));
            assertTrue(logged.has("lookup \"2001-01-01-00\": no such file or directory"));
            assertEquals(0, terminal.run("restore", "demo", hour[0]));
            assertTrue(logged.has("restored 1 entries of \"" + hour[0] + "\", 1 skipped, 0 failed"));
            assertEquals(0, terminal.run("restore", "demo", hour[0], "--put-back"));
        }
        mounted(fs -> {
            var d = fs.lookup(ROOT_USER, at(VolumeFs.ROOT, "d")).inode();
            assertEquals(10, fs.lookup(ROOT_USER, at(d, "f-1")).attr().length());
        });
        assertEquals(0, terminal.run("fsck", "demo"), terminal::err);
    }
}
