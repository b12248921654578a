package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mountagent.sftp.files.FileHashing;
import mountagent.sftp.files.FileLog;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Bench.Handle;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The log of what is done to files: who, from where, what, how it ended.
@Timeout(60)
final class FileLogTest {
    private static final String WHO = "alice 192.0.2.7 ";

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private TestVolume volume;
    private Bench client;

    @BeforeEach
    void open() throws Exception {
        volume = TestVolume.inMemory();
        var log = FileLog.to(lines::add, "alice", InetAddress.getByName("192.0.2.7"));
        client = Bench.open(volume.fs(), new View.Extras(log, FileHashing.OFF));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        volume.close();
    }

    private void assertLogged(String... expected) {
        assertEquals(List.of(expected).stream().map(line -> WHO + line).toList(), List.copyOf(lines));
        lines.clear();
    }

    @Test
    void whatGoesThroughAFileIsToldWhenItIsClosed() throws Exception {
        Handle handle = client.open("/f", 0x1b);
        client.ask(6, handle, 0L, "secret words");
        client.ask(6, handle, 12L, "more");
        client.ask(5, handle, 0L, 10);
        client.ask(5, handle, 100L, 10);
        client.ask(4, handle);
        assertLogged("open \"/f\" for read,write,create,truncate: done", "close \"/f\" read 10 written 16 bytes: done");
        client.ask(3, "/none", 1, 0);
        assertLogged("open \"/none\" for read: no such file or directory");
        client.ask(4, client.open("/f", 1));
        assertLogged("open \"/f\" for read: done", "close \"/f\" read 0 written 0 bytes: done");
    }

    @Test
    void namesThatAreMadeMovedAndRemovedAreTold() throws Exception {
        client.ask(14, "/d", 0);
        client.ask(20, "../target", "/d/../d/soft");
        client.put("/d/f", "text");
        lines.subList(2, 4).clear();
        client.ask(200, "hardlink@openssh.com", "/d/f", "/d/hard");
        client.ask(18, "/d/f", "/d/hard");
        client.ask(200, "posix-rename@openssh.com", "/d/f", "/d/g");
        client.ask(200, "copy-file", "/d/g", "/d/h", new Bench.Byte((byte) 0));
        client.ask(13, "/d/g");
        client.ask(15, "/d");
        assertLogged(
                "mkdir \"/d\": done",
                "symlink \"/d/soft\" to \"../target\": done",
                "link \"/d/hard\" to \"/d/f\": done",
                "rename \"/d/f\" to \"/d/hard\": file exists",
                "rename \"/d/f\" to \"/d/g\" replacing: done",
                "copy \"/d/g\" to \"/d/h\": done",
                "remove \"/d/g\": done",
                "rmdir \"/d\": directory not empty");
    }

    @Test
    void attributesAreTold() throws Exception {
        client.put("/f", "text");
        Handle handle = client.open("/f", 2);
        lines.clear();
        client.ask(9, "/f", 1 | 2 | 4 | 8, 3L, 7, 8, 0100640, 5, 6);
        client.ask(10, handle, 1, 2L);
        assertLogged("setstat \"/f\" size 3 owner 7:8 mode 0640 times 5 6: done", "setstat \"/f\" size 2: done");
    }

    @Test
    void whatOnlyLooksIsNotTold() throws Exception {
        client.ask(17, "/");
        client.ask(16, ".");
        client.ask(200, "statvfs@openssh.com", "/");
        client.ask(4, new Handle(client.ask(11, "/").handle()));
        assertTrue(lines.isEmpty(), lines.toString());
    }

    @Test
    void strangeBytesCannotForgeALine() throws Exception {
        client.ask(14, "/a\nalice 192.0.2.7 remove \"all\": done\u001b[2J\\", 0);
        client.ask(14, "/Grüße 漢字", 0);
        client.ask(14, "/\u202etxt.exe", 0);
        client.ask(14, new byte[] {'/', (byte) 0xff, (byte) 0xc3}, 0);
        client.ask(14, "/" + "x".repeat(10_000), 0);
        assertEquals(5, lines.size());
        assertEquals(
                WHO + "mkdir \"/a\\x0aalice 192.0.2.7 remove \\x22all\\x22: done\\x1b[2J\\x5c\": done", lines.get(0));
        assertEquals(WHO + "mkdir \"/Grüße 漢字\": done", lines.get(1));
        assertEquals(WHO + "mkdir \"/\\xe2\\x80\\xaetxt.exe\": done", lines.get(2));
        assertEquals(WHO + "mkdir \"/\\xff\\xc3\": invalid argument", lines.get(3));
        assertTrue(lines.get(4).length() < 4300, "a long one is cut");
    }

    @Test
    void aClientThatGoesHasItsFilesClosedInTheLogToo() throws Exception {
        Handle handle = client.open("/f", 0x1a);
        client.ask(6, handle, 0L, "text".getBytes(StandardCharsets.UTF_8));
        client.close();
        assertLogged("open \"/f\" for write,create,truncate: done", "close \"/f\" read 0 written 4 bytes: done");
    }
}
