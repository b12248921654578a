package mountagent.cache;

import static mountagent.cache.CacheFixture.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One directory: what is written is read, whatever happens to the files in between.
final class CacheDirectoryTest {
    private static final CacheKey BLOCK = key(1001, 100_000);

    @TempDir
    Path home = Path.of("/");

    @SuppressWarnings("NullAway.Init") // set before each test
    private CacheFixture cache;

    @BeforeEach
    void open() throws Exception {
        cache = new CacheFixture(home).walked();
    }

    private Path file(CacheKey key) {
        return cache.layout.block(key);
    }

    @Test
    void filesLieWhereTheOfficialClientLooks() throws Exception {
        assertTrue(cache.write(BLOCK));
        Path file = home.resolve(CacheFixture.UUID).resolve("raw/chunks/0/1/1001_0_100000");
        byte[] bytes = Files.readAllBytes(file);
        assertEquals(100_000 + 4 * 4, bytes.length);
        assertArrayEquals(CacheFixture.content(BLOCK), Arrays.copyOf(bytes, 100_000));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        assertEquals(
                36,
                Files.readString(home.resolve(CacheFixture.UUID).resolve(".lock"))
                        .length());
        assertFalse(Files.exists(file.resolveSibling(file.getFileName() + ".tmp")));
    }

    @Test
    void modeLetsOthersReadAndEnter() throws Exception {
        var options =
                new CacheOptions(1 << 30, 0, 0, 0664, VerifyLevel.NONE, Eviction.NONE, Duration.ZERO, Duration.ZERO, 1);
        cache = new CacheFixture(home.resolve("shared"), options).walked();
        assertTrue(cache.write(BLOCK));
        assertEquals("rw-rw-r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file(BLOCK))));
        assertEquals(
                "rwxrwxr-x",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file(BLOCK).getParent())));
        assertEquals("rwxrwxr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("shared"))));
        assertEquals(100_000, Files.size(file(BLOCK)), "no checksums at level none");
    }

    @Test
    void rangesAreReadAndTheFileStaysOpenForTheNext() {
        assertTrue(cache.write(BLOCK));
        for (int offset = 0; offset < 90_000; offset += 5_000) {
            assertTrue(cache.isHit(BLOCK, offset, 7_777));
        }
        assertTrue(cache.isHit(BLOCK));
        assertEquals(1, cache.files.opens());
    }

    @Test
    void whatIsNotThereCostsNoLookAtTheDisk() {
        assertFalse(cache.isHit(BLOCK));
        assertEquals(0, cache.files.opens());
    }

    @Test
    void aBlockCountsItsLengthAndFourKibibytes() {
        assertTrue(cache.write(BLOCK));
        assertTrue(cache.write(BLOCK), "it is there already");
        CacheStatistics now = cache.directory.statistics();
        assertEquals(104_096, now.usedBytes());
        assertEquals(1, now.items());
        assertEquals(1, now.writes());
        assertEquals(100_000, now.writeBytes());
    }

    // ---- Restart ----

    @Test
    void aRestartFindsWhatWasWritten() throws Exception {
        for (int id = 1; id <= 50; id++) {
            assertTrue(cache.write(key(id, 1000 + id)));
        }
        cache = new CacheFixture(home);
        assertTrue(cache.isHit(key(7, 1007)), "before the walk the file is looked for");
        assertFalse(cache.isHit(key(7, 1008)));
        cache.walked();
        assertEquals(50, cache.directory.statistics().items());
        for (int id = 1; id <= 50; id++) {
            assertTrue(cache.isHit(key(id, 1000 + id)));
        }
    }

