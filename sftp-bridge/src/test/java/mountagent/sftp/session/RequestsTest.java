package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.Timestamp;
import mountagent.meta.Durability;
import mountagent.meta.Mutation;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.ReadPlan;
import mountagent.sftp.session.Bench.Answer;
import mountagent.sftp.session.Bench.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What each request does, as its client sees it.
@Timeout(120)
final class RequestsTest extends SessionCase {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int APPEND = 4;
    private static final int CREATE = 8;
    private static final int TRUNCATE = 16;
    private static final int EXCLUSIVE = 32;

    @Test
    void whatWasWrittenIsThereAfterClose() throws Exception {
        Handle handle = client.open("/f", WRITE | CREATE);
        assertEquals(OK, client.ask(6, handle, 3L, "def").status());
        assertEquals(OK, client.ask(6, handle, 0L, "abc").status());
        assertEquals(OK, client.ask(4, handle).status());
        assertEquals("abcdef", client.get("/f"));
        assertEquals(6, volume.lookup("f").attr().length());
    }

    @Test
    void readsAreShortOnlyAtTheEnd() throws Exception {
        Handle handle = client.open("/f", READ | WRITE | CREATE);
        byte[] data = new byte[300_000];
        for (int at = 0; at < data.length; at += 100_000) {
            client.ask(6, handle, (long) at, new byte[100_000]);
        }
        assertEquals(255 * 1024, client.ask(5, handle, 0L, 1 << 20).data().length);
        assertEquals(100, client.ask(5, handle, 299_900L, 1000).data().length);
    }

    @Test
    void openFlagsMeanWhatTheySay() throws Exception {
        assertEquals(NO_SUCH_FILE, client.ask(3, "/f", WRITE, 0).status());
        client.put("/f", "text");
        assertEquals(FAILURE, client.ask(3, "/f", WRITE | CREATE | EXCLUSIVE, 0).status());
        client.ask(4, client.open("/f", WRITE | CREATE));
        assertEquals("text", client.get("/f"));
        client.ask(4, client.open("/f", WRITE | CREATE | TRUNCATE));
        assertEquals("status 1", client.get("/f"));
        client.ask(14, "/d", 0);
        assertEquals(FAILURE, client.ask(3, "/d", READ, 0).status());
    }

    @Test
    void appendedDataComesToTheEndWhateverItsOffset() throws Exception {
        Handle one = client.open("/f", WRITE | APPEND | CREATE);
        Handle two = client.open("/f", WRITE | APPEND);
        client.ask(6, one, 0L, "a");
        client.ask(6, two, 0L, "b");
        client.ask(6, one, 77L, "c");
        client.ask(4, one);
        client.ask(4, two);
        assertEquals("abc", client.get("/f"));
    }

    @Test
    void aHandleOutlivesTheNameOfItsFile() throws Exception {
        client.put("/f", "text");
        Handle handle = client.open("/f", READ);
        client.ask(18, "/f", "/g");
        client.ask(13, "/g");
        assertEquals("text", new String(client.ask(5, handle, 0L, 10).data()));
        assertEquals(105, client.ask(8, handle).type());
        assertEquals(OK, client.ask(4, handle).status());
    }

    @Test
    void renameRefusesAnExistingTargetAndPosixRenameReplacesIt() throws Exception {
        client.put("/a", "a");
        client.put("/b", "b");
        Answer refused = client.ask(18, "/a", "/b");
        assertEquals(FAILURE, refused.status());
        assertEquals("file exists", refused.words());
        assertEquals(OK, client.ask(200, "posix-rename@openssh.com", "/a", "/b").status());
        assertEquals("a", client.get("/b"));
        assertEquals("status 2", client.get("/a"));
    }

    @Test
    void onlyFlaggedAttributesChange() throws Exception {
        client.put("/f", "text");
        assertEquals(OK, client.ask(9, "/f", 8, 5, -1).status());
        assertEquals(new Timestamp(5, 0), volume.lookup("f").attr().atime());
        assertEquals(new Timestamp(0xffff_ffffL, 0), volume.lookup("f").attr().mtime(), "times are unsigned");
        assertEquals(0644, volume.lookup("f").attr().mode());
        assertEquals(OK, client.ask(9, "/f", 4, 0100600).status());
        assertEquals(0600, volume.lookup("f").attr().mode());
        assertEquals(OK, client.ask(9, "/f", 2, 7, 8).status());
        assertEquals(7, volume.lookup("f").attr().uid());
        assertEquals(8, volume.lookup("f").attr().gid());
        assertEquals(OK, client.ask(9, "/f", 1, 2L).status());
        assertEquals("te", client.get("/f"));
        assertEquals(new Timestamp(5, 0), volume.lookup("f").attr().atime());
    }

