package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import mountagent.meta.VolumeFormat;
import mountagent.service.FormatRequest.WhenFormatted;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VolumeFormatterTest {
    @TempDir
    Path home = Path.of("/");

    private Environment environment = new Environment(Map.of(), home, false, home);

    @BeforeEach
    void useTheFolder() {
        environment = new Environment(Map.of(), home, false, home);
    }

    @Test
    void aNewVolumeHasTheDefaultsAndMarksItsBucket() throws Exception {
        var format = format("demo", WhenFormatted.UPDATE);
        assertEquals(4096, format.blockSizeKib());
        assertEquals(1, format.trashDays());
        assertEquals("none", format.compression());
        assertEquals(home.resolve("bucket") + "/", format.bucket());
        assertEquals(format.uuid(), Files.readString(home.resolve("bucket/demo/juicefs_uuid")));
        try (var testing = Files.list(home.resolve("bucket/demo/testing"))) {
            assertEquals(0, testing.count());
        }
    }

    @Test
    void aNewVolumeIsKnownByItsName() throws Exception {
        format("demo", WhenFormatted.UPDATE);
        var registry = new VolumeRegistry(Places.of(environment).registry());
        assertEquals(
                "sqlite3://" + home.resolve("meta.db"),
                registry.find("demo").orElseThrow().metaUrl());
    }

    @Test
    void aclsAreTurnedOnForGood() throws Exception {
        var on = new VolumeFormatter(environment).format(withAcls(true));
        assertTrue(on.enableAcl());
        assertEquals("1.2.0-A", on.minClientVersion());
        assertEquals("format: POSIX ACLs of a volume cannot be turned off again", failure(withAcls(false)));
        assertTrue(format("demo", WhenFormatted.UPDATE).enableAcl());
    }

    private static FormatRequest withAcls(boolean wanted) {
        return new FormatRequest(
                "sqlite3://meta.db",
                "demo",
                null,
                "bucket",
                null,
                null,
                null,
                null,
                null,
                null,
                wanted,
                WhenFormatted.UPDATE);
    }

    @Test
    void blockSizesAreRoundedDownToAPowerOfTwoWithinTheFormatsLimits() throws Exception {
        assertEquals(1024, blockKib("one", 2047 * 1024L));
        assertEquals(64, blockKib("two", 1));
        assertEquals(16384, blockKib("six", 1L << 40));
    }

    @Test
    void anExistingVolumeGetsWhatIsGivenAndKeepsTheRest() throws Exception {
        var before = format("demo", WhenFormatted.UPDATE);
        var after = new VolumeFormatter(environment)
                .format(new FormatRequest(
                        "sqlite3://meta.db",
                        "demo",
                        null,
                        null,
                        null,
                        null,
                        null,
                        5L << 30,
                        null,
                        7,
                        null,
                        WhenFormatted.UPDATE));
        assertEquals(7, after.trashDays());
        assertEquals(5L << 30, after.capacityBytes());
        assertEquals(before.uuid(), after.uuid());
        assertEquals(before.bucket(), after.bucket());
    }

    @Test
    void whatMayNotChangeIsRefused() throws Exception {
        format("demo", WhenFormatted.UPDATE);
        assertEquals(
                "format: update format: cannot update volume name from demo to other",
                failure(request("other", null, WhenFormatted.UPDATE)));
        var compressed = failure(request("demo", "lz4", WhenFormatted.UPDATE));
        assertTrue(compressed.startsWith("format: update format: "), compressed);
    }

    @Test
    void noUpdateLeavesAVolumeAloneWithoutLookingAtItsBucket() throws Exception {
        var before = format("demo", WhenFormatted.UPDATE);
        Files.move(home.resolve("bucket"), home.resolve("elsewhere"));
        var after = new VolumeFormatter(environment).format(request("demo", "lz4", WhenFormatted.LEAVE_ALONE));
        assertEquals(before, after);
        assertTrue(Files.notExists(home.resolve("bucket")));
    }

    @Test
    void forceReplacesTheSetting() throws Exception {
        var before = format("demo", WhenFormatted.UPDATE);
        var after = new VolumeFormatter(environment).format(request("demo", "lz4", WhenFormatted.OVERWRITE));
        assertNotEquals(before.compression(), after.compression());
        assertEquals(before.uuid(), after.uuid());
    }

    @Test
    void aBucketWithObjectsIsNotTaken() throws Exception {
        Files.createDirectories(home.resolve("bucket/demo/chunks"));
        Files.writeString(home.resolve("bucket/demo/chunks/1_0_3"), "old");
        var message = failure(request("demo", null, WhenFormatted.UPDATE));
        assertTrue(message.contains("is not empty (it holds chunks/1_0_3)"), message);
    }

    @Test
    void emptyObjectsAndOldTestsAreNotInTheWay() throws Exception {
        Files.createDirectories(home.resolve("bucket/demo/testing"));
        Files.writeString(home.resolve("bucket/demo/testing/abc"), "left by a test");
        Files.writeString(home.resolve("bucket/demo/empty"), "");
        assertEquals("demo", format("demo", WhenFormatted.UPDATE).name());
    }

    @Test
    void namesAndValuesThatMakeNoSenseAreRefused() {
        assertTrue(
                failure(request("De", null, WhenFormatted.UPDATE)).startsWith("volume name \"De\" must have 3 to 63"));
        assertEquals(
                "--compress (gzip) must be none, lz4 or zstd", failure(request("demo", "gzip", WhenFormatted.UPDATE)));
        var oss = new FormatRequest(
                "sqlite3://meta.db",
                "demo",
                "oss",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                WhenFormatted.UPDATE);
        assertEquals("--storage oss is not built yet; supported so far: file, s3, minio", failure(oss));
        assertTrue(Files.notExists(home.resolve("meta.db")));
    }

    private int blockKib(String name, long bytes) throws CommandFailure {
        return new VolumeFormatter(environment)
                .format(new FormatRequest(
                        "sqlite3://" + name + ".db",
                        name,
                        null,
                        "bucket",
                        bytes,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        WhenFormatted.UPDATE))
                .blockSizeKib();
    }

    private VolumeFormat format(String name, WhenFormatted whenFormatted) throws CommandFailure {
        return new VolumeFormatter(environment).format(request(name, null, whenFormatted));
    }

    private String failure(FormatRequest request) {
        return assertThrows(CommandFailure.class, () -> new VolumeFormatter(environment).format(request))
                .text();
    }

    private static FormatRequest request(String name, @Nullable String compression, WhenFormatted whenFormatted) {
        return new FormatRequest(
                "sqlite3://meta.db",
                name,
                null,
                "bucket",
                null,
                compression,
                null,
                null,
                null,
                null,
                null,
                whenFormatted);
    }
}
