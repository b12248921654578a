package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import mountagent.sftp.session.Bench.Answer;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// No message, however wrong, stays without its one reply, leaves the user's root or harms the volume.
///
/// `-Dsftp.fuzz.seconds=600` goes on for as long; a failure prints the seed for `-Dsftp.fuzz.seed`.
@Timeout(1200)
final class SftpFuzzTest {
    private static final long SECONDS = Long.getLong("sftp.fuzz.seconds", 5);
    private static final int MESSAGES = 2000;
    private static final int[] TYPES = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 200, 200, 200};
    private static final String[] EXTENSIONS = {
        "posix-rename@openssh.com",
        "statvfs@openssh.com",
        "fstatvfs@openssh.com",
        "hardlink@openssh.com",
        "fsync@openssh.com",
        "lsetstat@openssh.com",
        "limits@openssh.com",
        "expand-path@openssh.com",
        "copy-data",
        "copy-file",
        "space-available",
        "check-file-name",
        "check-file-handle",
        "home-directory",
        "users-groups-by-id@openssh.com",
        "none"
    };
    private static final String[] NAMES = {"a", "b", "..", ".", "", "/", "~", "a/b", "/a", "l", "../x", "\u00e4", "a\0"
    };

    @Test
    void everyMessageHasOneReply() throws Exception {
        long seed = Long.getLong("sftp.fuzz.seed", System.nanoTime());
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        long rounds = 0;
        do {
            round(seed + rounds++);
        } while (System.nanoTime() < end);
        System.getLogger("fuzz").log(System.Logger.Level.INFO, rounds + " rounds from seed " + seed);
    }

    private static void round(long seed) throws Exception {
        var random = new Random(seed);
        try (var volume = TestVolume.inMemory()) {
            volume.put("outside", "must stay");
            long root = volume.mkdir("root");
            var caller =
                    new mountagent.base.Caller(0, 0, java.util.List.of(), 0, 022, mountagent.base.Caller.Checks.CORE);
            var client = Bench.open(volume.fs(), caller, root, mountagent.sftp.files.View.Rights.READ_WRITE);
            run(client, random, seed);
            client.close();
            assertEquals(0, client.openCount(), "seed " + seed);
            assertEquals(9, volume.lookup("outside").attr().length(), "seed " + seed);
            assertEquals(Set.of("outside", "root"), Set.copyOf(volume.names(1)), "seed " + seed);
        }
    }

    private static void run(Bench client, Random random, long seed) throws Exception {
        Set<Integer> awaited = new HashSet<>();
        for (int id = 1; id <= MESSAGES; id++) {
            byte[] message = message(random, id);
            sendInPieces(client, message, random);
            awaited.add(id);
            while (awaited.size() > random.nextInt(1, 200)) {
                take(client, awaited, seed);
            }
            assertEquals(null, client.failure.get(), "seed " + seed);
        }
        while (!awaited.isEmpty()) {
            take(client, awaited, seed);
        }
        assertEquals(0, client.answersWaiting(), "seed " + seed);
    }

    private static void sendInPieces(Bench client, byte[] message, Random random) {
        int cut = random.nextInt(message.length);
        client.send(java.util.Arrays.copyOfRange(message, 0, cut));
        client.send(java.util.Arrays.copyOfRange(message, cut, message.length));
    }

    private static void take(Bench client, Set<Integer> awaited, long seed) throws InterruptedException {
        Answer answer = client.answer();
        assertTrue(awaited.remove(answer.id()), "a reply to nothing; seed " + seed);
        assertTrue(answer.type() >= 101 && answer.type() <= 105 || answer.type() == 201, "seed " + seed);
        if (answer.type() == 101) {
            assertTrue(answer.status() >= 0 && answer.status() <= 8, "seed " + seed);
            assertTrue(!answer.words().contains("internal error"), "seed " + seed);
        }
    }

    /// Fields as real messages have them, and among them anything.
    private static byte[] message(Random random, int id) {
        ByteBuffer body = ByteBuffer.allocate(4096);
        int type = random.nextInt(50) == 0 ? random.nextInt(2, 256) : TYPES[random.nextInt(TYPES.length)];
        body.putInt(0).put((byte) type).putInt(id);
        if (type == 200) {
            string(body, EXTENSIONS[random.nextInt(EXTENSIONS.length)].getBytes());
        }
        fields(body, type, random);
        if (random.nextInt(20) == 0) {
            body.position(random.nextInt(9, body.position() + 1));
        }
        body.putInt(0, body.position() - 4);
        return java.util.Arrays.copyOf(body.array(), body.position());
    }

    private static void fields(ByteBuffer body, int type, Random random) {
        switch (type) {
            case 3 -> {
                name(body, random);
                body.putInt(random.nextInt(64));
                attributes(body, random);
            }
            case 4, 8, 12 -> handle(body, random);
            case 5 -> {
                handle(body, random);
                body.putLong(offset(random)).putInt(random.nextInt());
            }
            case 6 -> {
                handle(body, random);
                body.putLong(offset(random));
                string(body, new byte[random.nextInt(200)]);
            }
            case 9, 14 -> {
                name(body, random);
                attributes(body, random);
            }
            case 10 -> {
                handle(body, random);
                attributes(body, random);
            }
            case 18, 20 -> {
                name(body, random);
                name(body, random);
            }
            case 200 -> extended(body, random);
            default -> name(body, random);
        }
    }

    private static void extended(ByteBuffer body, Random random) {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(4)) {
                case 0 -> handle(body, random);
                case 1 -> body.putLong(offset(random)).putLong(offset(random));
                default -> name(body, random);
            }
        }
    }

    private static void attributes(ByteBuffer body, Random random) {
        int flags = random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(16);
        body.putInt(flags);
        if ((flags & 1) != 0) {
            body.putLong(offset(random));
        }
        if ((flags & 2) != 0) {
            body.putInt(random.nextInt(3)).putInt(random.nextInt(3));
        }
        if ((flags & 4) != 0) {
            body.putInt(random.nextInt());
        }
        if ((flags & 8) != 0) {
            body.putInt(random.nextInt()).putInt(random.nextInt());
        }
    }

    private static long offset(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> Long.MAX_VALUE;
            case 2 -> 1L << random.nextInt(64);
            default -> random.nextInt(10_000);
        };
    }

    private static void handle(ByteBuffer body, Random random) {
        if (random.nextInt(10) == 0) {
            string(body, new byte[random.nextInt(20)]);
        } else {
            body.putInt(8).putLong(random.nextInt(60));
        }
    }

    private static void name(ByteBuffer body, Random random) {
        var path = new StringBuilder(random.nextBoolean() ? "/" : "");
        int parts = random.nextInt(1, 4);
        for (int i = 0; i < parts; i++) {
            path.append(NAMES[random.nextInt(NAMES.length)]).append(random.nextBoolean() ? "/" : "");
        }
        byte[] bytes = path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(20) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        string(body, bytes);
    }

    private static void string(ByteBuffer body, byte[] bytes) {
        body.putInt(bytes.length).put(bytes);
    }
}
