package mountagent.meta.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.Threads;

/// Stands between an engine and its server and loses one EXEC, on the way there or on the way back, or what the server
/// tells of changed keys.
final class LossyProxy implements AutoCloseable {
    /// What happens to the next batch that holds an EXEC.
    enum Loss {
        NONE,
        /// The server never sees it; the connection breaks.
        REQUEST,
        /// The server runs it, its answer is lost; the connection breaks.
        ANSWER,
        /// The server gets it only once [#release()] is called; the connection stays.
        HELD
    }

    /// Something that happens while the connection is broken and nobody has noticed yet.
    interface Interlude {
        void run() throws Exception;
    }

    private static final String EXEC = "EXEC\r\n";
    private static final String TRACKING = "TRACKING\r\n";
    private static final int BUFFER_BYTES = 1 << 16;

    private final int serverPort;
    private final ServerSocket door;
    private final ThreadFactory threads = Threads.platform("lossy-proxy-");
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Loss> loss = new AtomicReference<>(Loss.NONE);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean mutesTracking;
    private volatile Interlude interlude = () -> {};

    LossyProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.newThread(this::accept).start();
    }

    int port() {
        return door.getLocalPort();
    }

    /// Loses the next EXEC.
    void arm(Loss next) {
        loss.set(next);
    }

    /// The same, with something done by others before the connection breaks.
    void arm(Loss next, Interlude meanwhile) {
        interlude = meanwhile;
        loss.set(next);
    }

    /// Connections that have asked to be told of changed keys hear nothing any more, but stay.
    void muteTracking() {
        mutesTracking = true;
    }

    /// Lets the EXEC that was held go to the server, and waits until the server has closed the connection or answered.
    void release() throws InterruptedException {
        release.countDown();
        if (!released.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nothing was held");
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Talk talk = new Talk();
                threads.newThread(() -> toServer(client, server, talk)).start();
                threads.newThread(() -> toClient(server, client, talk)).start();
            }
        } catch (IOException _) {
            close(); // the door has been closed
        }
    }

    /// What has been seen on one connection.
    private static final class Talk {
        volatile boolean swallows;
        volatile boolean tracks;
    }

    private void toServer(Socket client, Socket server, Talk talk) {
        try (client;
                server) {
            InputStream in = client.getInputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                byte[] request = Arrays.copyOf(buffer, count);
                String text = new String(request, StandardCharsets.ISO_8859_1);
                talk.tracks |= text.contains(TRACKING);
                boolean holdsExec = text.contains(EXEC) || text.contains(RedisCheckedCommit.DIGEST);
                Loss now = holdsExec ? loss.getAndSet(Loss.NONE) : Loss.NONE;
                switch (now) {
                    case NONE -> server.getOutputStream().write(request);
                    case ANSWER -> {
                        talk.swallows = true;
                        server.getOutputStream().write(request);
                    }
                    case REQUEST -> {
                        meanwhile();
                        return;
                    }
                    case HELD -> sendLate(server, request);
                }
            }
        } catch (IOException _) {
            close(client, server);
        }
    }

    private void sendLate(Socket server, byte[] request) throws IOException {
        try {
            if (release.await(30, TimeUnit.SECONDS)) {
                server.getOutputStream().write(request);
                server.getOutputStream().flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void toClient(Socket server, Socket client, Talk talk) {
        try (client;
                server) {
            InputStream in = server.getInputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (talk.swallows) {
                    meanwhile();
                    return;
                }
                if (!talk.tracks || !mutesTracking) {
                    client.getOutputStream().write(buffer, 0, count);
                }
            }
        } catch (IOException _) {
            close(client, server);
        } finally {
            released.countDown();
        }
    }

    private void meanwhile() {
        try {
            interlude.run();
        } catch (Exception e) {
            throw new IllegalStateException("the interlude failed", e);
        }
    }

    private static void close(Socket... sockets) {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close(sockets.toArray(Socket[]::new));
    }
}
