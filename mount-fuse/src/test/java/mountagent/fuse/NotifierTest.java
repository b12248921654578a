package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mountagent.base.FileName;
import mountagent.fuse.ScriptedKernel.Reply;
import mountagent.volume.ChangeEvent.AttrChanged;
import mountagent.volume.ChangeEvent.DataChanged;
import mountagent.volume.ChangeEvent.EntryChanged;
import mountagent.volume.Origin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the kernel is told of others' changes.
@Timeout(60)
final class NotifierTest {
    private static final Origin OTHER = new Origin("other");
    private static final int INVAL_INODE = 2;
    private static final int INVAL_ENTRY = 3;
    private static final int INC_EPOCH = 8;
    private static final int MORE_THAN_THE_QUEUE_HOLDS = 10_000;

    private final MemoryVolume volume = new MemoryVolume();
    private ScriptedKernel kernel = new ScriptedKernel();

    private void start(int minor) throws Exception {
        var request = MountFixture.request(Path.of("/nowhere"), ScriptedKernel.XATTRS, Duration.ofSeconds(100));
        kernel = ScriptedKernel.start(volume, request, minor);
    }

    @AfterEach
    void unmount() throws InterruptedException {
        kernel.unmount();
    }

    @Test
    void eventsBecomeInvalidations() throws Exception {
        start(45);
        volume.tell(new EntryChanged(OTHER, 5, FileName.of("name")));
        Reply entry = kernel.notification();
        assertEquals(INVAL_ENTRY, entry.error());
        assertEquals(0, entry.unique());
        assertEquals(5, entry.body().getLong(0));
        assertEquals(4, entry.body().getInt(8));
        assertEquals(16 + 5, entry.body().remaining());
        assertEquals('n', entry.body().get(16));
        assertEquals(0, entry.body().get(20));

        volume.tell(new AttrChanged(OTHER, 7));
        ByteBuffer attr = kernel.notification().body();
        assertEquals(7, attr.getLong(0));
        assertEquals(-1, attr.getLong(8));

        volume.tell(new DataChanged(OTHER, 7, 4096, -1));
        Reply data = kernel.notification();
        assertEquals(INVAL_INODE, data.error());
        assertEquals(4096, data.body().getLong(8));
        assertEquals(0, data.body().getLong(16), "to the end");
    }

    @Test
    void overflowMakesAllEntriesInvalid() throws Exception {
        start(45);
        overflow();
        assertEquals(INC_EPOCH, awaitAfterOverflow().error());
        assertEquals(100, attrTimeoutSeconds(), "time-outs stay");
    }

    @Test
    void overflowOnAnOldKernelSilencesTimeouts() throws Exception {
        start(31);
        assertEquals(100, attrTimeoutSeconds());
        overflow();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (attrTimeoutSeconds() != 0) {
            assertTrue(System.nanoTime() < deadline, "time-outs were not silenced");
        }
        assertTrue(kernel.notifications.stream().noneMatch(sent -> sent.error() == INC_EPOCH));
    }

    private long attrTimeoutSeconds() throws InterruptedException {
        return kernel.ask(Message.of(Opcode.GETATTR, kernel.unique(), 1).zeros(16))
                .body()
                .getLong(0);
    }

    /// Fills the queue while the notifier is held up in one notification.
    private void overflow() throws InterruptedException {
        var release = new CountDownLatch(1);
        kernel.notifyGate = release;
        for (int i = 0; i < MORE_THAN_THE_QUEUE_HOLDS; i++) {
            volume.tell(new AttrChanged(OTHER, 9));
        }
        kernel.notifyGate = null;
        release.countDown();
    }

    /// The notification that was held up, if the notifier had begun one, is of a single inode.
    private Reply awaitAfterOverflow() throws InterruptedException {
        Reply first = kernel.notification();
        return first.error() == INC_EPOCH ? first : kernel.notification();
    }
}
