package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Servers over TLS, with certificates of a test's own authority, and over a unix socket.
class RedisTransportTest {
    @TempDir
    private static Path folder;

    private static RedisProcess tls;

    @BeforeAll
    static void startServer() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem");
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.pem");
        signed("server", "IP:127.0.0.1,DNS:redis.example");
        signed("client", "DNS:client");
        openssl("rsa -in client.key -traditional -out client.pkcs1");
        tls = RedisProcess.startTls(
                "--tls-cert-file", folder.resolve("server.pem").toString(),
                "--tls-key-file", folder.resolve("server.key").toString(),
                "--tls-ca-cert-file", folder.resolve("ca.pem").toString(),
                "--tls-auth-clients", "optional");
    }

    @AfterAll
    static void endServer() throws Exception {
        tls.close();
    }

    private static void signed(String name, String names) throws Exception {
        Files.writeString(folder.resolve(name + ".ext"), "subjectAltName=" + names + "\n");
        openssl("req -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr");
        openssl("x509 -req -days 2 -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile " + name
                + ".ext -out " + name + ".pem");
    }

    private static void openssl(String command) throws Exception {
        Process process = new ProcessBuilder(("openssl " + command).split(" "))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> command);
    }

    private static String url(String host, String parameters) {
        return "rediss://" + host + ":" + tls.port() + "/0?" + parameters.replace("DIR", folder.toString());
    }

    private static void works(String url) throws FsException {
        try (RedisEngine engine = RedisServer.engine(url, RedisServer.PATIENT)) {
            engine.erase();
        }
        try (RedisVolume volume = RedisVolume.create(RedisServer.engine(url, RedisServer.PATIENT))) {
            volume.file("a");
            assertEquals(Set.of("a"), volume.names());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, tls-ca-cert-file=DIR/ca.pem",
        "localhost, tls-ca-cert-file=DIR/ca.pem&tls-server-name=redis.example",
        "localhost, insecure-skip-verify=true",
        "127.0.0.1, tls_ca_cert_file=DIR/ca.pem&tls_cert_file=DIR/client.pem&tls_key_file=DIR/client.key",
    })
    void aServerOverTlsIsUsed(String host, String parameters) throws Exception {
        works(url(host, parameters));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.1 | | unable to find valid certification path",
                "127.0.0.1 | tls-ca-cert-file=DIR/other.pem | name the server's authority with tls-ca-cert-file",
                "localhost | tls-ca-cert-file=DIR/ca.pem | localhost",
                "127.0.0.1 | tls-ca-cert-file=DIR/none.pem | none.pem' cannot be read",
                "127.0.0.1 | tls-ca-cert-file=DIR/ca.key | the TLS files cannot be used",
                "127.0.0.1 | tls-cert-file=DIR/client.pem&tls-key-file=DIR/client.pkcs1 | openssl pkcs8 -topk8",
            })
    void aCertificateThatDoesNotServeIsRefused(String host, String parameters, String why) {
        String url = url(host, parameters == null ? "" : parameters);
        FsException refused = assertThrows(FsException.class, () -> RedisServer.engine(url, RedisServer.PATIENT));
        assertTrue(refused.toString().contains(why), refused.toString());
    }

    @Test
    void aPortWithoutTlsIsSaidToBeOne() throws Exception {
        try (RedisProcess plain = RedisProcess.start()) {
            String url = "rediss://127.0.0.1:" + plain.port() + "/0?insecure-skip-verify=true";
            Duration wait = Duration.ofSeconds(2);
            RedisLimits hasty = new RedisLimits(2, wait, wait, wait, wait, 5);
            FsException refused = assertThrows(FsException.class, () -> RedisServer.engine(url, hasty));
            assertEquals(Errno.EIO, refused.errno());
            assertTrue(refused.toString().contains("speaks no TLS"), refused.toString());
        }
    }

    @Test
    void aPortWithTlsIsSaidToBeOne() {
        FsException refused = assertThrows(
                FsException.class,
                () -> RedisServer.engine("redis://127.0.0.1:" + tls.port() + "/0", RedisServer.PATIENT));
        assertTrue(refused.toString().contains("needs rediss://"), refused.toString());
    }

    @Test
    void aUnixSocketIsUsed() throws Exception {
        Path socket = folder.resolve("redis.sock");
        try (RedisProcess _ = RedisProcess.start("--unixsocket", socket.toString(), "--requirepass", "secret")) {
            String url = "unix://:secret@" + socket + "?db=3";
            try (RedisVolume volume = RedisVolume.create(RedisServer.engine(url, RedisServer.PATIENT))) {
                List<String> names = List.of("a", "b", "c");
                for (String name : names) {
                    volume.file(name);
                }
                assertEquals(Set.copyOf(names), volume.names());
            }
            FsException refused = assertThrows(
                    FsException.class, () -> RedisServer.engine(url.replace("secret", "wrong"), RedisServer.PATIENT));
            assertTrue(refused.toString().contains("WRONGPASS"), refused.toString());
        }
        FsException missing = assertThrows(
                FsException.class,
                () -> RedisServer.engine("unix://" + folder.resolve("none.sock"), RedisServer.PATIENT));
        assertTrue(missing.toString().contains("none.sock"), missing.toString());
    }
}
