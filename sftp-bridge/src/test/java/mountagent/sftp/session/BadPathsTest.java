package mountagent.sftp.session;

import static mountagent.sftp.session.SessionCase.FAILURE;
import static mountagent.sftp.session.SessionCase.NO_SUCH_FILE;
import static mountagent.sftp.session.SessionCase.OK;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import mountagent.sftp.files.FileHashing;
import mountagent.sftp.files.FileLog;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Bench.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Paths that nobody should send, to every request that takes one: refused, or inside the root; nothing is made,
/// moved or removed by them.
@Timeout(60)
final class BadPathsTest {
    private static final int LONGEST_PATH = 4095;
    private static final int LONGEST_NAME = 255;

    private TwoHomes homes;
    private Bench alice;

    @BeforeEach
    void open() throws Exception {
        homes = new TwoHomes();
        alice = homes.alice(new View.Extras(FileLog.OFF, FileHashing.on()));
        alice.put("/file", "text");
        alice.ask(14, "/dir", 0);
        alice.put("/dir/inner", "inner");
    }

    @AfterEach
    void close() throws Exception {
        alice.close();
        homes.close();
    }

    /// A request with a path in it.
    private record Request(String name, int type, Function<byte[], Object[]> fields) {
        static Request of(String name, int type, Function<byte[], Object[]> fields) {
            return new Request(name, type, fields);
        }
    }

    private static Object[] list(Object... fields) {
        return fields;
    }

    private static final List<Request> LOOKS = List.of(
            Request.of("stat", 17, path -> list(path)),
            Request.of("lstat", 7, path -> list(path)),
            Request.of("opendir", 11, path -> list(path)),
            Request.of("statvfs", 200, path -> list("statvfs@openssh.com", path)),
            Request.of("space", 200, path -> list("space-available", path)));

    private static final List<Request> OF_FILES = List.of(
            Request.of("read", 3, path -> list(path, 1, 0)),
            Request.of("write", 3, path -> list(path, 2, 0)),
            Request.of("create", 3, path -> list(path, 0x1a, 0)),
            Request.of("create new", 3, path -> list(path, 0x2a, 0)),
            Request.of("append", 3, path -> list(path, 0x0c, 0)),
            Request.of("remove", 13, path -> list(path)),
            Request.of("mkdir", 14, path -> list(path, 0)),
            Request.of("rmdir", 15, path -> list(path)),
            Request.of("rename from", 18, path -> list(path, "/free")),
            Request.of("rename to", 18, path -> list("/file", path)),
            Request.of("posix-rename from", 200, path -> list("posix-rename@openssh.com", path, "/free")),
            Request.of("posix-rename to", 200, path -> list("posix-rename@openssh.com", "/file", path)),
            Request.of("readlink", 19, path -> list(path)),
            Request.of("symlink", 20, path -> list("target", path)),
            Request.of("hardlink to", 200, path -> list("hardlink@openssh.com", "/file", path)),
            Request.of("copy-file from", 200, path -> list("copy-file", path, "/free", new Bench.Byte((byte) 0))),
            Request.of("copy-file to", 200, path -> list("copy-file", "/file", path, new Bench.Byte((byte) 0))),
            Request.of("check-file", 200, path -> list("check-file-name", path, "sha256", 0L, 0L, 0)));

    private static final List<Request> OTHERS = List.of(
            Request.of("setstat", 9, path -> list(path, 4, 0600)),
            Request.of("truncate", 9, path -> list(path, 1, 0L)),
            Request.of("lsetstat", 200, path -> list("lsetstat@openssh.com", path, 4, 0600)),
            Request.of("hardlink from", 200, path -> list("hardlink@openssh.com", path, "/free")));

    private static final List<Request> PATHS = List.of(
            Request.of("realpath", 16, path -> list(path)),
            Request.of("expand-path", 200, path -> list("expand-path@openssh.com", path)));

