package mountagent.object.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import mountagent.object.s3.ScriptedServer.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TLS with a server whose certificate nobody vouches for.
final class S3TlsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder;

    private ScriptedServer server;

    @BeforeEach
    void serve() throws Exception {
        Path store = folder.resolve("server.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-validity",
                "30");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "server",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-file",
                folder.resolve("ca.pem").toString());
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Files.writeString(
                folder.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getKey("server", PASSWORD.toCharArray())
                                        .getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = ScriptedServer.startTls(context, _ -> Answer.of(200, ""));
    }

    private static void keytool(String... args) throws Exception {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(java.util.List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0, said);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    private S3Store open(String query) throws ObjectStoreException {
        var location = S3Location.parse("s3", "https://" + server.authority() + "/bucket" + query, Map.of());
        return S3Store.open(
                new S3Options(location, new S3Credentials("AKID", "secret", ""), "", LONG, LONG, 4, Map.of()));
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefusedWithTheWayOut() throws Exception {
        try (var store = open("")) {
            var failure = assertThrows(ObjectStoreException.class, () -> store.delete("k"));
            assertEquals(Kind.INVALID, failure.kind(), failure::getMessage);
            assertTrue(
                    String.valueOf(failure.getMessage()).contains("add ?ca-certs=FILE to --bucket"),
                    failure::getMessage);
        }
        assertEquals(0, server.requests().size());
    }

    @Test
    void aCertificateThatTheBucketNamesIsTrusted() throws Exception {
        try (var store = open("?ca-certs=" + folder.resolve("ca.pem"))) {
            store.put("k", java.lang.foreign.MemorySegment.ofArray(new byte[3]));
        }
        var put = server.requests().getFirst();
        assertEquals("UNSIGNED-PAYLOAD", put.header("x-amz-content-sha256"), "TLS guards the body already");
        assertEquals("3", put.header("content-length"));
        assertEquals("", put.header("content-encoding"));
    }

    @Test
    void anybodyIsTrustedWhenTheBucketSaysSo() throws Exception {
        try (var store = open("?tls-insecure-skip-verify=true")) {
            store.delete("k");
        }
        assertEquals(1, server.requests().size());
    }

    @Test
    void aClientMayShowItsOwnCertificate() throws Exception {
        try (var store = open("?ca-certs=" + folder.resolve("ca.pem") + "&ssl-cert=" + folder.resolve("ca.pem")
                + "&ssl-key=" + folder.resolve("key.pem"))) {
            store.delete("k");
        }
        assertEquals(1, server.requests().size());
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        assertRefused("?ca-certs=/nonexistent.pem", "ca-certs file /nonexistent.pem does not exist");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertRefused("?ca-certs=" + empty, "holds no certificate");
        assertRefused(
                "?ssl-cert=" + folder.resolve("ca.pem") + "&ssl-key=" + folder.resolve("ca.pem"),
                "it holds no plain PKCS#8 key (openssl pkcs8 -topk8 -nocrypt makes one)");
    }

    private void assertRefused(String query, String why) {
        var failure = assertThrows(ObjectStoreException.class, () -> open(query));
        assertEquals(Kind.INVALID, failure.kind());
        assertTrue(String.valueOf(failure.getMessage()).contains(why), failure::getMessage);
    }
}
