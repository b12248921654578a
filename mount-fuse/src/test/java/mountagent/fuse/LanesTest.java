package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.NodeSpec;
import mountagent.fuse.ScriptedKernel.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several threads that receive requests and serve those that wait, too.
@Timeout(60)
final class LanesTest {
    private static final int LANES = 3;
    private static final int WAITING = 2 * LANES;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;

    private final MemoryVolume volume = new MemoryVolume();
    private ScriptedKernel kernel = new ScriptedKernel();
    private long inode;
    private long handle;

    @BeforeEach
    void start() throws Exception {
        inode = volume.mknod(Caller.AGENT, new DentryKey(1, FileName.of("file")), NodeSpec.file(0644))
                .inode();
        volume.overwrite(inode, new byte[100]);
        var request = MountFixture.request(Path.of("/nowhere"), ScriptedKernel.XATTRS, Duration.ofSeconds(1));
        kernel = ScriptedKernel.start(LANES, volume, request, 45);
        Reply opened =
                kernel.ask(Message.of(Opcode.OPEN, kernel.unique(), inode).int32(2, 0));
        handle = opened.body().getLong(0);
    }

    @AfterEach
    void end() throws Exception {
        kernel.ask(Message.of(Opcode.RELEASE, kernel.unique(), inode).int64(handle, 0, 0));
        kernel.unmount();
        assertEquals(0, volume.openHandles.get());
    }

    private long read() {
        long unique = kernel.unique();
        kernel.send(Message.of(Opcode.READ, unique, inode)
                .int64(handle, 0)
                .int32(100, 0)
                .int64(0, 0));
        return unique;
    }

    @Test
    void requestsAreTakenHoweverManyWait() throws Exception {
        var gate = new CountDownLatch(1);
        volume.readGate = gate;
        Set<Long> waiting = new HashSet<>();
        for (int i = 0; i < WAITING; i++) {
            waiting.add(read());
        }
        for (int i = 0; i < WAITING; i++) {
            long unique = kernel.unique();
            Reply answer = kernel.ask(Message.of(Opcode.GETATTR, unique, 1).zeros(16));
            assertEquals(unique, answer.unique(), "what does not wait is answered first");
        }
        gate.countDown();
        for (int i = 0; i < WAITING; i++) {
            Reply answer = kernel.reply();
            assertEquals(100, answer.body().remaining());
            assertTrue(waiting.remove(answer.unique()));
        }
    }

    @Test
    void anInterruptEndsTheRequestItIsForAndNoOther() throws Exception {
        volume.readGate = new CountDownLatch(1);
        Set<Long> waiting = new HashSet<>();
        for (int i = 0; i < WAITING; i++) {
            waiting.add(read());
        }
        for (long victim : waiting) {
            Reply given = giveUp(victim);
            assertEquals(victim, given.unique());
            assertEquals(-EINTR, given.error());
        }
        volume.readGate = null;
        // The threads that were interrupted go on with the next ones undisturbed.
        for (int i = 0; i < WAITING; i++) {
            long unique = read();
            Reply answer = kernel.reply();
            assertEquals(unique, answer.unique());
            assertEquals(0, answer.error());
        }
    }

    /// Interrupts a request, again as long as it is not known yet, as the kernel does.
    private Reply giveUp(long victim) throws InterruptedException {
        Reply answer = kernel.ask(Message.of(Opcode.INTERRUPT, victim | 1, 0).int64(victim));
        while (answer.unique() == (victim | 1)) {
            assertEquals(-EAGAIN, answer.error());
            answer = kernel.ask(Message.of(Opcode.INTERRUPT, victim | 1, 0).int64(victim));
        }
        return answer;
    }
}
