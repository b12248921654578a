package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The flags about caching and transfers: what is refused, and whether they have an effect.
final class CacheFlagsTest {
    @TempDir
    Path home = Path.of("/");

    private Terminal terminal = new Terminal();

    @BeforeEach
    void atHome() {
        terminal = new Terminal(home);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--cache-size=1TB | --cache-size: \"1TB\" is no size",
                "--cache-items=-1 | --cache-items (-1) must be from 0",
                "--free-space-ratio=1 | --free-space-ratio (1) must be from 0 to less than 1",
                "--free-space-ratio=-0.1 | --free-space-ratio (-0.1) must be from 0 to less than 1",
                "--free-space-ratio=NaN | --free-space-ratio (NaN) must be from 0 to less than 1",
                "--free-space-ratio=10% | --free-space-ratio (10%) must be a number",
                "--cache-mode=rw | --cache-mode (rw) must be octal",
                "--cache-mode=7777 | --cache-mode (7777) must be from 0 to 0777",
                "--verify-cache-checksum=all | --verify-cache-checksum (all) must be none, full, shrink or extend",
                "--cache-eviction=fifo | --cache-eviction (fifo) must be 2-random, lru or none",
                "--cache-expire=500ms | --cache-expire (500ms) must be at least 1s",
                "--cache-scan-interval=often | --cache-scan-interval: \"often\" is no duration",
                "--upload-limit=fast | --upload-limit: \"fast\" is no rate",
                "--prefetch=-1 | --prefetch (-1) must be from 0",
                "--max-readahead=x | --max-readahead: \"x\" is no size"
            })
    void valuesThatMakeNoSenseAreRefusedByName(String flag, String message) {
        assertEquals(1, terminal.run("mount", flag, "sqlite3://m.db", "mnt"));
        assertTrue(terminal.err().startsWith("juicefs: " + message), terminal.err());
        assertFalse(Files.exists(home.resolve("m.db")));
    }

    private Path volumeIn(Path folder) throws Exception {
        try (var entries = Files.list(folder)) {
            return entries.findFirst().orElseThrow();
        }
    }

    private void format(String... options) {
        var args = new java.util.ArrayList<>(java.util.List.of("format", "sqlite3://m.db", "demo", "--bucket", "obj"));
        args.addAll(java.util.List.of(options));
        assertEquals(0, terminal.run(args.toArray(String[]::new)), () -> terminal.err());
    }

    private int mount(String... options) {
        var args = new java.util.ArrayList<>(java.util.List.of("mount", "sqlite3://m.db", "mnt", "--metrics="));
        args.addAll(java.util.List.of(options));
        return terminal.run(args.toArray(String[]::new));
    }

    @Test
    void aCompressedVolumeIsCachedInTheUsualPlace() throws Exception {
        format("--compress", "lz4");
        assertEquals(0, mount(), () -> terminal.err());
        assertTrue(Files.exists(volumeIn(home.resolve(".juicefs/cache")).resolve(".lock")));
    }

    @Test
    void aPlainVolumeOnTheSameDiskIsNot() {
        format();
        assertEquals(0, mount(), () -> terminal.err());
        assertFalse(Files.exists(home.resolve(".juicefs/cache")));
    }

    @Test
    void namingDirectoriesTurnsTheCacheOn() throws Exception {
        format();
        Files.createDirectories(home.resolve("disk1"));
        Files.createDirectories(home.resolve("disk2"));
        assertEquals(0, mount("--cache-dir", "disk*/cache:other"), () -> terminal.err());
        for (String one : new String[] {"disk1/cache", "disk2/cache", "other"}) {
            assertTrue(Files.exists(volumeIn(home.resolve(one)).resolve(".lock")), one);
        }
    }

    @Test
    void blocksLeftStagedTurnTheCacheOn() throws Exception {
        format();
        var uuid = Files.readString(home.resolve("obj/demo/juicefs_uuid")).strip();
        var staged = home.resolve(".juicefs/cache").resolve(uuid).resolve("rawstaging/chunks/0/0");
        Files.createDirectories(staged);
        Files.writeString(staged.resolve("1_0_5"), "hello");
        assertEquals(0, mount(), () -> terminal.err());
        assertTrue(Files.exists(home.resolve(".juicefs/cache").resolve(uuid).resolve(".lock")));
    }

    @Test
    void noSizeAndMemoryNeedNoDirectory() {
        format("--compress", "lz4");
        assertEquals(0, mount("--cache-size", "0"), () -> terminal.err());
        assertEquals(0, mount("--cache-dir", "memory", "--cache-size", "64M"), () -> terminal.err());
        assertFalse(Files.exists(home.resolve(".juicefs/cache")));
        assertFalse(Files.exists(home.resolve("memory")));
    }

    @Test
    void aDirectoryThatCannotBeUsedDoesNotKeepTheMountAway() throws Exception {
        format("--compress", "lz4");
        Files.writeString(home.resolve("file"), "in the way");
        assertEquals(0, mount("--cache-dir", "file"), () -> terminal.err());
        assertEquals(0, mount("--cache-dir", "none*"), () -> terminal.err());
    }
}
