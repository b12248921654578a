package mountagent.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import mountagent.base.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The page `/metrics` for a Prometheus server. Shows numbers and names of this mount, never a secret; asks for no
/// password, so it listens on this machine alone unless told otherwise.
///
/// Bounded: at most 32 connections, a thread for each request, ten seconds for a request and its answer, so that nobody
/// who says nothing holds up the others for long.
final class MetricsServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MetricsServer.class);

    private static final int BACKLOG = 16;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;

    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "10",
            "sun.net.httpserver.maxRspTime", "10",
            "jdk.httpserver.maxConnections", "32");

    private final HttpServer server;
    private final Supplier<String> page;

    private MetricsServer(HttpServer server, Supplier<String> page) {
        this.server = server;
        this.page = page;
        var threads = Threads.virtual("metrics-");
        server.setExecutor(request -> threads.newThread(request).start());
        server.createContext("/", this::answer);
    }

    /// Listens at `address`; null, with a line in the log, when that cannot be: a mount goes on without.
    static @Nullable MetricsServer start(MetricsAddress address, Supplier<String> page) {
        limitRequests();
        try {
            var started = new MetricsServer(bound(address), page);
            started.server.start();
            log.info("Prometheus metrics listening on \"{}\"", started.address());
            return started;
        } catch (IOException e) {
            log.error("listen on \"{}:{}\" failed: {}", address.host(), address.port(), Reasons.of(e));
            return null;
        }
    }

    private static HttpServer bound(MetricsAddress address) throws IOException {
        var host = address.host().isEmpty() ? null : InetAddress.getByName(address.host());
        try {
            return HttpServer.create(socket(host, address.port()), BACKLOG);
        } catch (BindException e) {
            if (address.isExact()) {
                throw e;
            }
            log.debug("port {} is in use, taking another", address.port());
            return HttpServer.create(socket(host, 0), BACKLOG);
        }
    }

    private static InetSocketAddress socket(@Nullable InetAddress host, int port) {
        return host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    // The server of the JDK takes these limits from properties alone, when its classes are loaded.
    private static void limitRequests() {
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /// Where it listens, as `HOST:PORT`.
    String address() {
        var bound = server.getAddress();
        return bound.getAddress().getHostAddress() + ":" + bound.getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().close();
            var isHead = exchange.getRequestMethod().equals("HEAD");
            if (!exchange.getRequestURI().getPath().equals("/metrics")) {
                send(exchange, NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n", isHead);
            } else if (!isHead && !exchange.getRequestMethod().equals("GET")) {
                send(exchange, NOT_ALLOWED, "text/plain; charset=utf-8", "only GET and HEAD\n", false);
            } else {
                send(exchange, OK, "text/plain; version=0.0.4; charset=utf-8", page.get(), isHead);
            }
        } catch (RuntimeException e) {
            log.error("the metrics cannot be shown", e);
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String text, boolean isHead)
            throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, isHead ? -1 : body.length);
        if (!isHead) {
            try (OutputStream target = exchange.getResponseBody()) {
                target.write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