    @Test
    void twoVolumesInOneDirectoryDoNotMeet() throws Exception {
        assertTrue(cache.write(BLOCK));
        var layout = new CacheLayout(home, "another-uuid", false);
        var local = new LocalFiles(layout.root(), 0600, cache.clock);
        assertFalse(layout.id(local).equals(cache.layout.readId()));
        var other = new CacheDirectory(layout, local, CacheFixture.OPTIONS, cache.clock);
        assertFalse(other.read(BLOCK, 0, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void aWalkClearsUpWhatWasLeftBehindAndNothingElse() throws Exception {
        assertTrue(cache.write(BLOCK));
        Path old = Files.writeString(file(BLOCK).resolveSibling("5_0_9.tmp"), "x");
        Files.setLastModifiedTime(old, FileTime.fromMillis((cache.clock.now().seconds() - 100) * 1000));
        Path fresh = Files.writeString(file(BLOCK).resolveSibling("6_0_9.tmp"), "x");
        Path strange = Files.writeString(file(BLOCK).resolveSibling("notes"), "x");
        Path cut = Files.writeString(file(BLOCK).resolveSibling("1002_0_500"), "x");
        Path empty = Files.createDirectories(cache.layout.blocks().resolve("9/9999"));
        Files.setLastModifiedTime(empty, FileTime.fromMillis((cache.clock.now().seconds() - 100) * 1000));
        cache.walked();
        for (Path gone : List.of(old, cut, empty)) {
            assertFalse(Files.exists(gone), gone::toString);
        }
        for (Path kept : List.of(fresh, strange, file(BLOCK))) {
            assertTrue(Files.exists(kept), kept::toString);
        }
    }

    @Test
    void whatAnotherProcessRemovedIsForgottenByTheNextWalk() throws Exception {
        assertTrue(cache.write(BLOCK));
        Files.delete(file(BLOCK));
        cache.walked();
        assertEquals(0, cache.directory.statistics().usedBytes());
    }

    @Test
    void whatAnotherProcessWroteIsFoundByTheNextWalk() throws Exception {
        assertTrue(new CacheFixture(home).walked().write(BLOCK));
        assertFalse(cache.isHit(BLOCK));
        assertTrue(cache.walked().isHit(BLOCK));
    }

    @Test
    void furtherWalksKeepWhatIsStagedUntilItsOwnerHasUploadedIt() throws Exception {
        Path staged = cache.layout.stagedBlock(BLOCK);
        Files.createDirectories(staged.getParent());
        Files.write(staged, CacheFixture.content(BLOCK));
        Files.createDirectories(file(BLOCK).getParent());
        Files.createLink(file(BLOCK), staged);
        for (int i = 0; i < 3; i++) {
            cache.walked();
            assertTrue(cache.isHit(BLOCK));
            assertFalse(cache.directory.evict(BLOCK));
            assertEquals(1, cache.directory.statistics().stagedItems());
        }
        Files.delete(staged);
        cache.walked();
        assertEquals(0, cache.directory.statistics().stagedItems());
        assertEquals(1, cache.directory.statistics().items());
        assertTrue(cache.isHit(BLOCK));
        assertTrue(cache.directory.evict(BLOCK));
    }

    // ---- Damage ----

    @Test
    void aFileThatHasGoneIsAMissAndForgotten() throws Exception {
        assertTrue(cache.write(BLOCK));
        Files.delete(file(BLOCK));
        assertFalse(cache.isHit(BLOCK));
        assertEquals(0, cache.directory.statistics().items());
        assertTrue(cache.write(BLOCK));
        assertTrue(cache.isHit(BLOCK));
    }

    @Test
    void aFileThatIsCutIsRemoved() throws Exception {
        assertTrue(cache.write(BLOCK));
        Files.write(file(BLOCK), Arrays.copyOf(Files.readAllBytes(file(BLOCK)), 60_000));
        assertRemoved();
    }

    @Test
    void aFileThatIsChangedIsRemoved() throws Exception {
        assertTrue(cache.write(BLOCK));
        byte[] bytes = Files.readAllBytes(file(BLOCK));
        bytes[99_999] ^= 4;
        Files.write(file(BLOCK), bytes);
        assertTrue(cache.isHit(BLOCK, 0, 32_768), "that part is as it was");
        assertFalse(cache.isHit(BLOCK, 99_000, 10));
        assertRemoved();
    }

    @Test
    void aFileThatIsSwappedWithAnotherIsRemoved() throws Exception {
        CacheKey other = key(1002, 100_000);
        assertTrue(cache.write(BLOCK));
        assertTrue(cache.write(other));
        Files.copy(file(other), file(BLOCK), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertRemoved();
        assertTrue(cache.isHit(other));
    }

    @Test
    void aFileThatLostItsChecksumsIsRemoved() throws Exception {
        assertTrue(cache.write(BLOCK));
        Files.write(file(BLOCK), Arrays.copyOf(Files.readAllBytes(file(BLOCK)), 100_000));
        assertRemoved();
    }

    private void assertRemoved() {
        assertFalse(cache.isHit(BLOCK));
        assertFalse(Files.exists(file(BLOCK)));
        assertEquals(1, cache.directory.statistics().corruptions());
        assertTrue(cache.write(BLOCK), "and written anew");
        assertTrue(cache.isHit(BLOCK));
    }

    @Test
    void aDirectoryInTheFilesPlaceIsNoBlock() throws Exception {
        Files.createDirectories(file(BLOCK));
        cache.walked();
        assertFalse(cache.isHit(BLOCK));
        assertFalse(cache.write(BLOCK));
    }

    // ---- Two who write ----

    @Test
    void aBlockThatAnotherProcessIsWritingIsLeftToIt() throws Exception {
        Files.createDirectories(file(BLOCK).getParent());
        Path theirs = Files.writeString(file(BLOCK).resolveSibling(file(BLOCK).getFileName() + ".tmp"), "half");
        assertFalse(cache.write(BLOCK));
        assertEquals("half", Files.readString(theirs));
        cache.clock.advance(120, 0);
        assertFalse(cache.write(BLOCK), "an abandoned one is removed first");
        assertTrue(cache.write(BLOCK));
    }

    // ---- Leaving ----

    @Test
    void anEvictedBlockGoesAndARemovedOneToo() {
        assertTrue(cache.write(BLOCK));
        assertTrue(cache.isHit(BLOCK, 5, 10));
        assertTrue(cache.directory.evict(BLOCK));
        assertFalse(cache.directory.evict(BLOCK));
        assertFalse(Files.exists(file(BLOCK)));
        assertTrue(cache.write(BLOCK));
        cache.directory.remove(BLOCK);
        assertFalse(cache.isHit(BLOCK));
        assertFalse(Files.exists(file(BLOCK)));
    }

    @Test
    void anInterruptedReaderDoesNotSpoilTheFileForOthers() {
        assertTrue(cache.write(BLOCK));
        assertTrue(cache.isHit(BLOCK, 5, 10));
        Thread.currentThread().interrupt();
        assertFalse(cache.isHit(BLOCK, 5, 10));
        assertTrue(Thread.interrupted());
        assertTrue(cache.isHit(BLOCK, 5, 10));
        assertEquals(0, cache.directory.statistics().ioErrors());
        assertEquals(0, cache.directory.statistics().corruptions());
    }
}
