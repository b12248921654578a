package mountagent.cache;

import static mountagent.cache.CacheFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Disks that fill up, fail, hang, go away and come back.
final class DirectoryCareTest {
    private static final CacheKey BLOCK = key(1, 50_000);
    private static final CacheKey OTHER = key(2, 50_000);

    @TempDir
    Path home = Path.of("/");

    @SuppressWarnings("NullAway.Init") // set before each test
    private CacheFixture cache;

    @BeforeEach
    void open() throws Exception {
        cache = new CacheFixture(home).walked();
        assertTrue(cache.write(BLOCK));
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            cache.clock.advance(1, 0);
            cache.care.tick();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded", "Read-only file system"})
    void aDiskThatTakesNothingMoreIsStillRead(String why) {
        cache.files.failWrites(why);
        assertFalse(cache.write(OTHER));
        assertFalse(cache.write(OTHER));
        assertEquals(DiskHealth.State.NORMAL, cache.directory.health().state());
        assertEquals(0, cache.directory.statistics().ioErrors());
        assertTrue(cache.isHit(BLOCK));
        pass(30);
        assertFalse(cache.write(OTHER), "still full");
        cache.files.failWrites(null);
        pass(6);
        assertTrue(cache.write(OTHER), "and taken again once there is room");
        assertTrue(cache.isHit(OTHER));
    }

    @Test
    void aReadOnlyDirectoryWithAnIdIsRead() throws Exception {
        var again = new CacheFixture(home);
        again.files.failWrites("Read-only file system");
        again.walked();
        assertTrue(again.isHit(BLOCK));
        assertFalse(again.write(OTHER));
    }

    @Test
    void threeErrorsInAMinuteMakeADiskUnstableAndAGoodMinuteHealsIt() {
        failThreeTimes();
        assertEquals(DiskHealth.State.UNSTABLE, cache.directory.health().state());
        pass(70);
        assertEquals(DiskHealth.State.UNSTABLE, cache.directory.health().state(), "it still fails");
        cache.files.failReads(null);
        cache.files.failWrites(null);
        pass(125);
        assertEquals(DiskHealth.State.NORMAL, cache.directory.health().state());
        assertTrue(cache.isHit(BLOCK));
    }

    private void failThreeTimes() {
        cache.files.failReads("Input/output error");
        cache.files.failWrites("Input/output error");
        for (int i = 0; i < 3; i++) {
            assertFalse(cache.isHit(BLOCK, 0, 10));
        }
    }

    @Test
    void errorsFarApartAreForgiven() {
        cache.files.failReads("Input/output error");
        for (int i = 0; i < 5; i++) {
            assertFalse(cache.isHit(BLOCK, 0, 10));
            cache.clock.advance(61, 0);
        }
        assertEquals(DiskHealth.State.NORMAL, cache.directory.health().state());
        assertEquals(5, cache.directory.statistics().ioErrors());
    }

    @Test
    void halfAnHourOfErrorsTakesADiskOutUntilItWorksAgain() {
        failThreeTimes();
        pass(31 * 60);
        assertEquals(DiskHealth.State.DOWN, cache.directory.health().state());
        int opens = cache.files.opens();
        assertFalse(cache.isHit(BLOCK));
        assertFalse(cache.write(OTHER));
        assertEquals(opens, cache.files.opens(), "nobody asks it");
        cache.files.failReads(null);
        cache.files.failWrites(null);
        pass(125);
        assertEquals(DiskHealth.State.NORMAL, cache.directory.health().state());
        assertTrue(cache.isHit(BLOCK));
    }

    @Test
    void operationsThatHangCountAsErrors() {
        var health = new DiskHealth("test", cache.clock);
        int hanging = health.begin();
        for (int i = 0; i < 3; i++) {
            cache.clock.advance(31, 0);
            health.tick();
        }
        // one every half a minute is two a minute: not yet
        assertEquals(DiskHealth.State.NORMAL, health.state());
        assertEquals(3, health.errors());
        health.end(hanging);
        cache.clock.advance(31, 0);
        health.tick();
        assertEquals(3, health.errors());
    }

    @Test
    void aDiskThatHangsIsUnstableAfterHalfAMinute() throws Exception {
        var health = new DiskHealth("test", cache.clock);
        var hung = new java.util.concurrent.CountDownLatch(3);
        var end = new java.util.concurrent.CountDownLatch(1);
        try (var threads = java.util.concurrent.Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                var _ = threads.submit(() -> {
                    int token = health.begin();
                    hung.countDown();
                    end.await();
                    health.end(token);
                    return token;
                });
            }
            assertTrue(hung.await(10, java.util.concurrent.TimeUnit.SECONDS));
            cache.clock.advance(29, 0);
            health.tick();
            assertEquals(DiskHealth.State.NORMAL, health.state());
            cache.clock.advance(2, 0);
            health.tick();
            assertEquals(DiskHealth.State.UNSTABLE, health.state());
            end.countDown();
        }
    }

    @Test
    void anUnstableDiskServesTenAtATime() {
        var health = new DiskHealth("test", cache.clock);
        for (int i = 0; i < 3; i++) {
            health.failed("test");
        }
        assertEquals(DiskHealth.State.UNSTABLE, health.state());
        for (int i = 0; i < 10; i++) {
            assertNotEquals(-1, health.begin());
        }
        assertEquals(-1, health.begin());
        health.end(0);
        assertNotEquals(-1, health.begin());
    }

    @Test
    void aDiskThatIsUnmountedIsLeftAloneUntilItIsBack() throws Exception {
        Path away = home.resolveSibling(home.getFileName() + "-away");
        Files.move(cache.layout.root(), away);
        cache.files.changeDevice();
        try {
            pass(11);
            assertFalse(cache.isHit(BLOCK));
            assertFalse(cache.write(OTHER));
            assertFalse(Files.exists(cache.layout.root()), "nothing is written below the mount point");
        } finally {
            Files.move(away, cache.layout.root());
        }
        pass(11);
        assertTrue(cache.isHit(BLOCK));
        assertTrue(cache.write(OTHER));
    }

    @Test
    void nothingIsWrittenWhereADiskWasBeforeThatIsNoticed() throws Exception {
        deleteAll(cache.layout.root());
        assertFalse(cache.write(OTHER));
        assertFalse(Files.exists(cache.layout.root()));
        assertEquals(0, cache.directory.statistics().ioErrors());
    }

    @Test
    void aDirectoryThatSomebodyEmptiesIsFilledAgainUnderItsId() throws Exception {
        String id = String.valueOf(cache.layout.readId());
        deleteAll(cache.layout.root());
        pass(11);
        assertEquals(id, cache.layout.readId());
        assertEquals(0, cache.directory.statistics().items());
        assertFalse(cache.isHit(BLOCK));
        assertTrue(cache.write(BLOCK));
        assertTrue(cache.isHit(BLOCK));
    }

    private static void deleteAll(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
