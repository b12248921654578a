package mountagent.sftp.session;

import static mountagent.sftp.session.SessionCase.FAILURE;
import static mountagent.sftp.session.SessionCase.NO_SUCH_FILE;
import static mountagent.sftp.session.SessionCase.OK;
import static mountagent.sftp.session.SessionCase.PERMISSION_DENIED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.sftp.files.RootDirectory;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Bench.Answer;
import mountagent.sftp.session.Bench.Handle;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody leaves its root directory, and nobody has more rights than its number gives in the volume.
@Timeout(60)
final class ConfinementTest {

    private TestVolume volume;
    private long home;
    private Bench alice;

    @BeforeEach
    void open() throws Exception {
        volume = TestVolume.inMemory();
        volume.put("secret", "outside");
        long homes = volume.mkdir("homes");
        home = mkdir(homes, "alice");
        long etc = mkdir(home, "etc");
        var ours = AttrChange.NONE.withUid(1000).withGid(1000);
        volume.fs().setattr(TestVolume.ROOT_USER, home, ours);
        volume.fs().setattr(TestVolume.ROOT_USER, etc, ours);
        alice = user(View.Rights.READ_WRITE);
        alice.put("/etc/passwd", "alice's");
    }

    private long mkdir(long parent, String name) throws FsException {
        return volume.fs()
                .mknod(TestVolume.ROOT_USER, TestVolume.at(parent, name), NodeSpec.directory(0755))
                .inode();
    }

    private Bench user(View.Rights rights) throws Exception {
        long root = RootDirectory.find(volume.fs(), "/homes/alice");
        return Bench.open(volume.fs(), Bench.ALICE, root, rights);
    }

