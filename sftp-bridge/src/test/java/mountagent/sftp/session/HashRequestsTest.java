package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import mountagent.sftp.files.FileHashing;
import mountagent.sftp.files.FileLog;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Bench.Answer;
import mountagent.sftp.session.Bench.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Hashes of files on request.
@Timeout(60)
final class HashRequestsTest extends SessionCase {
    private final byte[] data = new byte[700_000];

    @BeforeEach
    void turnOnAndPutAFile() throws Exception {
        client.close();
        client = Bench.open(volume.fs(), new View.Extras(FileLog.OFF, FileHashing.on()));
        new Random(1).nextBytes(data);
        Handle handle = client.open("/f", 0x1a);
        for (int at = 0; at < data.length; at += 100_000) {
            client.ask(6, handle, (long) at, Arrays.copyOfRange(data, at, at + 100_000));
        }
        client.ask(4, handle);
    }

    private record Hashes(String algorithm, byte[] bytes) {}

    private static Hashes hashes(Answer answer) {
        assertEquals(201, answer.type(), () -> answer.type() == 101 ? answer.words() : "");
        byte[] type = new byte[answer.body().getInt()];
        answer.body().get(type);
        assertEquals("check-file", new String(type));
        byte[] algorithm = new byte[answer.body().getInt()];
        answer.body().get(algorithm);
        byte[] bytes = new byte[answer.body().remaining()];
        answer.body().get(bytes);
        return new Hashes(new String(algorithm), bytes);
    }

    private byte[] sha256(int from, int to) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(Arrays.copyOfRange(data, from, to));
    }

    @Test
    void aWholeFileAndPartsOfItAreHashed() throws Exception {
        var whole = hashes(client.ask(200, "check-file-name", "/f", "md5,sha1,sha256,sha512", 0L, 0L, 0));
        assertEquals("sha256", whole.algorithm());
        assertArrayEquals(sha256(0, data.length), whole.bytes());
        assertArrayEquals(
                sha256(1000, 301_000),
                hashes(client.ask(200, "check-file-name", "/f", "sha256", 1000L, 300_000L, 0))
                        .bytes());
        Handle handle = client.open("/f", 1);
        var beyond = hashes(client.ask(200, "check-file-handle", handle, "sha256", 699_000L, 1L << 40, 0));
        assertArrayEquals(sha256(699_000, data.length), beyond.bytes(), "as much as there is");
        client.put("/empty", "");
        assertArrayEquals(
                sha256(0, 0),
                hashes(client.ask(200, "check-file-name", "/empty", "sha256", 0L, 0L, 0))
                        .bytes());
    }

    @Test
    void blocksAreHashedOneByOne() throws Exception {
        Handle handle = client.open("/f", 1);
        byte[] blocks = hashes(client.ask(200, "check-file-handle", handle, "sha256", 100L, 0L, 300_000))
                .bytes();
        assertEquals(3 * 32, blocks.length);
        assertArrayEquals(sha256(100, 300_100), Arrays.copyOf(blocks, 32));
        assertArrayEquals(sha256(600_100, 700_000), Arrays.copyOfRange(blocks, 64, 96), "the last one is shorter");
    }

    @Test
    void whatCannotBeHashedIsRefused() throws Exception {
        assertRefused(client.ask(200, "check-file-name", "/f", "md5,crc32", 0L, 0L, 0), "sha256");
        assertRefused(client.ask(200, "check-file-name", "/f", "sha256", 0L, 0L, 255), "invalid argument");
        assertRefused(client.ask(200, "check-file-name", "/f", "sha256", -1L, 0L, 0), "invalid argument");
        assertRefused(client.ask(200, "check-file-name", "/f", "sha256", 0L, -1L, 0), "invalid argument");
        assertRefused(client.ask(200, "check-file-name", "/", "sha256", 0L, 0L, 0), "is a directory");
        assertRefused(client.ask(200, "check-file-handle", new Handle(99), "sha256", 0L, 0L, 0), "bad file descriptor");
        Handle written = client.open("/f", 2);
        assertRefused(client.ask(200, "check-file-handle", written, "sha256", 0L, 0L, 0), "bad file descriptor");
        client.ask(9, "/f", 1, 2L << 30);
        assertRefused(client.ask(200, "check-file-name", "/f", "sha256", 0L, 0L, 0), "at most 1073741824 bytes");
        assertRefused(client.ask(200, "check-file-name", "/f", "sha256", 0L, 4L << 20, 256), "and 4096 blocks");
    }

    private static void assertRefused(Answer answer, String words) {
        assertEquals(FAILURE, answer.status());
        assertTrue(answer.words().contains(words), answer.words());
    }

    @Test
    void manyAtOnceAreAllAnswered() throws Exception {
        for (int i = 0; i < 200; i++) {
            client.post(200, "check-file-name", "/f", "sha256", (long) i, 1000L, 0);
        }
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Answer answer = client.answer();
            assertEquals(201, answer.type());
            seen.add(answer.id());
        }
        assertEquals(200, seen.stream().distinct().count());
    }
}
