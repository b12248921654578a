package mountagent.object.s3;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;

/// An HTTP server on loopback that answers as a test tells it to, with anything: it shows requests as they came over
/// the
/// wire, and may break off in the middle of an answer or never give one.
final class ScriptedServer implements AutoCloseable {
    /// A request as it came: header names in small letters, the body's bytes undecoded.
    record Request(String method, String target, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String line() {
            return method + " " + target;
        }
    }

    /// What to answer. `announced` is the Content-Length, which may be more than the body has.
    record Answer(int status, Map<String, String> headers, byte[] body, long announced) {
        static Answer of(int status, String body) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return new Answer(status, Map.of(), bytes, bytes.length);
        }

        /// An error as S3 tells it.
        static Answer error(int status, String code, String message) {
            return of(
                            status,
                            "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message
                                    + "</Message><RequestId>1</RequestId></Error>")
                    .with("Content-Type", "application/xml");
        }

        Answer with(String name, String value) {
            Map<String, String> all = new LinkedHashMap<>(headers);
            all.put(name, value);
            return new Answer(status, all, body, announced);
        }

        /// The same with a Content-Length that the body does not reach.
        Answer announcing(long length) {
            return new Answer(status, headers, body, length);
        }
    }

    /// No answer at all, for as long as the server lives.
    static final Answer SILENCE = new Answer(0, Map.of(), new byte[0], 0);

    private final ServerSocket socket;
    private final Function<Request, Answer> script;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    private ScriptedServer(ServerSocket socket, Function<Request, Answer> script) {
        this.socket = socket;
        this.script = script;
        Threads.platform("scripted-").newThread(this::accept).start();
    }

    static ScriptedServer start(Function<Request, Answer> script) throws IOException {
        return new ScriptedServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    static ScriptedServer startTls(SSLContext context, Function<Request, Answer> script) throws IOException {
        return new ScriptedServer(
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    /// `127.0.0.1:PORT`
    String authority() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /// What has been asked so far.
    List<Request> requests() {
        return List.copyOf(requests);
    }

    /// How many connections were made.
    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                connections.incrementAndGet();
                Threads.virtual("scripted-").newThread(() -> serve(connection)).start();
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            var in = new BufferedInputStream(connection.getInputStream());
            var out = new BufferedOutputStream(connection.getOutputStream());
            Request request = request(in);
            while (request != null) {
                requests.add(request);
                Answer answer = script.apply(request);
                if (answer == SILENCE) {
                    closed.await();
                    return;
                }
                send(answer, request, out);
                if (answer.announced > answer.body.length && !request.method.equals("HEAD")) {
                    return;
                }
                request = request(in);
            }
        } catch (IOException | InterruptedException _) {
            // The client has gone, or the test has ended.
        } finally {
            open.remove(connection);
        }
    }

    private static @Nullable Request request(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] parts = first.split(" ");
        return new Request(parts[0], parts[1], headers, body);
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            text.append((char) next);
        }
        return text.toString().strip();
    }

    private static void send(Answer answer, Request request, OutputStream out) throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + answer.status + " Scripted\r\n");
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        headers.put("Content-Length", Long.toString(answer.announced));
        headers.putAll(answer.headers);
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (!request.method.equals("HEAD")) {
            out.write(answer.body);
        }
        out.flush();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
