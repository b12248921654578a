package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Map;
import java.util.Set;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.service.FormatRequest.WhenFormatted;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a mount says when what it is given cannot serve. What the mount point may not be is tested with the
/// front end.
final class BadInputTest {
    @TempDir
    Path home = Path.of("/");

    private final FakeFrontEnd frontEnd = new FakeFrontEnd();
    private Environment environment = new Environment(Map.of(), home, false, home);

    @BeforeEach
    void useTheFolder() {
        environment = new Environment(Map.of(), home, false, home);
    }

    @Test
    void aDatabaseWithoutAVolumeIsNotFormatted() throws Exception {
        sql("CREATE TABLE other (id INTEGER)");
        assertEquals(
                "sqlite3://" + home.resolve("meta.db")
                        + ": database is not formatted, please run `juicefs format ...` first",
                refusal());
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws Exception {
        Files.writeString(home.resolve("meta.db"), "this is a text that is long enough to look like a file header\n");
        assertTrue(refusal().contains(home.resolve("meta.db") + ": the file is not an SQLite database"), refusal());
    }

    @Test
    void aDatabaseThatIsMissingIsNotMade() throws Exception {
        assertTrue(refusal().contains("there is no file " + home.resolve("meta.db")), refusal());
        assertTrue(Files.notExists(home.resolve("meta.db")));
    }

    @Test
    void aFormatThatIsTooNewIsRefused() throws Exception {
        format("demo");
        sql("UPDATE jfs_setting SET value = replace(value, '\"MetaVersion\": 1', '\"MetaVersion\": 2')");
        assertTrue(
                refusal()
                        .contains(
                                "volume 'demo' has metadata version 2, this client reads up to 1: use a newer client"),
                refusal());
    }

    @Test
    void aClientThatIsTooOldForTheVolumeIsRefused() throws Exception {
        format("demo");
        sql("UPDATE jfs_setting SET value = replace(value, '1.1.0-A', '9.0.0')");
        assertTrue(refusal().contains("at least 9.0.0 (MinClientVersion)"), refusal());
    }

    @Test
    void aSettingThatIsNotJsonIsSaidToBeThat() throws Exception {
        format("demo");
        sql("UPDATE jfs_setting SET value = '{\"Name\": \"demo\", oops'");
        assertTrue(refusal().contains("the volume's setting is not JSON (line 1, column"), refusal());
    }

    @Test
    void aBucketThatIsMissingIsNotMade() throws Exception {
        format("demo");
        Files.move(home.resolve("bucket"), home.resolve("elsewhere"));
        assertEquals(
                "the bucket folder " + home.resolve("bucket/demo") + " of volume demo is missing: mount the disk it is"
                        + " on, or say where it is with --bucket",
                refusal());
        assertTrue(Files.notExists(home.resolve("bucket")));
    }

    @Test
    void aBucketElsewhereIsFoundWhenToldWhere() throws Exception {
        format("demo");
        Files.move(home.resolve("bucket"), home.resolve("elsewhere"));
        assertEquals(ExitCode.OK, mount(home.resolve("elsewhere").toString(), Set.of()));
    }

    @Test
    void theBucketOfAnotherVolumeIsRefused() throws Exception {
        format("demo");
        Files.writeString(home.resolve("bucket/demo/juicefs_uuid"), "11111111-2222-4333-8444-555555555555");
        assertTrue(
                refusal()
                        .contains("holds the objects of another volume (juicefs_uuid"
                                + " 11111111-2222-4333-8444-555555555555, this volume is "),
                refusal());
    }

    @Test
    void aBucketThatCannotBeWrittenServesReadersOnly() throws Exception {
        format("demo");
        var store = new VolumeFormatter(environment).format(request("demo", WhenFormatted.LEAVE_ALONE));
        var failure = assertThrows(CommandFailure.class, () -> ObjectStores.checkWritable(store, folder -> false));
        assertEquals(
                "the bucket folder " + home.resolve("bucket/demo") + " of volume demo is read-only for this user: make"
                        + " it writable, or mount with --read-only",
                failure.text());
        ObjectStores.checkWritable(store, Files::isWritable);
    }

    @Test
    void whatIsNotBuiltInAVolumeIsRefusedByName() throws Exception {
        format("demo");
        sql("UPDATE jfs_setting SET value = replace(value, '\"Storage\": \"file\"', '\"Storage\": \"oss\"')");
        assertEquals(
                "volume demo keeps its objects in oss, which is not built yet; supported so far: file, s3, minio",
                refusal());
    }

    @Test
    void aMachineThatCannotMountSaysWhyBeforeAnythingIsTouched() throws Exception {
        format("demo");
        frontEnd.isMissing("/dev/fuse is missing: load the kernel module");
        assertEquals("cannot mount: /dev/fuse is missing: load the kernel module", refusal());
        assertTrue(Files.notExists(home.resolve("mnt")));
    }

    @Test
    void aMountThatIsRefusedLeavesNoSession() throws Exception {
        format("demo");
        frontEnd.refuses("mount point is not empty");
        assertEquals("mount point is not empty", refusal());
        assertTrue(new StatusReport(environment)
                .volume("demo", StatusReport.Depth.PLAIN)
                .contains("\"Sessions\": []"));
    }

    private void format(String name) throws CommandFailure {
        new VolumeFormatter(environment).format(request(name, WhenFormatted.UPDATE));
    }

    private FormatRequest request(String name, WhenFormatted whenFormatted) {
        return new FormatRequest(
                "sqlite3://meta.db", name, null, "bucket", null, null, null, null, null, null, null, whenFormatted);
    }

    private String refusal() {
        return assertThrows(CommandFailure.class, () -> mount(null, Set.of())).text();
    }

    private ExitCode mount(@Nullable String bucket, Set<MountOption> options)
            throws CommandFailure, InterruptedException {
        var spec = new MountSpec(
                "sqlite3://meta.db",
                home.resolve("mnt"),
                new StoreChoice(null, bucket, null),
                options,
                MountRequest.RING_DEPTH,
                Set.of(),
                MountSpec.KernelCache.DEFAULT,
                MountSpec.Client.usual(home.resolve("cache")),
                MetricsAddress.OFF);
        return new MountRun(environment, frontEnd).run(spec, _ -> {});
    }

    private void sql(String statement) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("meta.db"));
                var sql = connection.createStatement()) {
            sql.executeUpdate(statement);
        }
    }
}