    @Test
    void attributesAreChangedByHandleToo() throws Exception {
        Handle handle = client.open("/f", READ | WRITE | CREATE);
        client.ask(6, handle, 0L, "text");
        assertEquals(OK, client.ask(10, handle, 1 | 4 | 8, 3L, 0640, 10, 20).status());
        client.ask(4, handle);
        assertEquals("tex", client.get("/f"));
        assertEquals(0640, volume.lookup("f").attr().mode());
        assertEquals(new Timestamp(20, 0), volume.lookup("f").attr().mtime(), "kept over the close");
    }

    @Test
    void theLinkItselfIsChangedOnRequest() throws Exception {
        client.put("/f", "text");
        client.ask(20, "f", "/l");
        assertEquals(OK, client.ask(200, "lsetstat@openssh.com", "/l", 8, 1, 2).status());
        assertEquals(new Timestamp(2, 0), volume.lookup("l").attr().mtime());
        assertNotEquals(new Timestamp(2, 0), volume.lookup("f").attr().mtime());
        assertEquals(8, client.ask(200, "lsetstat@openssh.com", "/l", 4, 0600).status(), "links have no permissions");
    }

    @Test
    void linksOfBothKinds() throws Exception {
        client.put("/f", "text");
        assertEquals(OK, client.ask(20, "f", "/soft").status(), "target first, as OpenSSH has it");
        assertEquals(List.of("f"), client.ask(19, "/soft").names());
        assertEquals(OK, client.ask(200, "hardlink@openssh.com", "/f", "/hard").status());
        assertEquals(2, volume.lookup("hard").attr().nlink());
        assertEquals(FAILURE, client.ask(19, "/f").status(), "a file has no target");
        assertEquals("text", client.get("/soft"));
    }

    @Test
    void realPathGoesByWordsAlone() throws Exception {
        assertEquals(List.of("/"), client.ask(16, ".").names());
        assertEquals(List.of("/a/c"), client.ask(16, "a/./b/..//c/").names(), "whether it is there or not");
        assertEquals(List.of("/x"), client.ask(16, "/../../x").names());
        assertEquals(
                List.of("/a"), client.ask(200, "expand-path@openssh.com", "~/a").names());
        assertEquals(
                List.of("/"), client.ask(200, "expand-path@openssh.com", "~").names());
        assertEquals(
                NO_SUCH_FILE,
                client.ask(200, "expand-path@openssh.com", "~bob/a").status());
        assertEquals(List.of("/"), client.ask(200, "home-directory", "alice").names());
    }

    @Test
    void directoriesAreMadeListedAndRemoved() throws Exception {
        assertEquals(OK, client.ask(14, "/d", 4, 0700).status());
        assertEquals(0700, volume.lookup("d").attr().mode());
        assertEquals(FAILURE, client.ask(14, "/d", 0).status());
        client.put("/d/f", "");
        assertEquals(FAILURE, client.ask(15, "/d").status(), "not empty");
        assertEquals(FAILURE, client.ask(13, "/d").status(), "a directory is not removed as a file");
        assertEquals(NO_SUCH_FILE, client.ask(15, "/d/f").status());
        assertEquals(NO_SUCH_FILE, client.ask(11, "/d/f").status());
        client.ask(13, "/d/f");
        assertEquals(OK, client.ask(15, "/d").status());
        assertEquals(NO_SUCH_FILE, client.ask(17, "/d").status());
    }

    @Test
    void aLongListingComesInPagesWhileTheDirectoryChanges() throws Exception {
        int count = 5000;
        for (int i = 0; i < count; i++) {
            volume.put("file-" + i, "");
        }
        Handle directory = new Handle(client.ask(11, "/").handle());
        List<String> names = new ArrayList<>();
        int pages = 0;
        for (Answer page = client.ask(12, directory); page.type() == 104; page = client.ask(12, directory)) {
            assertTrue(page.body().remaining() <= (128 << 10) + 1024);
            names.addAll(page.names());
            pages++;
            client.put("/late-" + pages, "");
        }
        assertEquals(EOF, client.ask(12, directory).status());
        Set<String> distinct = new HashSet<>(names);
        assertEquals(names.size(), distinct.size(), "no name twice");
        for (int i = 0; i < count; i++) {
            assertTrue(distinct.contains("file-" + i));
        }
        assertTrue(distinct.contains(".") && distinct.contains(".."));
        assertTrue(pages > 3 && pages < 12, pages + " pages");
    }

    @Test
    void copiesMoveNoData() throws Exception {
        client.put("/f", "0123456789");
        Handle from = client.open("/f", READ);
        Handle to = client.open("/g", READ | WRITE | CREATE);
        assertEquals(OK, client.ask(200, "copy-data", from, 2L, 3L, to, 0L).status());
        assertEquals(OK, client.ask(200, "copy-data", from, 8L, 0L, to, 3L).status(), "0 is to the end");
        assertEquals(OK, client.ask(200, "copy-data", from, 8L, 100L, to, 5L).status(), "as much as there is");
        client.ask(4, to);
        client.ask(4, from);
        assertEquals("2348989", client.get("/g"));
        assertEquals(
                OK,
                client.ask(200, "copy-file", "/f", "/h", new Bench.Byte((byte) 0))
                        .status());
        assertEquals("0123456789", client.get("/h"));
        assertEquals(
                FAILURE,
                client.ask(200, "copy-file", "/g", "/h", new Bench.Byte((byte) 0))
                        .status());
        assertEquals(
                OK,
                client.ask(200, "copy-file", "/g", "/h", new Bench.Byte((byte) 1))
                        .status());
        assertEquals("2348989", client.get("/h"));
    }