    private void assertAll(int status, List<Request> requests, byte[] path) throws Exception {
        for (Request request : requests) {
            Answer answer = alice.ask(request.type(), request.fields().apply(path));
            assertEquals(status, answer.status(), () -> request.name() + " of " + shown(path));
        }
    }

    private static String shown(byte[] path) {
        return path.length + " bytes " + HexFormat.of().formatHex(path, 0, Math.min(path.length, 16));
    }

    private static byte[] ascii(String path) {
        return path.getBytes(StandardCharsets.US_ASCII);
    }

    /// What is refused by every request, whatever it would do.
    private void assertRefused(byte[] path) throws Exception {
        assertRefused(FAILURE, path);
    }

    private void assertRefused(int status, byte[] path) throws Exception {
        String before = homes.tree();
        assertAll(status, LOOKS, path);
        assertAll(status, OF_FILES, path);
        assertAll(status, OTHERS, path);
        assertEquals(before, homes.tree(), () -> "after " + shown(path));
        assertEquals(0, alice.openCount());
    }

    @Test
    void anEmptyPathNamesNothing() throws Exception {
        byte[] empty = {};
        assertRefused(NO_SUCH_FILE, empty);
        for (Request request : PATHS) {
            assertEquals(
                    List.of("/"),
                    alice.ask(request.type(), request.fields().apply(empty)).names());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "/\0", "/file\0", "/file\0/../dir", "/dir/\0inner", "/new\0.txt", "..\0/secret"})
    void nulInAPathIsRefused(String path) throws Exception {
        assertRefused(ascii(path));
        assertAll(FAILURE, PATHS, ascii(path));
    }