    @AfterEach
    void close() throws Exception {
        alice.close();
        volume.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "..", "../..", "/../../..", "etc/../../../..", "//..//../"})
    void everyWayUpEndsAtTheRoot(String path) throws Exception {
        assertTrue(names(path).contains("etc"), path);
        assertFalse(names(path).contains("homes"), path);
        assertEquals(NO_SUCH_FILE, alice.ask(17, path + "/secret").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/etc", "../../..", "..", "../../../../../../etc", "/../etc", "/etc/.."})
    void linksLeadNowhereOutside(String target) throws Exception {
        assertEquals(OK, alice.ask(20, target, "/link").status());
        assertEquals(target, alice.ask(19, "/link").names().getFirst(), "the target is told as it is stored");
        String passwd = target.endsWith("etc") ? "/link/passwd" : "/link/etc/passwd";
        assertEquals("alice's", alice.get(passwd));
        assertEquals("status 2", alice.get("/link/secret"));
        assertEquals("status 2", alice.get("/link/../secret"));
    }

    @Test
    void linksMadeByOthersAreWalkedInsideTheRootToo() throws Exception {
        volume.fs()
                .symlink(TestVolume.ROOT_USER, TestVolume.at(home, "out"), mountagent.base.Bytes.utf8("../../secret"));
        assertEquals("status 2", alice.get("/out"));
        alice.put("/out", "inside");
        assertEquals("inside", alice.get("/secret"), "made inside the root, at the place the link means there");
        assertEquals("outside", volume.readText(openOutside()));
    }

    private mountagent.volume.FileHandle openOutside() throws FsException {
        var handle = volume.fs()
                .open(TestVolume.ROOT_USER, volume.lookup("secret").inode(), mountagent.volume.OpenSpec.READ);
        closeLater = handle;
        return handle;
    }

    private mountagent.volume.FileHandle closeLater;

    @AfterEach
    void closeOutside() throws Exception {
        if (closeLater != null) {
            volume.close(closeLater);
        }
    }

    @Test
    void ringsOfLinksEnd() throws Exception {
        alice.ask(20, "self", "/self");
        alice.ask(20, "two", "/one");
        alice.ask(20, "one", "/two");
        for (String path : List.of("/self", "/one", "/two/x")) {
            Answer answer = alice.ask(17, path);
            assertEquals(FAILURE, answer.status());
            assertEquals("too many levels of symbolic links", answer.words());
        }
    }

    @Test
    void aLinkThatTakesTheNameOfAnUploadIsNotFollowedWhenTheFileMustBeNew() throws Exception {
        alice.ask(20, "/etc/passwd", "/x");
        assertEquals(FAILURE, alice.ask(3, "/x", 0x2a, 0).status());
        assertEquals("alice's", alice.get("/etc/passwd"));
    }

    @Test
    void theRootIsNotMovedOrRemoved() throws Exception {
        assertEquals(FAILURE, alice.ask(18, "/", "/etc/x").status());
        assertEquals(FAILURE, alice.ask(18, "/etc", "/").status());
        assertEquals(FAILURE, alice.ask(18, "/etc/..", "/y").status());
        assertEquals(FAILURE, alice.ask(15, "/").status());
        assertEquals(FAILURE, alice.ask(13, "/").status());
        assertEquals(FAILURE, alice.ask(14, "/", 0).status());
        assertEquals(
                FAILURE, alice.ask(200, "posix-rename@openssh.com", "/", "/z").status());
        assertEquals(
                PERMISSION_DENIED,
                alice.ask(200, "hardlink@openssh.com", "/", "/z").status());
    }

    @Test
    void aRootThatIsMovedMeanwhileStaysTheRoot() throws Exception {
        volume.fs()
                .rename(
                        TestVolume.ROOT_USER,
                        TestVolume.at(volume.lookup("homes").inode(), "alice"),
                        TestVolume.at("elsewhere"),
                        java.util.Set.of());
        assertEquals("alice's", alice.get("/etc/passwd"));
        assertEquals("status 2", alice.get("/../secret"));
    }

    @Test
    void theListingOfTheRootTellsNothingOfWhatIsAboveIt() throws Exception {
        Handle root = new Handle(alice.ask(11, "/").handle());
        Answer page = alice.ask(12, root);
        assertEquals(List.of(".", "..", "etc"), page.names());
        var body = page.body().duplicate();
        body.position(4);
        byte[] self = entry(body);
        assertEquals(
                java.util.HexFormat.of().formatHex(self),
                java.util.HexFormat.of().formatHex(entry(body)));
        alice.ask(4, root);
    }

    /// The attributes of the next entry.
    private static byte[] entry(java.nio.ByteBuffer in) {
        in.position(in.position() + 4 + in.getInt(in.position()));
        in.position(in.position() + 4 + in.getInt(in.position()));
        byte[] attributes = new byte[32];
        in.get(attributes);
        return attributes;
    }

    private List<String> names(String path) throws Exception {
        Handle directory = new Handle(alice.ask(11, path).handle());
        List<String> names = alice.ask(12, directory).names();
        alice.ask(4, directory);
        return names;
    }

    @Test
    void permissionsAreThoseOfTheUsersNumber() throws Exception {
        volume.put("homes-file", "x");
        long locked = mkdir(home, "locked");
        volume.fs().setattr(TestVolume.ROOT_USER, locked, AttrChange.NONE.withMode(0700));
        assertEquals(PERMISSION_DENIED, alice.ask(11, "/locked").status());
        assertEquals(PERMISSION_DENIED, alice.ask(3, "/locked/x", 0x1a, 0).status());
        assertEquals(PERMISSION_DENIED, alice.ask(9, "/locked", 4, 0777).status());
        assertEquals(PERMISSION_DENIED, alice.ask(9, "/etc/passwd", 2, 0, 1000).status(), "giving a file away");
        assertEquals(OK, alice.ask(9, "/etc/passwd", 2, 1000, 1000).status(), "what it is already");
    }

    @Test
    void whoMayReadADirectoryButNotSearchItIsToldNames() throws Exception {
        alice.ask(9, "/etc", 4, 0400);
        assertEquals(List.of(".", "..", "passwd"), names("/etc"));
        assertEquals(PERMISSION_DENIED, alice.ask(17, "/etc/passwd").status());
        alice.ask(9, "/etc", 4, 0700);
    }

    @Test
    void newFilesAreTheUsersAndLackWhatItsUmaskSays() throws Exception {
        alice.ask(3, "/new", 0x1a, 4, 0666);
        var stat = volume.fs().lookup(TestVolume.ROOT_USER, TestVolume.at(home, "new"));
        assertEquals(1000, stat.attr().uid());
        assertEquals(0644, stat.attr().mode());
    }

    @Test
    void aReadOnlyUserChangesNothing() throws Exception {
        try (var reader = user(View.Rights.READ_ONLY)) {
            assertEquals("alice's", reader.get("/etc/passwd"));
            Handle open = reader.open("/etc/passwd", 1);
            List<Answer> answers = List.of(
                    reader.ask(3, "/etc/passwd", 2, 0),
                    reader.ask(3, "/n", 0x1a, 0),
                    reader.ask(3, "/etc/passwd", 0x11, 0),
                    reader.ask(9, "/etc/passwd", 4, 0600),
                    reader.ask(10, open, 4, 0600),
                    reader.ask(13, "/etc/passwd"),
                    reader.ask(14, "/n", 0),
                    reader.ask(15, "/etc"),
                    reader.ask(18, "/etc", "/n"),
                    reader.ask(20, "x", "/n"),
                    reader.ask(200, "posix-rename@openssh.com", "/etc", "/n"),
                    reader.ask(200, "hardlink@openssh.com", "/etc/passwd", "/n"),
                    reader.ask(200, "copy-data", open, 0L, 0L, open, 100L),
                    reader.ask(200, "copy-file", "/etc/passwd", "/n", new Bench.Byte((byte) 0)));
            answers.forEach(answer -> assertEquals(PERMISSION_DENIED, answer.status()));
        }
    }
}