    @Test
    void limitsAndSpaceAreTold() throws Exception {
        var limits = client.ask(200, "limits@openssh.com").body();
        assertEquals(256 * 1024, limits.getLong(0));
        assertEquals(255 * 1024, limits.getLong(8));
        assertEquals(255 * 1024, limits.getLong(16));
        assertEquals(1024, limits.getLong(24));
        var space = client.ask(200, "statvfs@openssh.com", "/").body();
        assertEquals(volume.fs().statfs(1).totalBytes(), space.getLong(0) * space.getLong(16));
        assertEquals(255, space.getLong(80));
        assertEquals(
                NO_SUCH_FILE, client.ask(200, "statvfs@openssh.com", "/none").status());
        Handle root = new Handle(client.ask(11, "/").handle());
        assertEquals(201, client.ask(200, "fstatvfs@openssh.com", root).type());
        assertEquals(
                volume.fs().statfs(1).totalBytes(),
                client.ask(200, "space-available", "/").body().getLong(0));
    }

    @Test
    void spaceIsThatOfTheQuotaOfADirectory() throws Exception {
        long directory = volume.mkdir("limited");
        client.ask(14, "/limited/below", 0);
        var key = new QuotaKey(QuotaKey.Kind.DIRECTORY, directory);
        volume.engine()
                .transact(
                        ReadPlan.of(),
                        transaction -> {
                            transaction.apply(new Mutation.PutQuota(key, new Quota(1 << 20, 10, 4096, 1)));
                            return key;
                        },
                        Durability.COMMITTED);
        volume.meta().reload();
        var space = client.ask(200, "statvfs@openssh.com", "/limited/below").body();
        assertEquals(1 << 20, space.getLong(0) * space.getLong(16));
        assertEquals((1 << 20) - 4096, space.getLong(0) * space.getLong(32));
        assertEquals(10, space.getLong(40));
        assertEquals(9, space.getLong(56));
        Handle open = new Handle(client.ask(11, "/limited").handle());
        assertEquals(256, client.ask(200, "fstatvfs@openssh.com", open).body().getLong(16));
        assertEquals(
                1 << 20, client.ask(200, "space-available", "/limited").body().getLong(0));
        assertEquals(1L << 50, client.ask(200, "space-available", "/").body().getLong(0));
        client.ask(4, open);
    }

    @Test
    void namesOfUsersAreToldAsFarAsTheyAreKnown() throws Exception {
        var ids = java.nio.ByteBuffer.allocate(8).putInt(1000).putInt(77).array();
        var answer = client.ask(200, "users-groups-by-id@openssh.com", ids, new byte[4])
                .body();
        assertEquals(4 + 5 + 4, answer.getInt(0));
        assertEquals(5, answer.getInt(4));
        assertEquals(0, answer.getInt(13), "no name");
        assertEquals(4, answer.getInt(17), "one group");
    }

    @Test
    void requestsThatAreSentTogetherAreSeenInOrder() throws Exception {
        Handle handle = client.open("/f", READ | WRITE | CREATE);
        List<Integer> reads = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            client.post(6, handle, 0L, "%02d".formatted(i));
            reads.add(client.post(5, handle, 0L, 2));
            client.post(9, "/f", 1, 0L);
            reads.add(client.post(5, handle, 0L, 2));
        }
        client.post(4, handle);
        client.post(18, "/f", "/g");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 40 * 4 + 2; i++) {
            Answer answer = client.answer();
            if (reads.contains(answer.id())) {
                seen.add(answer.id() + "=" + (answer.type() == 103 ? new String(answer.data()) : "end"));
            } else {
                assertEquals(OK, answer.status(), answer.words());
            }
        }
        seen.sort(java.util.Comparator.comparing(text -> Integer.valueOf(text.substring(0, text.indexOf('=')))));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            expected.add(reads.get(2 * i) + "=%02d".formatted(i));
            expected.add(reads.get(2 * i + 1) + "=end");
        }
        assertEquals(expected, seen);
        assertEquals(105, client.ask(17, "/g").type());
    }

    @Test
    void whatAClientLeavesOpenIsClosedAndStored() throws Exception {
        var gone = Bench.open(volume.fs());
        Handle handle = gone.open("/f", WRITE | CREATE);
        gone.ask(6, handle, 0L, "text");
        gone.ask(11, "/");
        gone.close();
        assertEquals(0, gone.openCount());
        assertEquals("text", client.get("/f"));
    }
}
