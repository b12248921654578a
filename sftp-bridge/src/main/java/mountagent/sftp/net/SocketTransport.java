package mountagent.sftp.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.Factory;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.io.IoServiceFactoryFactory;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.apache.sshd.core.CoreModuleProperties;
import org.jspecify.annotations.Nullable;

/// Sockets on event loops, one a processor. Thread-safe.
///
/// A request wakes one thread here, that of its connection's loop; who sends an answer wakes nobody but the client. By
/// its code, the transport that MINA brings wakes three or more of its own. A listener of MINA's events is kept as its
/// interface asks, and told nothing: this server has none.
public final class SocketTransport extends AbstractCloseable implements IoServiceFactory {
    private final List<EventLoop> loops;
    private final AtomicInteger turn = new AtomicInteger();
    private final int backlog;
    private final ThreadFactory threads;
    private volatile @Nullable IoServiceEventListener listener;

    private SocketTransport(List<EventLoop> loops, int backlog, ThreadFactory threads) {
        this.loops = List.copyOf(loops);
        this.backlog = backlog;
        this.threads = threads;
    }

    /// Makes a transport for each server that asks, whose threads are of `threads`.
    public static IoServiceFactoryFactory factory(ThreadFactory threads) {
        return new IoServiceFactoryFactory() {
            @Override
            public IoServiceFactory create(FactoryManager manager) {
                return start(CoreModuleProperties.SOCKET_BACKLOG.getRequired(manager), threads);
            }

            @Override
            public void setExecutorServiceFactory(Factory<CloseableExecutorService> factory) {
                throw new UnsupportedOperationException("the threads of an event loop are its own");
            }
        };
    }

    private static SocketTransport start(int backlog, ThreadFactory threads) {
        List<EventLoop> loops = new ArrayList<>();
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                loops.add(EventLoop.start(threads));
            }
            return new SocketTransport(loops, backlog, threads);
        } catch (IOException e) {
            loops.forEach(EventLoop::close);
            throw new UncheckedIOException("the system gives no selector: " + e.getMessage(), e);
        }
    }

    /// One that goes on, if there is any: with another all is dropped that it is given.
    private EventLoop next() {
        int first = turn.getAndIncrement();
        for (int i = 0; i < loops.size(); i++) {
            EventLoop loop = loops.get(Math.floorMod(first + i, loops.size()));
            if (loop.isOpen()) {
                return loop;
            }
        }
        return loops.getFirst();
    }

    @Override
    public IoAcceptor createAcceptor(IoHandler handler) {
        var acceptor = new SocketAcceptor(handler, backlog, this::next, threads);
        acceptor.setIoServiceEventListener(listener);
        return acceptor;
    }

    @Override
    public IoConnector createConnector(IoHandler handler) {
        throw new UnsupportedOperationException("a server does not connect");
    }

    @Override
    public @Nullable IoServiceEventListener getIoServiceEventListener() {
        return listener;
    }

    @Override
    public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
        this.listener = listener;
    }

    @Override
    protected void doCloseImmediately() {
        loops.forEach(EventLoop::close);
        super.doCloseImmediately();
    }
}
