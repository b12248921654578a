package mountagent.sftp.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A thread that waits for many sockets at once, and serves the one after the other that can go on. Thread-safe.
final class EventLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

    private static final int READ_BUFFER = 64 * Sizes.KIB;

    /// What goes on when its socket can. Never waits.
    interface Served {
        /// Goes on with what `key` says is ready; bytes are read into `buffer`, which others use afterwards.
        void ready(SelectionKey key, ByteBuffer buffer);

        /// It is served no more, since that has thrown `why`, or the loop has ended.
        void drop(Throwable why);
    }

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Thread thread;
    private volatile boolean isEnding;
    private volatile boolean hasEnded;

    private EventLoop(Selector selector) {
        this.selector = selector;
    }

    /// Starts one on a thread of `threads`.
    static EventLoop start(ThreadFactory threads) throws IOException {
        var loop = new EventLoop(Selector.open());
        Thread thread = threads.newThread(loop::run);
        loop.thread = thread;
        thread.start();
        return loop;
    }

    /// Runs `task` on the loop's thread, soon; on some thread if the loop has ended, where nothing can be registered.
    void execute(Runnable task) {
        tasks.add(task);
        if (hasEnded) {
            runTasks();
        } else {
            wakeUp();
        }
    }

    /// Has the loop look again at the sockets: at what they wait for, and which are closed.
    void wakeUp() {
        if (!Thread.currentThread().equals(thread)) {
            selector.wakeup();
        }
    }

    /// Has the loop serve `channel`, which waits for nothing yet. To be called on the loop's thread.
    SelectionKey register(SocketChannel channel, Served served) throws ClosedChannelException {
        return channel.register(selector, 0, served);
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BUFFER);
        try {
            while (!isEnding) {
                selector.select();
                serve(buffer);
                runTasks();
            }
        } catch (IOException | RuntimeException | Error e) {
            log.error("a thread of the SFTP server's network ends: {}", e.getMessage(), e);
        } finally {
            end();
        }
    }

    private void serve(ByteBuffer buffer) {
        List<SelectionKey> ready = new ArrayList<>(selector.selectedKeys());
        selector.selectedKeys().clear();
        for (SelectionKey key : ready) {
            if (key.attachment() instanceof Served served) {
                try {
                    served.ready(key, buffer);
                } catch (RuntimeException | Error e) {
                    log.error("serving {} failed: {}", served, e.getMessage(), e);
                    served.drop(e);
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("a task of the SFTP server's network failed: {}", e.getMessage(), e);
            }
        }
    }

    /// Drops all that is served, and what is yet to begin.
    private void end() {
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (key.attachment() instanceof Served served) {
                served.drop(new ClosedSelectorException());
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            log.warn("a selector is not closed: {}", e.getMessage());
        }
        hasEnded = true;
        runTasks();
    }

    /// Whether it serves what is given to it.
    boolean isOpen() {
        return !isEnding && !hasEnded;
    }

    /// Ends the thread; what it serves is dropped.
    @Override
    public void close() {
        isEnding = true;
        selector.wakeup();
    }
}
