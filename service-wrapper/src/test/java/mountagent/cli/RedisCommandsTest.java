package mountagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.redis.RedisServer;
import mountagent.service.Environment;
import mountagent.volume.OpenSpec;
import mountagent.volume.VolumeFs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The commands on a volume whose metadata is on Redis, as they are typed.
final class RedisCommandsTest {
    @RegisterExtension
    static final RedisServer SERVER =
            new RedisServer("--user", "someone", "on", ">topsecret", "~*", "+@all", "--appendonly", "yes");

    @TempDir
    Path home = Path.of("/");

    private int database;
    private Terminal terminal = new Terminal();

    @BeforeEach
    void chooseADatabase() {
        database = SERVER.newDatabase();
    }

    private String address() {
        return "127.0.0.1:" + SERVER.port() + "/" + database;
    }

    private String url() {
        return "redis://" + address();
    }

    private int run(String... args) {
        return run(Map.of(), args);
    }

    private int run(Map<String, String> variables, String... args) {
        // only root may restore, and only a user's files are below his home
        var isRoot = args[0].equals("restore");
        terminal = new Terminal(new Environment(variables, home, isRoot, home));
        terminal.frontEnd().use(this::writeAndRemove);
        return terminal.run(args);
    }

    private void done(String... args) {
        assertEquals(0, run(args), () -> String.join(" ", args) + ": " + terminal.err());
    }

    private String refusal(String... args) {
        assertEquals(1, run(args), () -> String.join(" ", args) + ": " + terminal.out());
        return terminal.err();
    }

