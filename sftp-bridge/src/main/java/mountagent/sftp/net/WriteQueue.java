package mountagent.sftp.net;

import java.io.IOException;
import java.io.WriteAbortedException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What is to be sent over a socket, in order. Thread-safe.
///
/// Whoever brings bytes sends them, and what others bring meanwhile; what the socket does not take at once is left to
/// the event loop. How much may wait is for those to say who bring it.
final class WriteQueue {
    private final SocketChannel channel;
    private final Runnable whenFull;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Queue<PendingWrite> queue = new ArrayDeque<>();
    private boolean isBusy;
    private boolean isClosed;

    /// `whenFull` sees to it that [#goOn] is called when the socket takes more.
    WriteQueue(SocketChannel channel, Runnable whenFull) {
        this.channel = channel;
        this.whenFull = whenFull;
    }

    /// Sends `write` after all before it. IOException when the connection is broken.
    void add(PendingWrite write) throws IOException {
        if (isNext(write)) {
            goOn();
        }
    }

    private boolean isNext(PendingWrite write) {
        lock.lock();
        try {
            if (!isClosed) {
                queue.add(write);
                boolean isNext = !isBusy;
                isBusy = true;
                return isNext;
            }
        } finally {
            lock.unlock();
        }
        write.fail(new ClosedChannelException());
        return false;
    }

    /// Sends what the socket takes. To be called by who is busy: after [#add], or when there is room again.
    void goOn() throws IOException {
        for (PendingWrite write = head(); write != null; write = head()) {
            if (!send(write)) {
                whenFull.run();
                return;
            }
            remove(write);
            write.done();
        }
    }

    private boolean send(PendingWrite write) throws IOException {
        ByteBuffer bytes = write.bytes();
        if (bytes == null) {
            channel.shutdownOutput();
            return true;
        }
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                return false;
            }
        }
        return true;
    }

    private @Nullable PendingWrite head() {
        lock.lock();
        try {
            PendingWrite write = queue.peek();
            isBusy = write != null;
            return write;
        } finally {
            lock.unlock();
        }
    }

    private void remove(PendingWrite write) {
        lock.lock();
        try {
            queue.remove(write);
        } finally {
            lock.unlock();
        }
    }

    /// What waits now.
    List<PendingWrite> waiting() {
        lock.lock();
        try {
            return List.copyOf(queue);
        } finally {
            lock.unlock();
        }
    }

    /// Sends nothing more, and tells all who wait.
    void close() {
        List<PendingWrite> lost;
        lock.lock();
        try {
            isClosed = true;
            lost = List.copyOf(queue);
            queue.clear();
        } finally {
            lock.unlock();
        }
        lost.forEach(write -> write.fail(new WriteAbortedException("the connection is closed", null)));
    }
}
