package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.object.crypt.Keys;
import mountagent.service.Environment;
import mountagent.volume.OpenSpec;
import mountagent.volume.Opened;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Volumes that are encrypted at rest or spread over shards, as they are typed.
final class EncryptedVolumeTest {
    private static final Caller USER = Caller.AGENT;
    private static final String META = "sqlite3://m.db";
    private static final String CONTENT = "what nobody else may read";

    @TempDir
    Path home = Path.of("/");

    private Terminal terminal = new Terminal();

    @BeforeEach
    void writeKeys() throws IOException {
        Files.writeString(home.resolve("plain.pem"), Keys.text("pkcs8.pem"));
        Files.writeString(home.resolve("key.pem"), Keys.text("pkcs8-aes256-sha256.pem"));
        Files.writeString(home.resolve("public.pem"), Keys.text("public.pem"));
        Files.writeString(home.resolve("other.pem"), Keys.text("other.pem"));
    }

    private Terminal user(Map<String, String> variables) {
        terminal = new Terminal(new Environment(variables, home, false, home));
        return terminal;
    }

    private Terminal owner() {
        return user(Map.of("JFS_RSA_PASSPHRASE", Keys.PASSPHRASE));
    }

    private void format(String... flags) {
        List<String> line = new ArrayList<>(List.of("format", META, "demo", "--bucket", "b"));
        line.addAll(List.of(flags));
        assertEquals(0, owner().run(line.toArray(String[]::new)), terminal::err);
    }

    private void encrypted() {
        format("--encrypt-rsa-key", "key.pem");
    }

    /// Mounts the volume and does `what` with it.
    private void mounted(VolumeUse what) {
        owner().frontEnd().use(fs -> {
            try {
                what.run(fs);
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        });
        // a cache would answer for blocks that a test has changed
        assertEquals(0, terminal.run("mount", "demo", "mnt", "--no-bgjob", "--cache-size", "0"), terminal::err);
    }

    private interface VolumeUse {
        void run(VolumeFs fs) throws FsException;
    }

    private static void put(VolumeFs fs, String name, String text) throws FsException {
        Opened opened = fs.create(USER, at(name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
        fs.write(opened.handle(), 0, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
        fs.flush(opened.handle(), 1);
        fs.release(opened.handle(), 1);
    }

    private static String get(VolumeFs fs, String name) throws FsException {
        var handle = fs.open(USER, fs.lookup(USER, at(name)).inode(), OpenSpec.READ);
        byte[] content = new byte[100];
        try {
            int count = fs.read(handle, 0, MemorySegment.ofArray(content));
            return new String(content, 0, count, StandardCharsets.UTF_8);
        } finally {
            fs.release(handle, 1);
        }
    }

    private static DentryKey at(String name) {
        return new DentryKey(VolumeFs.ROOT, FileName.of(name));
    }

    private List<Path> objects(String bucket) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve(bucket))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path block() throws IOException {
        return objects("b/demo/chunks").getFirst();
    }

    private String setting() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("m.db"));
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT value FROM jfs_setting")) {
            assertTrue(rows.next());
            return rows.getString(1);
        }
    }

