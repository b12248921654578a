package mountagent.sftp.session;

import static mountagent.sftp.session.SessionCase.FAILURE;
import static mountagent.sftp.session.SessionCase.NO_SUCH_FILE;
import static mountagent.sftp.session.SessionCase.OK;
import static mountagent.sftp.session.SessionCase.PERMISSION_DENIED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.sftp.session.Bench.Handle;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Renames that cannot be: of the root, into itself, over what is not empty, and between the roots of two users.
/// Each fails by `rename` and by `posix-rename`, and changes nothing.
@Timeout(60)
final class BadRenamesTest {
    private TwoHomes homes;
    private Bench alice;
    private Bench bob;

    @BeforeEach
    void open() throws Exception {
        homes = new TwoHomes();
        alice = homes.alice();
        bob = homes.bob();
        alice.put("/file", "alice's");
        alice.ask(14, "/full", 0);
        alice.put("/full/inner", "inner");
        alice.ask(14, "/full/deep", 0);
        alice.ask(14, "/empty", 0);
        bob.put("/file", "bob's");
        bob.ask(14, "/dir", 0);
    }

    @AfterEach
    void close() throws Exception {
        alice.close();
        bob.close();
        homes.close();
    }

    private static List<Integer> rename(Bench user, String from, String to) throws Exception {
        return List.of(
                user.ask(18, from, to).status(),
                user.ask(200, "posix-rename@openssh.com", from, to).status());
    }

