package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.FileName;
import mountagent.base.Threads;
import mountagent.fuse.sys.LibC;
import mountagent.fuse.sys.LinuxErrno;
import mountagent.fuse.sys.NativeMemory;
import mountagent.volume.ChangeEvent;
import mountagent.volume.ChangeEvent.AttrChanged;
import mountagent.volume.ChangeEvent.DataChanged;
import mountagent.volume.ChangeEvent.EntryChanged;
import mountagent.volume.ChangeListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the kernel what others changed, so that it drops what it has cached (fuse.md §4, §9.3).
///
/// A notification takes locks of the kernel that an operation under way may hold, so it is never sent from a
/// handler: one thread sends them, from a bounded queue. (But when a lock was taken: its caller holds none of them, and
/// other lanes serve what the kernel waits for; [#changedNow].) When the queue overflows single notifications
/// make no sense any more. Then all entries are made invalid at once where the kernel can do that; elsewhere,
/// time-outs of 0 are told for as long as anything told before may last.
final class Notifier implements ChangeListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Notifier.class);

    private static final int QUEUE_MAX = 8192;

    // enum fuse_notify_code
    private static final int INVAL_INODE = 2;
    private static final int INVAL_ENTRY = 3;
    private static final int INC_EPOCH = 8;

    private static final int HEADER = Request.REPLY_HEADER_LENGTH;
    private static final int MESSAGE_MAX = 4096;
    private static final Duration SILENCE_MIN = Duration.ofSeconds(1);

    private final Transport transport;
    private final Timeouts timeouts;
    private final BlockingQueue<ChangeEvent> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final NativeMemory memory = NativeMemory.map(MESSAGE_MAX);
    private final MemorySegment message = memory.segment();
    private final Thread thread;
    private final ThreadFactory senders = Threads.platform("fuse-invalidation-");

    /// For the message's memory.
    private final ReentrantLock sending = new ReentrantLock();

    /// Guarded by `sending`.
    private boolean isClosed;

    private volatile boolean epochs;

    /// Starts the thread. It ends when closed.
    Notifier(Transport transport, Protocol protocol, Timeouts timeouts, ThreadFactory threads) {
        this.transport = transport;
        this.timeouts = timeouts;
        this.epochs = protocol.hasEpochs();
        this.thread = threads.newThread(this::run);
    }

    void start() {
        thread.start();
    }

    /// Takes note of a change; never waits.
    @Override
    public void changed(ChangeEvent event) {
        if (!queue.offer(event)) {
            overflowed.set(true);
        }
    }

    /// On a platform thread: the kernel may wait for requests that virtual threads serve, while the native call
    /// holds the carrier of one.
    @Override
    public void changedNow(ChangeEvent event) {
        if (!Thread.currentThread().isVirtual()) {
            send(event);
            return;
        }
        Thread sender = senders.newThread(() -> send(event));
        sender.start();
        boolean isInterrupted = false;
        while (sender.isAlive()) {
            try {
                sender.join();
            } catch (InterruptedException _) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                ChangeEvent event = queue.take();
                if (overflowed.getAndSet(false)) {
                    queue.clear();
                    invalidateAll();
                } else {
                    send(event);
                }
            }
        } catch (InterruptedException _) {
            log.debug("no more notifications");
        }
    }

    private void send(ChangeEvent event) {
        sending.lock();
        try {
            if (isClosed) {
                return;
            }
            switch (event) {
                case EntryChanged entry -> sendEntry(entry.parent(), entry.name());
                case AttrChanged attr -> sendInode(attr.inode(), -1, 0); // an offset below 0: attributes alone
                case DataChanged data -> sendInode(data.inode(), data.offset(), Math.max(data.length(), 0));
            }
        } finally {
            sending.unlock();
        }
    }

    private void sendInode(long inode, long offset, long length) {
        message.set(Request.LONG, HEADER, inode);
        message.set(Request.LONG, HEADER + 8, offset);
        message.set(Request.LONG, HEADER + 16, length);
        send(INVAL_INODE, 24);
    }

    private void sendEntry(long parent, FileName name) {
        byte[] bytes = name.toArray();
        message.set(Request.LONG, HEADER, parent);
        message.set(Request.INT, HEADER + 8, bytes.length);
        message.set(Request.INT, HEADER + 12, 0);
        MemorySegment.copy(bytes, 0, message, ValueLayout.JAVA_BYTE, HEADER + 16, bytes.length);
        message.set(ValueLayout.JAVA_BYTE, HEADER + 16 + bytes.length, (byte) 0);
        send(INVAL_ENTRY, 16 + bytes.length + 1);
    }

    private void invalidateAll() {
        if (epochs && sendEpoch() == 0) {
            log.debug("more than {} changes by others were waiting: all entries are invalid now", QUEUE_MAX);
            return;
        }
        epochs = false;
        Duration silence = timeouts.longest();
        timeouts.silence(silence.compareTo(SILENCE_MIN) < 0 ? SILENCE_MIN : silence);
        log.warn(
                "more than {} changes by others were waiting; what they made invalid may be seen for {} more",
                QUEUE_MAX,
                silence);
    }

    private int sendEpoch() {
        sending.lock();
        try {
            return send(INC_EPOCH, 0);
        } finally {
            sending.unlock();
        }
    }

    private int send(int code, int bodyLength) {
        message.set(Request.INT, 0, HEADER + bodyLength);
        message.set(Request.INT, 4, code);
        message.set(Request.LONG, 8, 0);
        int result = transport.notify(message.asSlice(0, HEADER + bodyLength));
        if (result != 0 && result != -LinuxErrno.ENOENT) { // ENOENT: nothing was cached
            log.debug("notification {} was refused: {}", code, LibC.describe(-result));
        }
        return result;
    }

    /// Ends the thread. Only when the connection has ended, which is what a notification under way waits for.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            sending.lock();
            try {
                isClosed = true;
                memory.close();
            } finally {
                sending.unlock();
            }
        }
    }
}