    private void sql(String statement) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("m.db"));
                var prepared = connection.createStatement()) {
            prepared.execute(statement);
        }
    }

    private String uuid() throws Exception {
        return setting().split("\"UUID\": \"", -1)[1].substring(0, 36);
    }

    @ParameterizedTest
    @CsvSource({
        "aes256gcm-rsa, key.pem, none",
        "chacha20-rsa, key.pem, zstd",
        "aes256gcm-rsa, plain.pem, lz4",
        "chacha20-rsa, plain.pem, none"
    })
    void whatIsWrittenIsEncryptedAndReadsBack(String cipher, String key, String compression) throws Exception {
        format("--encrypt-rsa-key", key, "--encrypt-algo", cipher, "--compress", compression);
        mounted(fs -> put(fs, "f", CONTENT));
        mounted(fs -> assertEquals(CONTENT, get(fs, "f")));
        assertEquals(2, objects("b/demo").size());
        for (Path object : objects("b/demo")) {
            byte[] stored = Files.readAllBytes(object);
            assertArrayEquals(new byte[] {1, 0, 12}, Arrays.copyOf(stored, 3), object::toString);
            assertFalse(new String(stored, StandardCharsets.ISO_8859_1).contains("nobody"));
        }
        String setting = setting();
        assertTrue(setting.contains("\"EncryptAlgo\": \"" + cipher + "\""), setting);
        assertTrue(setting.contains("\"KeyEncrypted\": true"), setting);
        assertFalse(setting.contains("BEGIN"), setting);
    }

    @Test
    void everyCommandWorksOnAnEncryptedVolume() throws Exception {
        encrypted();
        mounted(fs -> put(fs, "f", CONTENT));
        try (var logged = new Logged()) {
            assertEquals(0, owner().run("fsck", "demo", "--read-blocks"), terminal::err);
            assertTrue(logged.has("Found 1 blocks (" + (CONTENT.length() + 287) + " bytes)"), logged.lines()::toString);
            assertEquals(0, owner().run("fsck", "demo", "--path", "/", "-r"), terminal::err);
            assertEquals(0, owner().run("gc", "demo", "--delete", "--compact"), terminal::err);
        }
        assertEquals(0, owner().run("config", "demo", "--bucket", "b", "--trash-days", "3"), terminal::err);
        assertEquals(0, owner().run("dump", "demo", "d.json"), terminal::err);
        assertEquals(0, owner().run("load", "sqlite3://m2.db", "d.json"), terminal::err);
        owner().frontEnd().use(fs -> {
            try {
                assertEquals(CONTENT, get(fs, "f"));
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(0, terminal.run("mount", "sqlite3://m2.db", "mnt", "--no-bgjob"), terminal::err);
        assertEquals(0, owner().run("destroy", "demo", uuid(), "--yes"), terminal::err);
        assertFalse(Files.exists(home.resolve("b/demo")));
    }

    @Test
    void blocksAreCachedOnDiskSinceDecryptingThemCosts() {
        encrypted();
        try (var logged = new Logged()) {
            assertEquals(0, owner().run("mount", "demo", "mnt"), terminal::err);
            assertTrue(logged.has("Disk cache: [" + home), logged.lines()::toString);
        }
    }

    @Test
    void neitherStatusNorConfigNorVirtualFilesShowTheKey() throws Exception {
        encrypted();
        String sealed = setting().split("\"EncryptKey\": \"", -1)[1].substring(0, 40);
        for (String command : List.of("status", "config")) {
            assertEquals(0, owner().run(command, "demo"), terminal::err);
            assertTrue(terminal.out().contains("\"EncryptKey\": \"removed\""), terminal.out());
            assertFalse(terminal.out().contains(sealed), terminal.out());
        }
    }

    @Test
    void withoutThePassphraseEveryCommandSaysWhereItGoes() throws Exception {
        encrypted();
        for (var command : commandsThatOpenTheStore()) {
            assertEquals(1, user(Map.of()).run(command), String.join(" ", command));
            assertEquals(
                    "juicefs: the RSA key of volume demo: it is protected by a passphrase: set it in the environment"
                            + " variable JFS_RSA_PASSPHRASE\n",
                    terminal.err());
        }
        assertEquals(List.of(home.resolve("b/demo/juicefs_uuid")), objects("b"), "nothing was written");
    }

    @Test
    void withAWrongPassphraseEveryCommandSaysSo() throws Exception {
        encrypted();
        for (var command : commandsThatOpenTheStore()) {
            assertEquals(1, user(Map.of("JFS_RSA_PASSPHRASE", "close sesame")).run(command));
            assertEquals(
                    "juicefs: the RSA key of volume demo: the passphrase does not open it: correct the environment"
                            + " variable JFS_RSA_PASSPHRASE\n",
                    terminal.err());
        }
        assertEquals(List.of(home.resolve("b/demo/juicefs_uuid")), objects("b"), "nothing was written");
    }

    private List<String[]> commandsThatOpenTheStore() throws Exception {
        return List.of(
                new String[] {"mount", "demo", "mnt"},
                new String[] {"fsck", "demo"},
                new String[] {"gc", "demo", "--delete"},
                new String[] {"destroy", "demo", uuid(), "--yes"},
                new String[] {"config", "demo", "--bucket", "elsewhere"},
                new String[] {"format", META, "demo", "--trash-days", "5"});
    }

    @Test
    void theKeyOfAnotherVolumeIsNoticedBeforeAnythingIsWritten() throws Exception {
        encrypted();
        mounted(fs -> put(fs, "f", CONTENT));
        List<Path> before = objects("b");
        assertEquals(
                0, owner().run("format", "sqlite3://o.db", "other", "--bucket", "o", "--encrypt-rsa-key", "other.pem"));
        Files.move(home.resolve("b/demo"), home.resolve("b/other"));
        Files.delete(home.resolve("o/other/juicefs_uuid"));
        assertEquals(
                1,
                owner().run(
                                "mount",
                                "other",
                                "mnt",
                                "--bucket",
                                home.resolve("b").toString()));
        assertTrue(terminal.err().contains("does not open with the RSA key of volume other"), terminal.err());
        assertTrue(terminal.err().contains("written with another key"), terminal.err());
        Files.delete(home.resolve("b/other/juicefs_uuid"));
        assertEquals(1, owner().run("config", "other", "--bucket", "b", "--yes"));
        assertTrue(terminal.err().contains("none of 1 blocks opens"), terminal.err());
        assertEquals(before.size() - 1, objects("b").size());
    }

    @Test
    void aPlainVolumeOverAnEncryptedBucketSaysThatItHasNoKey() throws Exception {
        encrypted();
        sql("UPDATE jfs_setting SET value = replace(value, '\"EncryptKey\"', '\"Lost\"')");
        assertEquals(1, owner().run("mount", "demo", "mnt"));
        assertTrue(terminal.err().contains("the setting of volume demo has no key"), terminal.err());
        assertTrue(terminal.err().chars().allMatch(each -> each >= ' ' || each == '\n'), "no raw bytes");
    }

    @Test
    void aDamagedMarkDoesNotKeepTheRestFromItsOwner() throws Exception {
        encrypted();
        mounted(fs -> put(fs, "f", CONTENT));
        Files.write(home.resolve("b/demo/juicefs_uuid"), new byte[10]);
        try (var logged = new Logged()) {
            mounted(fs -> assertEquals(CONTENT, get(fs, "f")));
            assertTrue(logged.has("object juicefs_uuid"), logged.lines()::toString);
        }
    }

    @Test
    void aDamagedBlockIsAnErrorOfItsFileAlone() throws Exception {
        encrypted();
        mounted(fs -> put(fs, "f", CONTENT));
        Path bad = block();
        mounted(fs -> put(fs, "g", CONTENT));
        byte[] changed = Files.readAllBytes(bad);
        changed[300] ^= 1;
        Files.write(bad, changed);
        try (var logged = new Logged()) {
            mounted(fs -> {
                var failure = assertThrows(FsException.class, () -> get(fs, "f"));
                assertEquals(Errno.EIO, failure.errno());
                assertEquals(CONTENT, get(fs, "g"));
            });
            assertTrue(logged.has(bad.getFileName() + " in file://"), logged.lines()::toString);
            assertTrue(logged.has("have changed since they were encrypted"), logged.lines()::toString);
            assertEquals(1, owner().run("fsck", "demo", "--read-blocks"));
        }
        Files.write(bad, Arrays.copyOf(changed, changed.length - 1));
        assertEquals(1, owner().run("fsck", "demo"), "a block that was cut is found by its length");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--encrypt-rsa-key none.pem | cannot read --encrypt-rsa-key none.pem: ",
                "--encrypt-rsa-key public.pem | the RSA key in public.pem: it is a PUBLIC KEY, without the private part",
                "--encrypt-rsa-key m.txt | the RSA key in m.txt: it is no PEM text",
                "--encrypt-rsa-key key.pem --encrypt-algo sm4gcm | --encrypt-algo sm4gcm is not supported; supported"
                        + " are aes256gcm-rsa and chacha20-rsa",
                "--encrypt-algo rot13 | --encrypt-algo rot13 is not supported",
                "--shards 257 | --shards (257) must be from 0 to 256",
                "--shards 2 | must hold one number verb such as %d"
            })
    void whatCannotServeIsRefusedBeforeAnythingIsMade(String flags, String said) throws Exception {
        Files.writeString(home.resolve("m.txt"), "no key");
        List<String> line = new ArrayList<>(List.of("format", META, "demo", "--bucket", "b"));
        line.addAll(List.of(flags.split(" ")));
        assertEquals(1, owner().run(line.toArray(String[]::new)));
        assertTrue(terminal.err().contains(said), terminal.err());
        assertFalse(Files.exists(home.resolve("m.db")));
        assertFalse(Files.exists(home.resolve("b")));
    }

    @Test
    void aVolumeWithAForeignCipherIsRefusedByName() throws Exception {
        encrypted();
        sql("UPDATE jfs_setting SET value = replace(value, 'aes256gcm-rsa', 'sm4gcm')");
        assertEquals(1, owner().run("mount", "demo", "mnt"));
        assertTrue(terminal.err().contains("SM4, which is not supported"), terminal.err());
        sql("UPDATE jfs_setting SET value = replace(value, 'sm4gcm', 'aes1024')");
        assertEquals(1, owner().run("mount", "demo", "mnt"));
        assertEquals(
                "juicefs: volume demo is encrypted with aes1024, which is not supported; supported are aes256gcm-rsa"
                        + " and chacha20-rsa\n",
                terminal.err());
    }

    @Test
    void howObjectsAreEncryptedDoesNotChange() throws Exception {
        encrypted();
        String before = setting();
        encrypted();
        assertEquals(before, setting(), "the same command again changes nothing");
        assertRefused("the RSA key of volume demo cannot change", "--encrypt-rsa-key", "other.pem");
        assertRefused("cannot change from aes256gcm-rsa to chacha20-rsa", "--encrypt-algo", "chacha20-rsa");
        assertRefused("Shards of a volume cannot change from '0' to '2'", "--shards", "2", "--bucket", "%d");
        assertRefused("does not open with the RSA key", "--encrypt-rsa-key", "other.pem", "--force");
        assertEquals(before, setting());
    }

    private void assertRefused(String said, String... flags) {
        List<String> line = new ArrayList<>(List.of("format", META, "demo"));
        line.addAll(List.of(flags));
        assertEquals(1, owner().run(line.toArray(String[]::new)));
        assertTrue(terminal.err().contains(said), terminal.err());
    }

    @Test
    void aPlainVolumeCannotBecomeEncrypted() {
        format();
        assertRefused("is not encrypted and cannot become so", "--encrypt-rsa-key", "key.pem");
        assertRefused("does not open with the RSA key", "--encrypt-rsa-key", "key.pem", "--force");
    }

    @Test
    void forceGivesBackALostKeyIfItIsTheRightOne() throws Exception {
        encrypted();
        mounted(fs -> put(fs, "f", CONTENT));
        sql("UPDATE jfs_setting SET value = replace(value, '\"EncryptKey\": \"', '\"EncryptKey\": \"x')");
        assertEquals(1, owner().run("mount", "demo", "mnt"));
        assertTrue(terminal.err().contains("EncryptKey of volume 'demo' does not open"), terminal.err());
        assertRefused("does not open with the RSA key", "--encrypt-rsa-key", "other.pem", "--force");
        assertEquals(
                0, owner().run("format", META, "demo", "--encrypt-rsa-key", "plain.pem", "--force"), terminal::err);
        mounted(fs -> assertEquals(CONTENT, get(fs, "f")));
        Files.delete(home.resolve("b/demo/juicefs_uuid"));
        assertRefused("has no juicefs_uuid", "--encrypt-rsa-key", "plain.pem", "--force");
    }

    @Test
    void aBackupFromTheBucketLoadsWithTheKey() throws Exception {
        encrypted();
        mounted(fs -> put(fs, "f", CONTENT));
        assertEquals(0, owner().run("dump", "demo", "plain.json.gz"), terminal::err);
        // stored as a mount stores its backups: through the encrypted store
        Path file = encryptedCopy(Files.readAllBytes(home.resolve("plain.json.gz")));
        assertEquals(1, owner().run("load", "sqlite3://o.db", file.toString()));
        assertFalse(Files.exists(home.resolve("o.db")));
        assertEquals(1, user(Map.of()).run("load", "sqlite3://o.db", file.toString(), "--encrypt-rsa-key", "key.pem"));
        assertTrue(terminal.err().contains("JFS_RSA_PASSPHRASE"), terminal.err());
        assertEquals(1, owner().run("load", "sqlite3://o.db", file.toString(), "--encrypt-rsa-key", "other.pem"));
        assertTrue(terminal.err().contains("another key"), terminal.err());
        assertEquals(1, owner().run("load", "sqlite3://o.db", "--encrypt-rsa-key", "key.pem"));
        assertTrue(terminal.err().contains("needs the FILE"), terminal.err());
        assertEquals(
                0,
                owner().run("load", "sqlite3://o.db", file.toString(), "--encrypt-rsa-key", "key.pem"),
                terminal::err);
        assertEquals(0, owner().run("dump", "sqlite3://o.db", "again.json"), terminal::err);
        assertTrue(Files.readString(home.resolve("again.json")).contains("\"f\""));
    }

    private Path encryptedCopy(byte[] content) throws Exception {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        byte[][] stored = new byte[1][];
        mounted(fs -> {
            Opened opened = fs.create(USER, at("copy"), NodeSpec.file(0644), OpenSpec.READ_WRITE);
            fs.write(opened.handle(), 0, MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1)));
            fs.flush(opened.handle(), 1);
            fs.release(opened.handle(), 1);
        });
        for (Path object : objects("b/demo/chunks")) {
            if (object.getFileName().toString().endsWith("_" + content.length)) {
                stored[0] = Files.readAllBytes(object);
            }
        }
        return Files.write(home.resolve("dump-2026-01-01-000000.json.gz"), stored[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--encrypt-rsa-key key.pem"})
    void aVolumeWithShardsSpreadsItsObjectsAndEveryCommandWorks(String flags) throws Exception {
        List<String> all = new ArrayList<>(List.of("--bucket", "s/%d/", "--shards", "3"));
        if (!flags.isEmpty()) {
            all.addAll(List.of(flags.split(" ")));
        }
        format(all.toArray(String[]::new));
        assertEquals(1, objects("s").size());
        mounted(fs -> {
            for (int i = 0; i < 20; i++) {
                put(fs, "f" + i, CONTENT + i);
            }
        });
        for (int i = 0; i < 3; i++) {
            assertTrue(objects("s/" + i + "/demo/chunks").size() > 1, "shard " + i);
        }
        mounted(fs -> {
            for (int i = 0; i < 20; i++) {
                assertEquals(CONTENT + i, get(fs, "f" + i));
            }
        });
        try (var logged = new Logged()) {
            assertEquals(0, owner().run("fsck", "demo", "--read-blocks"), terminal::err);
            assertTrue(logged.has("Found 20 blocks"), logged.lines()::toString);
            assertEquals(0, owner().run("gc", "demo"), terminal::err);
            assertTrue(logged.has("scanned 20 objects"), logged.lines()::toString);
        }
        assertEquals(0, owner().run("config", "demo", "--bucket", "s/%d"), terminal::err);
        Files.move(home.resolve("s/1"), home.resolve("s/away"));
        assertEquals(1, owner().run("mount", "demo", "mnt"));
        assertTrue(terminal.err().contains(home.resolve("s/1").toString()), terminal.err());
        Files.move(home.resolve("s/away"), home.resolve("s/1"));
        assertEquals(0, owner().run("destroy", "demo", uuid(), "--yes"), terminal::err);
        for (int i = 0; i < 3; i++) {
            assertFalse(Files.exists(home.resolve("s/" + i + "/demo")));
        }
    }

    @Test
    void aNewVolumeWithShardsLooksIntoEachOfThem() throws Exception {
        Files.createDirectories(home.resolve("s/2/demo/chunks"));
        Files.writeString(home.resolve("s/2/demo/chunks/1_0_3"), "old");
        assertEquals(1, owner().run("format", META, "demo", "--bucket", "s/%d/", "--shards", "3"));
        assertTrue(terminal.err().contains("is not empty"), terminal.err());
    }
}
