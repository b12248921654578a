package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mountagent.metrics.Label;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MetricsServerTest {
    private static final MetricsAddress ANY_PORT = new MetricsAddress("127.0.0.1", 0, true, List.of());

    private @Nullable MetricsServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private MetricsServer start(MetricsAddress address) {
        var started = MetricsServer.start(address, () -> "juicefs_uptime 1\n");
        assertNotNull(started);
        server = started;
        return started;
    }

    private static HttpResponse<String> ask(MetricsServer server, String method, String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
                    .timeout(Duration.ofSeconds(10))
                    .method(method, BodyPublishers.noBody())
                    .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }

    @Test
    void thePageIsShownToWhoeverGetsIt() throws Exception {
        var started = start(ANY_PORT);
        var page = ask(started, "GET", "/metrics");
        assertEquals(200, page.statusCode());
        assertEquals("juicefs_uptime 1\n", page.body());
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                page.headers().firstValue("Content-Type").orElse(""));
        var head = ask(started, "HEAD", "/metrics");
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
    }

    @Test
    void nothingElseIsThere() throws Exception {
        var started = start(ANY_PORT);
        assertEquals(404, ask(started, "GET", "/").statusCode());
        assertEquals(404, ask(started, "GET", "/metrics/more").statusCode());
        assertEquals(405, ask(started, "POST", "/metrics").statusCode());
    }

    @Test
    void anotherPortIsTakenOnlyWhenNoneWasNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            var named = MetricsServer.start(new MetricsAddress("127.0.0.1", port, true, List.of()), () -> "");
            assertNull(named, "a port that is in use was listened on");
            var other = start(new MetricsAddress("127.0.0.1", port, false, List.of()));
            assertNotEquals("127.0.0.1:" + port, other.address());
            assertEquals(200, ask(other, "GET", "/metrics").statusCode());
        }
    }

    @Test
    void whoSaysNothingHoldsNobodyUp() throws Exception {
        var started = start(ANY_PORT);
        var port = Integer.parseInt(started.address().substring("127.0.0.1:".length()));
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                silent.add(socket);
                socket.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            }
            assertEquals(200, ask(started, "GET", "/metrics").statusCode());
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void nobodyListensAfterTheEnd() throws IOException {
        var started = start(ANY_PORT);
        started.close();
        assertThrows(ConnectException.class, () -> ask(started, "GET", "/metrics"));
    }

    @Test
    void addressesAndLabelsAreRead() throws CommandFailure {
        assertEquals(new MetricsAddress("::1", 80, true, List.of()), MetricsAddress.of("[::1]:80", ""));
        assertEquals(new MetricsAddress("", 9567, true, List.of()), MetricsAddress.of(":9567", ""));
        assertEquals(MetricsAddress.OFF, MetricsAddress.of("", "a:b"));
        assertEquals(
                List.of(new Label("team", "a"), new Label("rack", "")),
                MetricsAddress.DEFAULT.withLabels("team:a;rack:").labels());
        for (var wrong : List.of("localhost", "localhost:", "localhost:x", "::1:80", "host:65536", "host:-1")) {
            var failure = assertThrows(CommandFailure.class, () -> MetricsAddress.of(wrong, ""), wrong);
            assertTrue(failure.text().contains(wrong), failure.text());
        }
        for (var wrong : List.of("a", "a:b:c", "1a:b", "a-b:c", "a:b;", "__a:b")) {
            assertThrows(CommandFailure.class, () -> MetricsAddress.of("host:1", wrong), wrong);
        }
    }
}
