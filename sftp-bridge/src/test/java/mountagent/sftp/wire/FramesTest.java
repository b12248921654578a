package mountagent.sftp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Messages come out of the stream as they went in, however it is cut.
final class FramesTest {
    private final Frames frames = new Frames(new BufferPool());

    @Test
    void messagesOfAllLengthsComeOutOfPiecesOfAllLengths() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        byte[] stream = new byte[4_000_000];
        ByteBuffer out = ByteBuffer.wrap(stream);
        int count = 0;
        while (out.remaining() > Protocol.MESSAGE_MAX + 4) {
            byte[] message = new byte[1 + random.nextInt(random.nextBoolean() ? 50 : Protocol.MESSAGE_MAX)];
            Arrays.fill(message, (byte) count++);
            out.putInt(message.length).put(message);
        }
        int seen = 0;
        int at = 0;
        while (at < out.position()) {
            int piece = Math.min(out.position() - at, 1 + random.nextInt(70_000));
            frames.add(stream, at, piece);
            at += piece;
            for (Message message = frames.next(); message != null; message = frames.next()) {
                assertEquals((byte) seen, message.bytes()[0], "seed " + seed);
                assertEquals((byte) seen, message.bytes()[message.length() - 1], "seed " + seed);
                assertEquals(message.length() + 4, message.wireBytes());
                seen++;
            }
        }
        assertEquals(count, seen, "seed " + seed);
    }

    @Test
    void aLengthThatNoMessageHasIsRefusedBeforeItsMemoryIsTaken() {
        frames.add(new byte[] {0x7f, -1, -1, -1}, 0, 4);
        assertThrows(BadMessageException.class, frames::next);
    }

    @Test
    void halfALengthWaitsForItsOtherHalf() throws Exception {
        frames.add(new byte[] {0, 0}, 0, 2);
        assertNull(frames.next());
        frames.add(new byte[] {0, 2, 7, 8, 9}, 0, 5);
        Message message = frames.next();
        assertNotNull(message);
        assertArrayEquals(new byte[] {7, 8}, Arrays.copyOf(message.bytes(), message.length()));
        assertNull(frames.next());
    }
}