    /// Bytes that stand alone, are cut short, too long for their character (`/` and `.` in disguise), a surrogate,
    /// beyond the last character, and none of UTF-8.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "2fc3",
                "2fc328",
                "c0af",
                "c0ae",
                "2ee02e",
                "e080af",
                "2feda080",
                "f4908080",
                "f8888080",
                "2fff",
                "fe2f66696c65",
                "2f66696c65c0802f"
            })
    void whatIsNotUtf8IsRefused(String hex) throws Exception {
        byte[] path = HexFormat.of().parseHex(hex);
        assertRefused(path);
        assertAll(FAILURE, PATHS, path);
    }

    @Test
    void pathsThatAreTooLongAreRefused() throws Exception {
        for (String path : List.of(
                "/" + "x".repeat(65_536),
                "/x".repeat(32_768),
                "../".repeat(10_000),
                "../".repeat(10_000) + "secret",
                "/" + "../".repeat(10_000) + "file",
                "/".repeat(65_536),
                "./".repeat(2048) + "file")) {
            assertRefused(ascii(path));
            assertAll(FAILURE, PATHS, ascii(path));
        }
    }

    @Test
    void thePathsThatAreJustNotTooLongStayInside() throws Exception {
        String up = "../".repeat((LONGEST_PATH - 6) / 3);
        assertEquals("text", alice.get(up + "file"));
        assertAll(NO_SUCH_FILE, LOOKS, ascii(up + "secret"));
        assertEquals("text", alice.get("/".repeat(LONGEST_PATH - 4) + "file"));
        assertEquals(List.of("/"), alice.ask(16, up).names());
    }

    @Test
    void aNameOf256BytesIsRefusedAndOneOf255IsNot() throws Exception {
        for (String name : List.of("x".repeat(LONGEST_NAME + 1), "é".repeat(128), "x" + "é".repeat(128))) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            assertTrue(bytes.length > LONGEST_NAME);
            assertRefused(bytes);
            assertRefused(("/dir/" + name).getBytes(StandardCharsets.UTF_8));
            assertRefused((name + "/x").getBytes(StandardCharsets.UTF_8));
        }
        for (String name : List.of("x".repeat(LONGEST_NAME), "x" + "é".repeat(127))) {
            alice.put("/" + name, "long");
            assertEquals("long", alice.get(name));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "//", "////", "/..", "/../", "..", "../..", ".", "/./", "//..//.//..", "dir/..", "dir/../.."
            })
    void theRootByAnyNameIsTheRoot(String path) throws Exception {
        String before = homes.tree();
        byte[] bytes = ascii(path);
        byte[] root = alice.ask(17, "/").body().array();
        Answer stat = alice.ask(17, bytes);
        assertEquals(105, stat.type());
        assertArrayEquals(
                Arrays.copyOfRange(root, 9, root.length),
                Arrays.copyOfRange(stat.body().array(), 9, root.length));
        assertEquals(List.of("/"), alice.ask(16, bytes).names());
        assertAll(FAILURE, OF_FILES, bytes);
        assertNotEquals(
                OK, alice.ask(200, "hardlink@openssh.com", bytes, "/free").status());
        assertEquals(before, homes.tree());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"//file", "/../file", "../../file", "dir//..//file", "./file", "/dir/../../../file", "///.//file"
            })
    void superfluousPartsOfAPathMeanNothing(String path) throws Exception {
        assertEquals("text", alice.get(path));
        assertEquals(List.of("/file"), alice.ask(16, path).names());
        assertEquals(OK, alice.ask(9, path, 4, 0640).status());
        assertEquals(OK, alice.ask(18, path, "//dir//..//moved").status());
        assertEquals("text", alice.get("/moved"));
        assertEquals(OK, alice.ask(13, "/../moved").status());
        assertTrue(homes.tree().contains("secret=outside"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/file/", "/file/.", "/file/..", "/file/x", "file/../dir", "/file//"})
    void whatIsBelowAFileIsNowhere(String path) throws Exception {
        assertRefused(NO_SUCH_FILE, ascii(path));
    }

    @Test
    void aNameThatEndsInASlashIsNotGivenToAFile() throws Exception {
        String before = homes.tree();
        for (Request request : OF_FILES) {
            if (!request.name().equals("mkdir")) {
                Answer answer = alice.ask(request.type(), request.fields().apply(ascii("/new/")));
                assertTrue(answer.status() > OK, () -> request.name() + ": " + answer.type());
            }
        }
        assertEquals(before, homes.tree());
        assertEquals(OK, alice.ask(14, "/new/", 0).status());
        assertEquals(OK, alice.ask(18, "/new/", "/renamed/").status());
        assertEquals(OK, alice.ask(15, "/renamed/").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\", "..\\..\\secret", "C:\\file", "\\dir\\inner", "\\\\server\\share", "a\\..\\b"})
    void aBackslashIsALetter(String name) throws Exception {
        assertAll(NO_SUCH_FILE, LOOKS, ascii(name));
        alice.put("/" + name, "odd");
        assertEquals("odd", alice.get(name));
        assertEquals(List.of("/" + name), alice.ask(16, name).names());
        assertTrue(homes.tree().contains("/homes/alice/" + name + "=odd"), "one name in the user's root");
        assertEquals(OK, alice.ask(18, name, "dir/" + name).status());
        assertEquals(OK, alice.ask(13, "dir/" + name).status());
        assertEquals("text", alice.get("/file"));
    }

    @Test
    void targetsOfLinksThatCannotBeAreRefused() throws Exception {
        String before = homes.tree();
        assertEquals(FAILURE, alice.ask(20, "", "/link").status());
        assertEquals(FAILURE, alice.ask(20, "a\0b", "/link").status());
        assertEquals(FAILURE, alice.ask(20, "x".repeat(65_536), "/link").status());
        assertEquals(FAILURE, alice.ask(20, "../".repeat(10_000), "/link").status());
        assertEquals(before, homes.tree());
        assertEquals(OK, alice.ask(20, "../".repeat(1300) + "secret", "/link").status());
        assertEquals("status 2", alice.get("/link"));
    }
}
