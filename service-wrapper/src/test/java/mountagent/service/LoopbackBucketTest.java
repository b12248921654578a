package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bucket that the driver of S3 is warmed up with.
final class LoopbackBucketTest {
    @TempDir
    Path folder = Path.of("/");

    private LoopbackBucket bucket;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void open() throws IOException {
        bucket = LoopbackBucket.open(folder.resolve("objects"));
    }

    @AfterEach
    void close() throws IOException {
        bucket.close();
        client.close();
    }

    private HttpRequest.Builder signed(String key) throws IOException {
        return HttpRequest.newBuilder(URI.create(bucket.url() + "/" + key))
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + bucket.accessKey() + "/20260101/x, Signature=y");
    }

    private HttpResponse<byte[]> answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    @Test
    void whatWasPutIsReadWholeOrInPartUntilItIsDeleted() throws Exception {
        var content = new byte[300_000];
        new Random(3).nextBytes(content);
        var put = signed("a").header("x-amz-meta-crc32c", "17").PUT(BodyPublishers.ofByteArray(content));
        assertEquals(200, answer(put).statusCode());
        var whole = answer(signed("a").header("Range", "bytes=0-4194303").GET());
        assertEquals(206, whole.statusCode());
        assertArrayEquals(content, whole.body());
        assertEquals("17", whole.headers().firstValue("x-amz-meta-crc32c").orElse(""));
        var part = answer(signed("a").header("Range", "bytes=1000-1999").GET());
        assertArrayEquals(Arrays.copyOfRange(content, 1000, 2000), part.body());
        assertEquals(
                "bytes 1000-1999/300000",
                part.headers().firstValue("content-range").orElse(""));
        assertEquals(
                416,
                answer(signed("a").header("Range", "bytes=300000-300001").GET()).statusCode());
        assertEquals(200, answer(signed("a").HEAD()).statusCode());
        assertEquals(204, answer(signed("a").DELETE()).statusCode());
        assertEquals(404, answer(signed("a").GET()).statusCode());
        try (var left = Files.list(folder.resolve("objects"))) {
            assertEquals(0, left.count(), "the object's file is still there");
        }
    }

    /// As S3 does, so that the driver goes the way that it goes there. CRC-32C of "123456789" is e3069283.
    @Test
    void aChecksumIsComparedAndConfirmed() throws Exception {
        var body = BodyPublishers.ofString("123456789");
        var right =
                answer(signed("a").header("x-amz-checksum-crc32c", "4waSgw==").PUT(body));
        assertEquals(200, right.statusCode());
        assertEquals(
                "4waSgw==", right.headers().firstValue("x-amz-checksum-crc32c").orElse(""));
        var wrong =
                answer(signed("b").header("x-amz-checksum-crc32c", "4waSgQ==").PUT(body));
        assertEquals(400, wrong.statusCode());
        assertEquals(404, answer(signed("b").GET()).statusCode());
    }

    @Test
    void whoHasNotItsKeysIsRefused() throws Exception {
        var unsigned = HttpRequest.newBuilder(URI.create(bucket.url() + "/a")).GET();
        assertEquals(403, answer(unsigned).statusCode());
        try (var other = LoopbackBucket.open(folder.resolve("other"))) {
            var foreign = HttpRequest.newBuilder(URI.create(bucket.url() + "/a"))
                    .header("Authorization", "AWS4-HMAC-SHA256 Credential=" + other.accessKey() + "/x")
                    .PUT(BodyPublishers.ofString("mine"));
            assertEquals(403, answer(foreign).statusCode());
        }
        assertEquals(404, answer(signed("a").GET()).statusCode(), "it was stored all the same");
    }

    @Test
    void aPutBeyondItsLimitIsRefused() throws Exception {
        var url = URI.create(bucket.url());
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            var head = "PUT " + url.getPath() + "/a HTTP/1.1\r\nAuthorization: Credential=" + bucket.accessKey()
                    + "/\r\nContent-Length: 70000000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        }
    }

    private static boolean isEnded(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException _) {
            return true; // reset: it had not read all that was sent
        }
    }

    @Test
    void itEndsWhateverItsClientsDo() throws Exception {
        var url = URI.create(bucket.url());
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write("GET /a".getBytes(StandardCharsets.ISO_8859_1));
            bucket.close();
            assertTrue(isEnded(socket), "the connection is still there");
        }
        assertThrows(ConnectException.class, () -> new Socket(url.getHost(), url.getPort()).close());
    }
}