    private void writeAndRemove(VolumeFs fs) {
        try {
            write(fs, "kept");
            write(fs, "removed");
            fs.unlink(Caller.AGENT, at("removed"));
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(VolumeFs fs, String name) throws FsException {
        var opened = fs.create(Caller.AGENT, at(name), NodeSpec.file(0644), OpenSpec.READ_WRITE);
        fs.write(opened.handle(), 0, MemorySegment.ofArray("0123456789".getBytes(StandardCharsets.UTF_8)));
        fs.flush(opened.handle(), 1);
        fs.release(opened.handle(), 1);
    }

    private static DentryKey at(String name) {
        return new DentryKey(VolumeFs.ROOT, FileName.of(name));
    }

    @Test
    void everyCommandWorksOnIt() {
        done("format", address(), "demo", "--bucket", "b");
        done("config", "demo", "--trash-days", "2");
        assertTrue(terminal.out().contains("trash-days: 1 -> 2"), terminal.out());
        done("mount", "demo", "mnt", "--no-bgjob");
        done("status", "--more", url());
        assertTrue(terminal.out().contains("\"TrashFileCount\": 1"), terminal.out());
        done("fsck", "demo");
        done("fsck", "demo", "--path", "/", "-r", "--repair", "--sync-dir-stat");
        done("gc", "demo", "--compact", "--delete");
        var hour = DateTimeFormatter.ofPattern("yyyy-MM-dd-HH")
                .format(Instant.now().atOffset(ZoneOffset.UTC));
        done("restore", url(), "--put-back", hour);
        done("dump", "demo", "d.json");
        var uuid = terminal("config", "demo")
                .lines()
                .filter(line -> line.contains("UUID"))
                .findFirst()
                .orElseThrow()
                .split("\"", -1)[3];
        done("destroy", "demo", uuid, "--yes");
        assertEquals(0, SERVER.commands(database).dbsize());
        assertFalse(Files.exists(home.resolve(".config/mountagent/volumes/demo.conf")));
    }

    private String terminal(String... args) {
        done(args);
        return terminal.out();
    }

    @Test
    void aVolumeMovesFromSqliteToRedisAndBack() throws Exception {
        done("format", "sqlite3://m.db", "demo", "--bucket", "b");
        done("mount", "demo", "mnt", "--no-bgjob");
        done("dump", "sqlite3://m.db", "first.json");
        done("load", url(), "first.json");
        done("fsck", url());
        done("dump", url(), "second.json");
        done("load", "sqlite3://back.db", "second.json");
        done("dump", "sqlite3://back.db", "third.json");
        assertEquals(tree("first.json"), tree("second.json"));
        assertEquals(tree("second.json"), tree("third.json"));
        assertTrue(refusal("load", url(), "first.json").contains("is used by volume 'demo'"), terminal.err());
    }

    private String tree(String file) throws Exception {
        var text = Files.readString(home.resolve(file));
        return text.substring(text.indexOf("\"FSTree\""));
    }

    @Test
    void aLoadThatFailsLeavesNothing() throws Exception {
        done("format", "sqlite3://m.db", "demo", "--bucket", "b");
        done("dump", "sqlite3://m.db", "d.json");
        var whole = Files.readString(home.resolve("d.json"));
        Files.writeString(home.resolve("cut.json"), whole.substring(0, whole.length() - 20));
        assertTrue(refusal("load", url(), "cut.json").contains("it was cut"), terminal.err());
        assertEquals(0, SERVER.commands(database).dbsize());
        SERVER.commands(database).set("foreign".getBytes(StandardCharsets.UTF_8), new byte[1]);
        assertTrue(refusal("load", url(), "d.json").contains("holds keys already"), terminal.err());
        assertEquals(1, SERVER.commands(database).dbsize());
    }

    @Test
    void thePasswordComesFromWhereItIsSafe() throws Exception {
        var secret = Map.of("META_PASSWORD", "topsecret");
        var named = "redis://someone@" + address();
        assertEquals(0, run(secret, "format", named, "demo", "--bucket", "b"), terminal::err);
        var registered = home.resolve(".config/mountagent/volumes/demo.conf");
        assertFalse(Files.readString(registered).contains("topsecret"));
        assertEquals(0, run(secret, "status", named), terminal::err);
        Files.writeString(home.resolve("password"), "topsecret\n");
        assertEquals(
                0,
                run(Map.of("META_PASSWORD_FILE", home.resolve("password").toString()), "status", named),
                terminal::err);
        assertEquals(1, run(Map.of("META_PASSWORD", "wrongsecret"), "status", named));
        assertTrue(terminal.err().contains("WRONGPASS"), terminal.err());
        assertFalse(terminal.err().contains("wrongsecret"), terminal.err());
    }

    @Test
    void aPasswordInTheUrlIsKeptInAFileOfItsOwnerAndNeverShown() throws Exception {
        try (var logged = new Logged()) {
            done("format", "redis://someone:topsecret@" + address(), "private-one", "--bucket", "b");
            done("fsck", "private-one");
            assertTrue(logged.has("Meta address: redis://someone:****@" + address()), logged.lines()::toString);
            assertFalse(logged.has("topsecret"), logged.lines()::toString);
        }
        var file = home.resolve(".config/mountagent/volumes/private-one.conf");
        assertTrue(Files.readString(file).contains("topsecret"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void whatCannotServeIsRefusedInOneLine() {
        assertEquals(
                "juicefs: " + url() + ": database is not formatted, please run `juicefs format ...` first\n",
                refusal("status", url()));
        assertTrue(
                refusal("mount", "127.0.0.1:1/3", "mnt").contains("127.0.0.1:1: Connection refused"), terminal.err());
        assertTrue(refusal("status", url() + "?client-cache=true").contains("'client-cache' is not built yet"));
        assertTrue(refusal("status", url() + "?oops=1").contains("there is no option 'oops'"), terminal.err());
        assertTrue(
                refusal("status", "rediss://h/1?tls-ca-cert-file=no.pem").contains(home + "/no.pem' cannot be read"));
        assertTrue(refusal("status", "who:secret@nowhere").contains("\"****@nowhere\" is neither"), terminal.err());
        done("format", url(), "demo", "--bucket", "b");
        var key = "setting".getBytes(StandardCharsets.UTF_8);
        var commands = SERVER.commands(database);
        var setting = new String(commands.get(key), StandardCharsets.UTF_8);
        commands.set(
                key, setting.replace("\"MetaVersion\": 1", "\"MetaVersion\": 2").getBytes(StandardCharsets.UTF_8));
        assertTrue(
                refusal("mount", "demo", "mnt").contains("has metadata version 2, this client reads up to 1"),
                terminal.err());
        commands.del(key);
        commands.lpush(key, new byte[1]);
        assertTrue(refusal("fsck", "demo").contains("key 'setting' is a list, must be a string"), terminal.err());
    }

    @Test
    void aFormatThatFailsLeavesTheVolumeThatIsThere() {
        done("format", url(), "demo", "--bucket", "b");
        var before = new String(
                SERVER.commands(database).get("setting".getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
        assertTrue(
                refusal("format", url(), "other", "--bucket", "b").contains("cannot update volume name"),
                terminal.err());
        assertEquals(
                before,
                new String(
                        SERVER.commands(database).get("setting".getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8));
        done("status", "demo");
    }

    @Test
    void aDatabaseOfOthersIsWarnedOf() {
        SERVER.commands(database).set("foreign".getBytes(StandardCharsets.UTF_8), new byte[1]);
        try (var logged = new Logged()) {
            done("format", url(), "demo", "--bucket", "b");
            assertTrue(logged.has("holds keys of something else"), logged.lines()::toString);
        }
    }
}
