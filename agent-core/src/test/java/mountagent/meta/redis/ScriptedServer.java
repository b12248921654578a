package mountagent.meta.redis;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;
import mountagent.base.Threads;

/// Answers each command as a test says, for states that a real server shows only for a moment. Commands come as arrays,
/// which is all that a client sends.
final class ScriptedServer implements AutoCloseable {
    private final ServerSocket door;
    private final UnaryOperator<String> script;
    private final ThreadFactory threads = Threads.platform("scripted-server-");
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    /// `script` gives the answer, as it goes over the wire, to the name of a command in upper case; an empty one is
    /// none at all.
    ScriptedServer(UnaryOperator<String> script) throws IOException {
        this.script = script;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.newThread(this::accept).start();
    }

    /// A bulk string on the wire.
    static String bulk(String text) {
        return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
    }

    int port() {
        return door.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                sockets.add(client);
                threads.newThread(() -> serve(client)).start();
            }
        } catch (IOException _) {
            close(); // the door has been closed
        }
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream())) {
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                String answer = script.apply(command(in, Integer.parseInt(line.substring(1))));
                client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                client.getOutputStream().flush();
            }
        } catch (IOException _) {
            sockets.remove(client); // the client has hung up
        }
    }

    private static String command(InputStream in, int parts) throws IOException {
        String name = "";
        for (int i = 0; i < parts; i++) {
            int length = Integer.parseInt(line(in).substring(1));
            String part = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
            String _ = line(in);
            name = i == 0 ? part.toUpperCase(Locale.ROOT) : name;
        }
        return name;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            door.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
