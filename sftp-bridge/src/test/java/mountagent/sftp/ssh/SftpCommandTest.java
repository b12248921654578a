package mountagent.sftp.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import mountagent.base.Await;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Threads;
import mountagent.sftp.files.FileHashing;
import mountagent.sftp.files.FileLog;
import mountagent.sftp.files.HandleNumbers;
import mountagent.sftp.files.Operations;
import mountagent.sftp.files.Replies;
import mountagent.sftp.files.View;
import mountagent.sftp.session.Outlet;
import mountagent.sftp.session.SessionLimits;
import mountagent.sftp.session.SftpSession;
import mountagent.sftp.wire.BufferPool;
import mountagent.sftp.wire.Reply;
import mountagent.volume.TestVolume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The subsystem of a channel whose answers do not go out, as while keys are exchanged: the threads that serve all
/// connections must not wait for it.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SftpCommandTest {
    private static final byte[] INIT = {0, 0, 0, 5, 1, 0, 0, 0, 3};
    private static final byte[] REAL_PATH = {0, 0, 0, 10, 16, 0, 0, 0, 7, 0, 0, 0, 1, '/'};

    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final List<Byte> answers = new CopyOnWriteArrayList<>();
    private final CountDownLatch isAnswering = new CountDownLatch(1);

    private final class HeldOutlet implements Outlet {
        @Override
        public void send(Reply reply, Runnable sent) {
            isAnswering.countDown();
            try {
                mayAnswer.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            answers.add(reply.bytes()[4]);
            reply.free();
            sent.run();
        }

        @Override
        public void consumed(int bytes) {
            // nobody counts
        }

        @Override
        public void fail(String why) {
            throw new AssertionError(why);
        }
    }

    @Test
    void whatComesWhileItBeginsWaitsForNobodyAndKeepsItsOrder() throws Exception {
        var threads = Threads.virtual("command-test-");
        try (var volume = TestVolume.inMemory()) {
            var commands = new ChannelCommands(task -> threads.newThread(task).start());
            var channel = new RestrictedChannel(new ChannelShares(64 << 20), 10);
            var command = new SftpCommand(channel, _ -> session(volume), commands);
            command.data(channel, INIT, 0, INIT.length);
            command.start(channel, null);
            isAnswering.await();
            command.data(channel, REAL_PATH, 0, REAL_PATH.length);
            assertEquals(0, command.openCount());
            assertEquals(List.of(), answers);
            mayAnswer.countDown();
            Await.until("both are answered", () -> answers.size() == 2);
            assertEquals(List.of((byte) 2, (byte) 104), answers);
            command.close();
            assertTrue(commands.awaitEnd(java.time.Duration.ofSeconds(10)));
        }
    }

    private SftpSession session(TestVolume volume) {
        var pool = new BufferPool();
        var view = new View(
                volume.fs(),
                new Caller(0, 0, List.of(), 0, 022, Caller.Checks.CORE),
                1,
                View.Rights.READ_WRITE,
                _ -> "",
                Clock.SYSTEM,
                new View.Extras(FileLog.OFF, FileHashing.OFF));
        var operations = new Operations(view, new HandleNumbers(), 10, new Replies(pool));
        var threads = Threads.virtual("command-test-");
        return new SftpSession(
                operations,
                pool,
                new HeldOutlet(),
                SessionLimits.usual(4 << 20),
                task -> threads.newThread(task).start());
    }
}
