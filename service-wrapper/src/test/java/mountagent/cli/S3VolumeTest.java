package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.object.s3.S3Proxy;
import mountagent.service.Environment;
import mountagent.volume.OpenSpec;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Volumes whose objects are in an S3 server, as commands make, use, check and destroy them.
final class S3VolumeTest {
    @RegisterExtension
    static final S3Proxy SERVER = new S3Proxy();

    private static final Caller ROOT_USER = Caller.AGENT;
    private static final Map<String, String> KEYS =
            Map.of("ACCESS_KEY", S3Proxy.KEYS.accessKey(), "SECRET_KEY", S3Proxy.KEYS.secretKey());
    private static final String META = "sqlite3://m.db";

    @TempDir
    Path home = Path.of("/");

    private String bucket = "";
    private Terminal terminal = new Terminal();

    @BeforeEach
    void chooseABucket() {
        bucket = SERVER.newBucketUrl();
    }

    private int run(Map<String, String> variables, String... args) {
        terminal = new Terminal(new Environment(variables, home, true, home));
        return terminal.run(args);
    }

    private void runs(String... args) {
        assertEquals(0, run(Map.of(), args), terminal::err);
    }

    private void format() {
        assertEquals(0, run(KEYS, "format", META, "demo", "--storage", "s3", "--bucket", bucket), terminal::err);
    }

    private interface VolumeUse {
        void run(VolumeFs fs) throws FsException;
    }

