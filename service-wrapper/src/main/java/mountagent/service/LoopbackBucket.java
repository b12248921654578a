package mountagent.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import mountagent.base.Sizes;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bucket of nobody's in this process, for the driver of S3 to talk to while it warms up: as much of S3 as blocks
/// need (put, get, head, delete), on a port of the loopback interface that the system chooses.
///
/// Only who signs with its keys, which are drawn anew for each, is answered; whether the signature is right is not
/// looked at. Its objects are files of a folder. Limits: 16 connections (more are closed at once) and 64 MiB of objects
/// (a put beyond is refused with 503). Closing it ends the connections and frees the port; the folder stays.
final class LoopbackBucket implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LoopbackBucket.class);

    private static final String NAME = "scratch";
    private static final int CONNECTIONS_MAX = 16;
    private static final long BYTES_MAX = 64L * Sizes.MIB;
    private static final int KEY_BYTES = 20;
    private static final long IDLE_SECONDS = 1;
    private static final long CLOSE_SECONDS = 2;
    /// The header that the official client keeps an object's checksum in.
    private static final String CHECKSUM = "x-amz-meta-crc32c";
    /// The header with a body's checksum, which an S3 server compares and confirms.
    private static final String TOLD_CHECKSUM = "x-amz-checksum-crc32c";

    private final Path folder;
    private final ServerSocketChannel server;
    private final String accessKey = drawn();
    private final String secretKey = drawn();
    private final Map<String, Stored> objects = new ConcurrentHashMap<>();
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Thread acceptor = Threads.platform("warm-up-bucket-").newThread(this::accept);
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            CONNECTIONS_MAX,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Threads.platform("warm-up-connection-"));

    private record Stored(Path file, long length, String checksum) {}

    private LoopbackBucket(Path folder, ServerSocketChannel server) {
        this.folder = folder;
        this.server = server;
    }

    /// Begins to listen; `folder` is made.
    static LoopbackBucket open(Path folder) throws IOException {
        Files.createDirectories(folder);
        var server = ServerSocketChannel.open();
        var isOpen = false;
        try {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            var bucket = new LoopbackBucket(folder, server);
            bucket.acceptor.start();
            isOpen = true;
            return bucket;
        } finally {
            if (!isOpen) {
                server.close();
            }
        }
    }

    private static String drawn() {
        var key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return HexFormat.of().formatHex(key);
    }

    /// Where it is, as `--bucket` takes it.
    String url() throws IOException {
        return "http://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort() + "/" + NAME;
    }

    String accessKey() {
        return accessKey;
    }

    String secretKey() {
        return secretKey;
    }

    private void accept() {
        try {
            while (true) {
                serve(server.accept());
            }
        } catch (IOException e) {
            log.debug("the bucket for the warm-up has ended: {}", e.toString());
        }
    }

    private void serve(SocketChannel connection) throws IOException {
        connections.add(connection);
        try {
            threads.execute(() -> converse(connection));
        } catch (RejectedExecutionException _) {
            connections.remove(connection);
            connection.close();
        }
    }

    private void converse(SocketChannel connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var buffer = ByteBuffer.allocate(LoopbackRequest.HEAD_BYTES_MAX);
            var goesOn = server.isOpen();
            while (goesOn) {
                var request = LoopbackRequest.read(connection, buffer);
                goesOn = request != null && answer(request, connection, buffer);
            }
        } catch (IOException e) {
            log.debug("a connection of the warm-up has ended: {}", e.toString());
        } finally {
            connections.remove(connection);
        }
    }

    /// Whether the connection can go on.
    private boolean answer(LoopbackRequest request, SocketChannel connection, ByteBuffer buffer) throws IOException {
        if (!request.header("authorization").contains("Credential=" + accessKey + "/")) {
            send(connection, "403 Forbidden", 0, "Connection: close\r\n");
            return false;
        }
        var key = request.target();
        if (request.method().equals("PUT")) {
            return put(key, request, connection, buffer);
        }
        LoopbackRequest.body(connection, buffer, request.bodyBytes(), body -> body.position(body.limit()));
        switch (request.method()) {
            case "GET" -> get(objects.get(key), request, connection);
            case "HEAD" -> head(key, connection);
            case "DELETE" -> {
                drop(objects.remove(key));
                send(connection, "204 No Content", -1, "");
            }
            default -> send(connection, "501 Not Implemented", 0, "");
        }
        return true;
    }

    private boolean put(String key, LoopbackRequest request, SocketChannel connection, ByteBuffer buffer)
            throws IOException {
        long length = request.bodyBytes();
        if (bytes.addAndGet(length) > BYTES_MAX) {
            bytes.addAndGet(-length);
            send(connection, "503 Slow Down", 0, "Connection: close\r\n");
            return false;
        }
        var stored =
                new Stored(folder.resolve(Long.toString(files.incrementAndGet())), length, request.header(CHECKSUM));
        var sum = receive(stored, connection, buffer);
        var told = request.header(TOLD_CHECKSUM);
        if (!told.isEmpty() && !told.equals(sum)) {
            drop(stored);
            send(connection, "400 Bad Request", 0, "");
            return true;
        }
        drop(objects.put(key, stored));
        var confirmed = told.isEmpty() ? "" : TOLD_CHECKSUM + ": " + told + "\r\n";
        send(connection, "200 OK", 0, "ETag: \"" + stored.checksum + "\"\r\n" + confirmed);
        return true;
    }

    /// Stores the body; its CRC-32C as S3 has it.
    private static String receive(Stored stored, SocketChannel connection, ByteBuffer buffer) throws IOException {
        var sum = new CRC32C();
        try (var target = FileChannel.open(stored.file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            LoopbackRequest.body(connection, buffer, stored.length, body -> {
                int from = body.position();
                sum.update(body.slice(from, target.write(body)));
            });
        }
        var bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue());
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private void drop(@Nullable Stored stored) throws IOException {
        if (stored != null) {
            Files.delete(stored.file);
            bytes.addAndGet(-stored.length);
        }
    }

    private void get(@Nullable Stored stored, LoopbackRequest request, SocketChannel connection) throws IOException {
        if (stored == null) {
            send(connection, "404 Not Found", 0, "");
            return;
        }
        var range = request.range(stored.length);
        if (range.from() >= range.to()) {
            send(connection, "416 Range Not Satisfiable", 0, "");
            return;
        }
        try (var source = FileChannel.open(stored.file, StandardOpenOption.READ)) {
            var place = "Content-Range: bytes " + range.from() + "-" + (range.to() - 1) + "/" + stored.length + "\r\n";
            send(connection, "206 Partial Content", range.to() - range.from(), place + described(stored));
            for (long at = range.from(); at < range.to(); ) {
                at += source.transferTo(at, range.to() - at, connection);
            }
        }
    }

    private void head(String key, SocketChannel connection) throws IOException {
        var stored = objects.get(key);
        if (stored != null) {
            send(connection, "200 OK", stored.length, described(stored));
        } else {
            send(connection, key.equals("/" + NAME) ? "200 OK" : "404 Not Found", 0, "");
        }
    }

    private static String described(Stored stored) {
        return "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n" + CHECKSUM + ": " + stored.checksum + "\r\n";
    }

    /// Sends the head of an answer whose body has `length` bytes; -1 where there can be none.
    private static void send(SocketChannel connection, String status, long length, String headers) throws IOException {
        var head = "HTTP/1.1 " + status + "\r\n" + (length < 0 ? "" : "Content-Length: " + length + "\r\n") + headers
                + "\r\n";
        var bytes = ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            int _ = connection.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdown();
        for (var connection : connections) {
            connection.close();
        }
        try {
            acceptor.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.debug("connections of the warm-up have not ended yet");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
