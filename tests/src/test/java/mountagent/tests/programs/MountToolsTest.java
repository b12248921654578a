package mountagent.tests.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tools that work through the command channel, as a user runs them on a real mount.
final class MountToolsTest {
    @TempDir
    private static Path home;

    private static Path mount;

    @BeforeAll
    static void mountAVolume() throws Exception {
        Program.assumeMounting();
        home = home.toRealPath();
        mount = home.resolve("mnt");
        var url = "sqlite3://" + home.resolve("meta.db");
        assertEquals(new Program.Result(0, ""), run("format", "-q", "--bucket", "objects", url, "test"));
        var started = run("mount", "-d", "--log", "log", "--metrics=", url, mount);
        assertEquals(0, started.status(), started.output());
    }

    @BeforeEach
    void makeATree() throws Exception {
        Files.createDirectories(mount.resolve("d/e"));
        Files.writeString(mount.resolve("d/a"), "hello\n");
        Files.createLink(mount.resolve("d/b"), mount.resolve("d/a"));
        Files.writeString(mount.resolve("d/e/c"), "x".repeat(5000));
    }

    @AfterEach
    void removeAll() throws Exception {
        assertEquals(new Program.Result(0, ""), shell("rm -rf mnt/*"));
    }

    @AfterAll
    static void endTheMount() throws Exception {
        assertEquals(new Program.Result(0, ""), run("umount", mount));
        assertEquals(0, run("fsck", "sqlite3://" + home.resolve("meta.db")).status());
    }

    private static Program.Result run(Object... args) throws Exception {
        return new Program(home).run(args);
    }

    private Program.Result shell(String script) throws Exception {
        var output = Files.createTempFile(home, "shell", ".txt");
        var process = new ProcessBuilder("sh", "-c", script)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new Program.Result(process.waitFor(), Files.readString(output));
    }

    private List<String> names(Path directory) throws Exception {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void infoTellsOfFilesAndDirectories() throws Exception {
        var file = run("info", mount.resolve("d/a"));
        var expected = """
                   length: 6 Bytes
                   size: 4.00 KiB (4096 Bytes)
                  paths:
                \t/d/a
                \t/d/b
                """.substring(2);
        assertTrue(file.output().contains(expected), file.output());
        assertTrue(
                file.output()
                        .matches(
                                "(?s).*\\|          0 \\| test/chunks/0/0/\\d+_0_6 \\|    6 \\|      0 \\|      6 \\|   0 \\|.*"),
                file.output());
        var directory = run("info", "-r", mount.resolve("d")).output();
        assertTrue(directory.contains("  files: 3\n   dirs: 2\n length: 4.89 KiB (5012 Bytes)\n"), directory);
        var none = run("info", mount.resolve("nothing"), home);
        assertEquals(0, none.status());
        assertTrue(none.output().contains("<ERROR>: lookup inode for "), none.output());
        assertTrue(none.output().contains("<ERROR>: Open control file for "), none.output());
    }

    @Test
    void summaryDrawsATableAndWritesCsv() throws Exception {
        assertEquals(
                """
                +------+--------+------+-------+
                | PATH |  SIZE  | DIRS | FILES |
                +------+--------+------+-------+
                | /    | 24 KiB |    2 |     3 |
                | e/   | 12 KiB |    1 |     1 |
                | e/c  | 8.0 KiB |    0 |     1 |
                | a    | 4.0 KiB |    0 |     1 |
                | b    | 4.0 KiB |    0 |     1 |
                +------+--------+------+-------+
                """.replaceAll(" +", " "),
                run("summary", mount.resolve("d"))
                        .output()
                        .replaceAll(" +", " ")
                        .replace("---------+--", "--------+--"));
        assertEquals(
                "PATH,SIZE,DIRS,FILES\n/,24576,2,3\ne/,12288,1,1\n...,8192,0,2\n",
                run("summary", "--csv", "-d", "1", "-e", "1", mount.resolve("d"))
                        .output());
    }

    @Test
    void removedTreeIsGoneAtOnceAndLiesInTheTrash() throws Exception {
        assertTrue(Files.exists(mount.resolve("d/e/c")), "the kernel knows the names");
        long before = inTrash();
        assertEquals(new Program.Result(0, ""), run("rmr", mount.resolve("d")));
        assertFalse(Files.exists(mount.resolve("d/e/c")));
        assertEquals(List.of(), names(mount));
        assertEquals(before + 5, inTrash());
        assertEquals(new Program.Result(1, "juicefs: RMR \"mnt/d\": no such file or directory\n"), run("rmr", "mnt/d"));
    }

    private static long inTrash() throws Exception {
        try (var entries = Files.walk(mount.resolve(".trash"))) {
            return entries.filter(entry -> entry.getNameCount() > mount.getNameCount() + 2)
                    .count();
        }
    }

    @Test
    void cloneSharesObjectsAndHasItsOwnLife() throws Exception {
        long before = objects();
        assertEquals(new Program.Result(0, ""), run("clone", mount.resolve("d"), mount.resolve("c")));
        assertEquals(before, objects());
        assertEquals("x".repeat(5000), Files.readString(mount.resolve("c/e/c")));
        Files.writeString(mount.resolve("c/a"), "changed");
        assertEquals("hello\n", Files.readString(mount.resolve("d/a")));
        assertEquals("hello\n", Files.readString(mount.resolve("c/b")), "a link becomes a file of its own");
        assertEquals(new Program.Result(0, ""), run("rmr", "--skip-trash", mount.resolve("d")));
        assertEquals("x".repeat(5000), Files.readString(mount.resolve("c/e/c")));
        assertEquals(new Program.Result(1, "juicefs: mnt/c already exists\n"), run("clone", "mnt/c/a", "mnt/c"));
    }

    private long objects() throws Exception {
        try (var files = Files.walk(home.resolve("objects"))) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void compactionLeavesTheBytesAsTheyAre() throws Exception {
        var file = mount.resolve("d/slices");
        for (int i = 0; i < 10; i++) {
            Files.writeString(file, "part " + i, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        var text = Files.readString(file);
        var done = run("compact", mount.resolve("d"));
        assertTrue(done.output().contains("success."), done.output());
        assertEquals(text, Files.readString(file));
        var raw = run("info", "--raw", file).output();
        assertEquals(
                5,
                raw.lines()
                        .filter(line -> line.startsWith("|") || line.startsWith("+"))
                        .count(),
                raw);
        var warmed = run("warmup", mount.resolve("d"), "mnt/d/a");
        assertTrue(warmed.output().contains("warmup cache: "), warmed.output());
    }

    @Test
    void virtualFilesShowInTheRootAndCannotBeChanged() throws Exception {
        try (var entries = Files.list(mount)) {
            assertEquals(
                    List.of(".accesslog", ".config", ".stats", ".trash", "d"),
                    entries.map(entry -> entry.getFileName().toString())
                            .sorted()
                            .toList());
        }
        assertTrue(Files.readString(mount.resolve(".config")).contains("\"MountPoint\": \"" + mount + "\""));
        assertThrows(FileSystemException.class, () -> Files.delete(mount.resolve(".stats")));
        assertThrows(FileSystemException.class, () -> Files.move(mount.resolve(".stats"), mount.resolve("x")));
        assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(mount.resolve(".control")));
        assertTrue(Files.exists(mount.resolve("d/e/.control")));
        assertFalse(Files.exists(mount.resolve("d/.stats")));
    }
}