    private int mounted(VolumeUse what, Map<String, String> variables, String... flags) {
        terminal = new Terminal(new Environment(variables, home, true, home));
        terminal.frontEnd().use(fs -> {
            try {
                what.run(fs);
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        });
        var args = Stream.concat(Stream.of("mount", "demo", "mnt", "--cache-size", "0"), Stream.of(flags));
        return terminal.run(args.toArray(String[]::new));
    }

    private static void write(VolumeFs fs, long directory, String name, byte[] content) throws FsException {
        var opened = fs.create(ROOT_USER, at(directory, name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
        assertEquals(content.length, fs.write(opened.handle(), 0, MemorySegment.ofArray(content)));
        fs.flush(opened.handle(), 1);
        fs.release(opened.handle(), 1);
    }

    private static byte[] read(VolumeFs fs, String name, int length) throws FsException {
        var stat = fs.lookup(ROOT_USER, at(VolumeFs.ROOT, name));
        var handle = fs.open(ROOT_USER, stat.inode(), OpenSpec.READ);
        var content = new byte[length];
        assertEquals(length, fs.read(handle, 0, MemorySegment.ofArray(content)));
        fs.release(handle, 1);
        return content;
    }

    private static DentryKey at(long directory, String name) {
        return new DentryKey(directory, FileName.of(name));
    }

    /// The objects below `prefix`, as the server keeps them.
    private List<Path> objects(String prefix) {
        var folder = SERVER.files(bucket).resolve(prefix);
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String setting() {
        runs("config", META);
        return terminal.out();
    }

    private String uuid() {
        return setting()
                .lines()
                .filter(line -> line.contains("\"UUID\""))
                .findFirst()
                .orElseThrow()
                .split("\"", -1)[3];
    }

    @Test
    void whatAMountWritesIsThereAtTheNext() {
        format();
        var content = new byte[9_000_000];
        new Random(4).nextBytes(content);
        assertEquals(0, mounted(fs -> write(fs, VolumeFs.ROOT, "f", content), Map.of()), terminal::err);
        assertEquals(3, objects("demo/chunks").size());
        var found = new byte[1][];
        assertEquals(0, mounted(fs -> found[0] = read(fs, "f", content.length), Map.of()), terminal::err);
        assertEquals(-1, java.util.Arrays.mismatch(content, found[0]));
        runs("fsck", "demo", "--read-blocks");
    }

    @Test
    void compressedBlocksAreReadBackWhole() {
        assertEquals(
                0,
                run(KEYS, "format", META, "demo", "--storage", "minio", "--bucket", bucket, "--compress", "lz4"),
                terminal::err);
        var content = new byte[5_000_000];
        assertEquals(0, mounted(fs -> write(fs, VolumeFs.ROOT, "f", content), Map.of()), terminal::err);
        var found = new byte[1][];
        assertEquals(0, mounted(fs -> found[0] = read(fs, "f", content.length), Map.of()), terminal::err);
        assertEquals(-1, java.util.Arrays.mismatch(content, found[0]));
    }

    @Test
    void theToolsWorkOnIt() throws Exception {
        format();
        assertEquals(
                0,
                mounted(
                        fs -> {
                            write(fs, VolumeFs.ROOT, "kept", new byte[1000]);
                            write(fs, VolumeFs.ROOT, "f", new byte[10]);
                            fs.unlink(ROOT_USER, at(VolumeFs.ROOT, "f"));
                        },
                        Map.of(),
                        "--no-bgjob"),
                terminal::err);
        var stray = objects("demo/chunks").getFirst().resolveSibling("999_0_5");
        Files.writeString(stray, "stray");
        assertEquals(0, run(Map.of("JFS_GC_SKIPPEDTIME", "0"), "gc", "demo", "--delete"), terminal::err);
        assertFalse(Files.exists(stray), "gc deletes what nobody needs");
        assertEquals(2, objects("demo/chunks").size());
        runs("fsck", "demo");
        runs("dump", "demo", "d.json");
        assertTrue(Files.readString(home.resolve("d.json")).contains("\"SecretKey\": \"removed\""));
        try (var logged = new Logged()) {
            runs("restore", "demo", "2001-01-01-00");
            assertTrue(logged.has("no such file or directory"), logged.lines()::toString);
        }
        assertEquals(1, run(Map.of(), "destroy", "demo", "another", "--yes"));
        runs("destroy", "demo", uuid(), "--yes");
        assertEquals(List.of(), objects("demo"));
    }

    @Test
    void theMetadataIsBackedUpIntoIt() {
        format();
        var variables = Map.of("SKIP_BACKUP_META_CHECK", "1");
        VolumeUse waits = _ -> {
            long limit = Clock.SYSTEM.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (objects("demo/meta").isEmpty() && Clock.SYSTEM.nanoTime() < limit) {
                Thread.onSpinWait();
            }
        };
        assertEquals(0, mounted(waits, variables, "--backup-meta", "100ms"), terminal::err);
        assertTrue(objects("demo/meta").getFirst().getFileName().toString().startsWith("dump-"));
    }

    @Test
    void requestsAreCounted() throws Exception {
        format();
        var shown = new String[1];
        VolumeUse use = fs -> {
            write(fs, VolumeFs.ROOT, "f", new byte[12_345]);
            var stats = fs.lookup(ROOT_USER, at(VolumeFs.ROOT, ".stats"));
            var handle = fs.open(ROOT_USER, stats.inode(), OpenSpec.READ);
            var text = new byte[200_000];
            int length = fs.read(handle, 0, MemorySegment.ofArray(text));
            shown[0] = new String(text, 0, length, StandardCharsets.UTF_8);
        };
        assertEquals(0, mounted(use, Map.of()), terminal::err);
        assertTrue(shown[0].contains("juicefs_object_request_data_bytes_PUT 12345"), shown[0]);
    }

    @Test
    void secretsAreStoredSealedAndNeverShown() throws Exception {
        format();
        String secret = S3Proxy.KEYS.secretKey();
        try (var logged = new Logged()) {
            assertEquals(0, run(KEYS, "format", META, "demo", "--trash-days", "3"), terminal::err);
            assertTrue(logged.has("Data use s3://"), logged.lines()::toString);
            assertFalse(logged.has(secret), logged.lines()::toString);
        }
        assertTrue(setting().contains("\"SecretKey\": \"removed\""), terminal.out());
        assertTrue(setting().contains("\"AccessKey\": \"" + S3Proxy.KEYS.accessKey() + "\""), terminal.out());
        assertTrue(setting().contains("\"KeyEncrypted\": true"), terminal.out());
        for (String file : new String[] {"m.db", "m.db-wal"}) {
            if (Files.exists(home.resolve(file))) {
                String bytes = new String(Files.readAllBytes(home.resolve(file)), StandardCharsets.ISO_8859_1);
                assertFalse(bytes.contains(secret), file);
            }
        }
    }

    @Test
    void aFormatThatTheServerRefusesLeavesNothing() {
        var wrong = new HashMap<>(KEYS);
        wrong.put("SECRET_KEY", "not this one");
        assertEquals(1, run(wrong, "format", META, "demo", "--storage", "s3", "--bucket", bucket));
        assertTrue(terminal.err().contains("correct --secret-key"), terminal.err());
        assertFalse(terminal.err().contains("not this one"), terminal.err());
        assertFalse(Files.exists(home.resolve("m.db")));
        assertFalse(Files.exists(SERVER.files(bucket)));
    }

    @Test
    void aBucketThatCannotBeUnderstoodIsRefusedBeforeAnythingIsDone() {
        assertEquals(1, run(KEYS, "format", META, "demo", "--storage", "s3", "--bucket", bucket + "/folder"));
        assertTrue(
                terminal.err().contains("--bucket \"" + bucket + "/folder\" has more than a bucket"), terminal.err());
        assertEquals(1, run(KEYS, "format", META, "demo", "--storage", "s3"));
        assertTrue(terminal.err().contains("--storage s3 needs --bucket"), terminal.err());
        assertFalse(Files.exists(home.resolve("m.db")));
    }

    @Test
    void theBucketOfAnotherVolumeIsNeitherFormattedNorMounted() throws Exception {
        format();
        assertEquals(0, mounted(fs -> write(fs, VolumeFs.ROOT, "f", new byte[10]), Map.of()), terminal::err);
        assertEquals(1, run(KEYS, "format", "sqlite3://other.db", "demo", "--storage", "s3", "--bucket", bucket));
        assertTrue(terminal.err().contains("is not empty"), terminal.err());
        String mine = bucket;
        chooseABucket();
        assertEquals(
                0,
                run(KEYS, "format", "sqlite3://other.db", "demo", "--storage", "s3", "--bucket", bucket),
                terminal::err);
        terminal = new Terminal(new Environment(Map.of(), home, true, home));
        assertEquals(1, terminal.run("mount", META, "mnt", "--bucket", bucket));
        assertTrue(terminal.err().contains("holds the objects of another volume"), terminal.err());
        assertEquals(0, terminal.run("mount", META, "mnt", "--storage", "minio", "--bucket", mine), terminal::err);
    }

    @Test
    void aBucketThatHasGoneIsNamed() throws Exception {
        format();
        for (Path each : objects("")) {
            Files.delete(each);
        }
        String gone = SERVER.newBucketUrl();
        assertEquals(1, mounted(_ -> {}, Map.of(), "--bucket", gone));
        assertTrue(
                terminal.err().contains("bucket " + gone.substring(gone.lastIndexOf('/') + 1) + " does not exist"),
                terminal.err());
    }

    @Test
    void newKeysAreTriedBeforeTheyAreStored() {
        format();
        assertEquals(1, run(Map.of(), "config", META, "--secret-key", "not this one"));
        assertTrue(terminal.err().contains("correct --secret-key"), terminal.err());
        assertEquals(0, mounted(_ -> {}, Map.of()), terminal::err);
        runs("config", META, "--secret-key", S3Proxy.KEYS.secretKey(), "--storage-class", "STANDARD_IA");
        assertTrue(terminal.out().contains("secret-key: updated"), terminal.out());
        assertTrue(terminal.out().contains("storage-class:  -> STANDARD_IA"), terminal.out());
        assertFalse(terminal.out().contains(S3Proxy.KEYS.secretKey()), terminal.out());
        assertTrue(setting().contains("\"StorageClass\": \"STANDARD_IA\""), terminal.out());
        assertEquals(0, mounted(fs -> write(fs, VolumeFs.ROOT, "f", new byte[10]), Map.of()), terminal::err);
    }

    @Test
    void timeLimitsThatMakeNoSenseAreRefused() {
        format();
        assertEquals(1, mounted(_ -> {}, Map.of(), "--get-timeout", "0"));
        assertTrue(terminal.err().contains("--get-timeout (0) must be from 100ms to 1h"), terminal.err());
    }
}
