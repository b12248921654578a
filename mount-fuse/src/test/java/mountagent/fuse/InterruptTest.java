package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import mountagent.base.Await;
import mountagent.fuse.ScriptedKernel.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Requests that are interrupted, that wait, and whose handles nobody releases.
@Timeout(60)
final class InterruptTest extends WireCase {
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;

    @Test
    void interruptEndsAWaitForALock() throws Exception {
        long inode = makeFile("file");
        start(45);
        long one = open(inode);
        long two = open(inode);
        assertEquals(0, kernel.ask(lock(Opcode.SETLK, inode, one, 111)).error());
        assertEquals(-EAGAIN, kernel.ask(lock(Opcode.SETLK, inode, two, 222)).error());

        long victim = kernel.unique();
        kernel.send(Message.of(Opcode.SETLKW, victim, inode)
                .int64(two, 222, 0, Long.MAX_VALUE)
                .int32(1, 77, 0, 0));
        Await.until("the wait began", () -> volume.locks.waiting.get() == 1);
        kernel.send(Message.of(Opcode.INTERRUPT, victim | 1, 0).int64(victim));
        Reply interrupted = kernel.reply();
        assertEquals(victim, interrupted.unique());
        assertEquals(-EINTR, interrupted.error());

        ByteBuffer conflict = kernel.ask(lock(Opcode.GETLK, inode, two, 222)).body();
        assertEquals(1, conflict.getInt(16));
        assertEquals(77, conflict.getInt(20));
        close(inode, one);
        close(inode, two);
    }

    private Message lock(Opcode opcode, long inode, long handle, long owner) {
        return message(opcode, inode).int64(handle, owner, 0, Long.MAX_VALUE).int32(1, 77, 0, 0);
    }

    @Test
    void signalDoesNotDisturbAnOrdinaryRead() throws Exception {
        long inode = makeFile("file");
        volume.overwrite(inode, new byte[100]);
        start(45);
        long handle = open(inode);
        var gate = new CountDownLatch(1);
        volume.readGate = gate;
        long victim = kernel.unique();
        kernel.send(Message.of(Opcode.READ, victim, inode)
                .int64(handle, 0)
                .int32(100, 0)
                .int64(0, 0));
        kernel.send(Message.of(Opcode.INTERRUPT, victim | 1, 0).int64(victim));
        assertEquals(0, kernel.ask(message(Opcode.GETATTR, 1).zeros(16)).error());
        gate.countDown();
        Reply read = kernel.reply();
        assertEquals(victim, read.unique());
        assertEquals(100, read.body().remaining());
        close(inode, handle);
    }

    @Test
    void readThatTakesTooLongIsGivenUpWhenItsCallerIsInterrupted() throws Exception {
        long inode = makeFile("file");
        start(45);
        long handle = open(inode);
        volume.readGate = new CountDownLatch(1);
        long victim = kernel.unique();
        kernel.send(Message.of(Opcode.READ, victim, inode)
                .int64(handle, 0)
                .int32(100, 0)
                .int64(0, 0));
        kernel.send(Message.of(Opcode.INTERRUPT, victim | 1, 0).int64(victim));
        assertEquals(-EINTR, kernel.reply().error());
        close(inode, handle);
    }

    @Test
    void interruptOfAnUnknownRequestIsAskedAgain() throws Exception {
        start(45);
        Reply answer = kernel.ask(Message.of(Opcode.INTERRUPT, 101, 0).int64(100));
        assertEquals(101, answer.unique());
        assertEquals(-EAGAIN, answer.error());
    }

    @Test
    void waitForALockEndsWhenItIsFree() throws Exception {
        long inode = makeFile("file");
        start(45);
        long one = open(inode);
        long two = open(inode);
        kernel.ask(lock(Opcode.SETLK, inode, one, 111));
        Message wait = lock(Opcode.SETLKW, inode, two, 222);
        kernel.send(wait);
        Await.until("the wait began", () -> volume.locks.waiting.get() == 1);
        kernel.send(message(Opcode.FLUSH, inode).int64(one, 0, 111));
        assertEquals(0, kernel.reply().error());
        assertEquals(0, kernel.reply().error());
        close(inode, one);
        close(inode, two);
    }

    @Test
    void handleOfACallerThatIsGoneIsReleased() throws Exception {
        long inode = makeFile("file");
        start(45);
        kernel.callersGone = true;
        kernel.ask(message(Opcode.OPEN, inode).int32(O_RDWR, 0));
        kernel.ask(message(Opcode.CREATE, 1).int32(O_RDWR, 0644, 0, 0).name("other"));
        kernel.ask(message(Opcode.OPENDIR, 1).int32(0, 0));
        Await.until("all handles are released", () -> volume.openHandles.get() == 0);
    }

    @Test
    void handlesLeftOpenAreReleasedAtTheEnd() throws Exception {
        long inode = makeFile("file");
        start(45);
        open(inode);
        kernel.ask(message(Opcode.OPENDIR, 1).int32(0, 0));
        assertEquals(2, volume.openHandles.get());
        kernel.unmount();
        assertEquals(0, volume.openHandles.get());
    }

    @Test
    void staleHandleIsRefused() throws Exception {
        long inode = makeFile("file");
        start(45);
        long handle = open(inode);
        close(inode, handle);
        long next = open(inode);
        assertNotEquals(handle, next);
        Reply read = kernel.ask(
                message(Opcode.READ, inode).int64(handle, 0).int32(10, 0).int64(0, 0));
        assertEquals(-9, read.error());
        close(inode, next);
    }
}
