package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.NodeSpec;
import mountagent.fuse.ScriptedKernel.Reply;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No message, however wrong, ends a lane or stays without its one reply.
@Timeout(120)
final class DispatcherFuzzTest {
    private static final int MESSAGES = Integer.getInteger("fuse.fuzz.messages", 20_000);
    private static final int OPCODES = 60;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everyMessageHasOneReply(int lanes) throws Exception {
        long seed = Long.getLong("fuse.fuzz.seed", System.nanoTime());
        var volume = new MemoryVolume();
        volume.mknod(Caller.AGENT, new DentryKey(1, FileName.of("a")), NodeSpec.file(0644));
        var request = MountFixture.request(Path.of("/nowhere"), ScriptedKernel.XATTRS, Duration.ofSeconds(1));
        ScriptedKernel kernel = ScriptedKernel.start(lanes, volume, request, 45);
        var random = new Random(seed);
        Set<Long> awaited = new HashSet<>();
        for (int i = 0; i < MESSAGES; i++) {
            volume.waits = random.nextBoolean();
            long unique = kernel.unique();
            int number = random.nextInt(OPCODES);
            kernel.send(Message.raw(number, unique, random.nextInt(4), body(random)));
            Opcode opcode = Opcode.of(number);
            if (opcode == null || opcode.pace() != Opcode.Pace.SILENT) {
                awaited.add(unique);
            }
            if (awaited.size() > 100) {
                take(kernel, awaited, seed);
            }
        }
        while (!awaited.isEmpty()) {
            take(kernel, awaited, seed);
        }
        kernel.unmount();
        assertEquals(0, volume.openHandles.get(), "seed " + seed);
    }

    private static void take(ScriptedKernel kernel, Set<Long> awaited, long seed) throws InterruptedException {
        Reply reply = kernel.replies.poll(100, TimeUnit.MILLISECONDS);
        if (reply == null) {
            // Some may wait for a lock that another of these requests holds.
            awaited.forEach(unique ->
                    kernel.send(Message.of(Opcode.INTERRUPT, unique | 1, 0).int64(unique)));
            reply = kernel.replies.poll(20, TimeUnit.SECONDS);
        }
        assertNotNull(reply, () -> "a request has no reply; seed " + seed);
        assertTrue(reply.error() <= 0 && reply.error() > -512, "seed " + seed);
        if (reply.error() != 0) {
            assertFalse(reply.body().hasRemaining(), "an error with a body; seed " + seed);
        }
        boolean toInterrupt = reply.error() == -11 && !awaited.contains(reply.unique());
        assertTrue(awaited.remove(reply.unique()) || toInterrupt, "a reply to nothing; seed " + seed);
    }

    /// Small numbers, as the fields of real messages are, and among them anything.
    private static byte[] body(Random random) {
        var bytes = new byte[random.nextInt(30) * 4 + (random.nextInt(8) == 0 ? random.nextInt(300) : 0)];
        ByteBuffer body = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        while (body.remaining() >= 4) {
            switch (random.nextInt(6)) {
                case 0 -> body.putInt(random.nextInt());
                case 1 -> putText(body, random);
                case 2 -> body.putInt(-1);
                default -> body.putInt(random.nextInt(4));
            }
        }
        return bytes;
    }

    private static void putText(ByteBuffer body, Random random) {
        int length = Math.min(body.remaining(), random.nextInt(1, 12));
        for (int i = 0; i < length; i++) {
            body.put((byte) (random.nextInt(4) == 0 ? 0 : 'a' + random.nextInt(3)));
        }
    }
}