    private void assertFails(int status, String from, String to) throws Exception {
        String before = homes.tree();
        assertEquals(List.of(status, status), rename(alice, from, to), from + " to " + to);
        assertEquals(before, homes.tree(), from + " to " + to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "..", ".", "//", "/full/..", "/full/deep/../..", "/full/../"})
    void theRootIsNotRenamed(String root) throws Exception {
        assertFails(FAILURE, root, "/free");
        assertFails(FAILURE, root, "/full/root");
        assertFails(FAILURE, root, root);
        assertFails(FAILURE, "/empty", root);
        assertFails(FAILURE, "/file", root);
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "deep/..", "deep/."})
    void whatIsNamedByDotsIsNotRenamed(String dots) throws Exception {
        assertFails(FAILURE, "/full/" + dots, "/free");
        assertFails(FAILURE, "/empty", "/full/" + dots);
    }

    @ParameterizedTest
    @CsvSource({
        "/full,/full/x",
        "/full,/full/deep/x",
        "/full,/full/deep",
        "/full,/empty/../full/x",
        "/full/,/full/deep/y/"
    })
    void aDirectoryIsNotRenamedIntoItself(String from, String to) throws Exception {
        assertFails(FAILURE, from, to);
    }

    @Test
    void aDirectoryIsNotRenamedIntoItselfByALink() throws Exception {
        alice.ask(20, "full/deep", "/link");
        assertFails(FAILURE, "/full", "/link/x");
        alice.ask(20, "/", "/top");
        assertFails(FAILURE, "/full", "/top/full/x");
    }

    @ParameterizedTest
    @CsvSource({"/empty,/full", "/full/deep,/full", "/file,/full", "/file,/empty", "/empty,/file", "/full,/file"})
    void nothingIsRenamedOverADirectoryThatIsNotEmptyOrOverAnotherKind(String from, String to) throws Exception {
        String before = homes.tree();
        for (int status : rename(alice, from, to)) {
            assertTrue(status == FAILURE || status == NO_SUCH_FILE, from + " to " + to + ": " + status);
        }
        assertEquals(before, homes.tree());
    }

    @Test
    void anOpenDirectoryIsNoOtherCase() throws Exception {
        Handle listing = new Handle(alice.ask(11, "/full").handle());
        assertFails(FAILURE, "/empty", "/full");
        assertFails(FAILURE, "/full", "/full/deep/x");
        assertEquals(
                List.of(".", "..", "deep", "inner"),
                alice.ask(12, listing).names().stream().sorted().toList());
        alice.ask(4, listing);
    }

    @Test
    void anEmptyDirectoryIsReplacedByPosixRenameAlone() throws Exception {
        assertEquals(FAILURE, alice.ask(18, "/full", "/empty").status());
        assertEquals(
                OK,
                alice.ask(200, "posix-rename@openssh.com", "/full", "/empty").status());
        assertEquals("inner", alice.get("/empty/inner"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../bob", "/../bob", "/../../homes/bob", "/homes/bob", "full/../../bob", "../../../homes/bob"})
    void theRootOfAnotherUserIsOutOfReach(String others) throws Exception {
        assertFails(NO_SUCH_FILE, "/file", others + "/taken");
        assertFails(NO_SUCH_FILE, others + "/file", "/taken");
        assertFails(NO_SUCH_FILE, others + "/file", others + "/taken");
        assertFails(NO_SUCH_FILE, others, "/taken");
    }

    @Test
    void linksToTheRootOfAnotherUserLeadNowhere() throws Exception {
        alice.ask(20, "../bob", "/up");
        alice.ask(20, "/homes/bob", "/absolute");
        link("made-outside", "/../bob");
        for (String link : List.of("/up", "/absolute", "/made-outside")) {
            assertFails(NO_SUCH_FILE, "/file", link + "/taken");
            assertFails(NO_SUCH_FILE, link + "/file", "/taken");
        }
        assertEquals("bob's", bob.get("/file"));
    }

    private void link(String name, String target) throws Exception {
        long home = homes.volume
                .fs()
                .lookup(TestVolume.ROOT_USER, TestVolume.at(homes.homes, "alice"))
                .inode();
        homes.volume.fs().symlink(TestVolume.ROOT_USER, TestVolume.at(home, name), Bytes.utf8(target));
    }

    @Test
    void aHandleIsOfItsUsersChannelOnly() throws Exception {
        Handle bobs = bob.open("/file", 1);
        assertEquals(FAILURE, alice.ask(5, bobs, 0L, 10).status());
        Handle mine = alice.open("/file", 3);
        assertEquals(
                FAILURE, alice.ask(200, "copy-data", bobs, 0L, 0L, mine, 0L).status());
        assertEquals("alice's", alice.get("/file"));
    }

    @Test
    void whoSeesBothRootsHasTheRightsOfItsNumber() throws Exception {
        try (var above = homes.aliceAbove()) {
            String before = homes.tree();
            for (String to : List.of("/bob/taken", "/bob/file", "/bob/dir/taken")) {
                for (int status : rename(above, "/alice/file", to)) {
                    assertTrue(status == PERMISSION_DENIED || status == FAILURE, to + ": " + status);
                }
            }
            assertEquals(List.of(PERMISSION_DENIED, PERMISSION_DENIED), rename(above, "/bob/file", "/alice/taken"));
            assertEquals(List.of(PERMISSION_DENIED, PERMISSION_DENIED), rename(above, "/alice", "/other"));
            assertEquals(List.of(FAILURE, FAILURE), rename(above, "/", "/alice/x"));
            assertEquals(before, homes.tree());
        }
    }

    @Test
    void aRootThatIsMovedIntoAnotherUsersIsStillARoot() throws Exception {
        var fs = homes.volume.fs();
        long bobsHome = fs.lookup(TestVolume.ROOT_USER, TestVolume.at(homes.homes, "bob"))
                .inode();
        fs.rename(
                TestVolume.ROOT_USER, TestVolume.at(homes.homes, "alice"), TestVolume.at(bobsHome, "guest"), Set.of());
        assertFails(NO_SUCH_FILE, "/file", "../guest/taken");
        assertFails(NO_SUCH_FILE, "../dir", "/taken");
        assertFails(FAILURE, "/", "/full/x");
        assertEquals(PERMISSION_DENIED, bob.ask(18, "/guest/file", "/taken").status(), "alice's, as before");
        fs.setattr(TestVolume.ROOT_USER, bobsHome, AttrChange.NONE.withMode(0700));
        assertEquals("alice's", alice.get("/file"), "what is above the root is not asked");
    }
}
