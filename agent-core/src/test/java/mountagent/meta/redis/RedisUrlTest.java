package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisUrlTest {
    private static RedisUrl parse(String url) throws FsException {
        return RedisUrl.parse(url, Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://host | redis://host:6379/0",
                "redis://host/ | redis://host:6379/0",
                "redis://host:7000/3 | redis://host:7000/3",
                "host:7000/3 | redis://host:7000/3",
                "redis://:7000/3 | redis://127.0.0.1:7000/3",
                "redis://[::1]:7000/3 | redis://[::1]:7000/3",
                "redis://[::1]/3 | redis://[::1]:6379/3",
                "redis://:p@host/1 | redis://host:6379/1",
                "rediss://host/1 | rediss://host:6379/1",
                "unix://:secret@/run/redis.sock?db=4 | unix:///run/redis.sock?db=4",
                "redis://:p@main,s1,s2:26380/2 | redis://main,s1:26380,s2:26380/2",
                "redis://main,s1:7,s2/2 | redis://main,s1:7,s2:26379/2",
                "redis://main,s1,s2 | redis://main,s1:26379,s2:26379/0",
                "redis://n1:7000,n2,[::1]:7002/5 | redis://n1:7000,n2:6379,[::1]:7002/5",
            })
    void placeIsRead(String url, String described) throws FsException {
        assertEquals(described, parse(url).describe());
    }

    @Test
    void aListIsOfSentinelsWhenItBeginsWithAName() throws FsException {
        assertEquals(
                new RedisPlace.Sentinels("main", List.of(new RedisAddress("s1", 26379))),
                parse("redis://main,s1/1").place());
        assertEquals(
                new RedisPlace.Cluster(List.of(new RedisAddress("n1", 7000), new RedisAddress("n2", 7001))),
                parse("redis://n1:7000,n2:7001/1").place());
    }

    @Test
    void parametersAreReadWithDashesOrUnderscores() throws FsException {
        RedisUrl url = parse("rediss://host/1?read-timeout=2s&write_timeout=3&min-retry-backoff=5ms"
                + "&max_retry_backoff=1s&route-read=replica&tls-ca-cert-file=/a%20b.pem&insecure-skip-verify=true"
                + "&tls-server-name=db.example");
        RedisLimits limits = url.tuning().limits();
        assertEquals(Duration.ofSeconds(5), limits.commandTimeout());
        assertEquals(Duration.ofSeconds(3), limits.connectTimeout());
        assertEquals(Duration.ofMillis(5), limits.minBackoff());
        assertEquals(Duration.ofSeconds(1), limits.maxBackoff());
        assertEquals(RedisTuning.Readers.REPLICA, url.tuning().readers());
        assertEquals(new RedisTls(RedisTls.Verify.NOTHING, "db.example", Path.of("/a b.pem"), null, null), url.tls());
    }

    @Test
    void aRedirectionSaysWhereToGo() {
        RedisAddress by = new RedisAddress("n1", 7000);
        assertEquals(
                new RedisRedirect(RedisRedirect.Kind.MOVED, new RedisAddress("n2", 7001)),
                RedisRedirect.in("MOVED 866 n2:7001", by));
        assertEquals(
                new RedisRedirect(RedisRedirect.Kind.ASK, new RedisAddress("::1", 7001)),
                RedisRedirect.in("ASK 866 ::1:7001", by));
        assertEquals(
                new RedisRedirect(RedisRedirect.Kind.MOVED, new RedisAddress("n1", 7001)),
                RedisRedirect.in("MOVED 866 :7001", by));
        assertNull(RedisRedirect.in("LOADING the data", by));
    }

    @Test
    void loginIsDecoded() throws FsException {
        RedisUrl parsed = parse("redis://us%40er:p%3Ass+@w/?rd@host/1");
        assertEquals("us@er", parsed.login().user());
        assertEquals("p:ss+@w/?rd", parsed.login().password());
        assertEquals("redis://host:6379/1", parsed.describe());
    }

    @Test
    void missingLoginIsNull() throws FsException {
        assertNull(parse("redis://host").login().user());
        assertNull(parse("redis://host").login().password());
        assertNull(parse("redis://user:@host").login().password());
    }

    @Test
    void passwordComesFromTheEnvironmentInOrder(@TempDir Path folder) throws FsException, IOException {
        Path file = Files.writeString(folder.resolve("password"), "third\n");
        Map<String, String> all =
                Map.of("REDIS_PASSWORD", "first", "META_PASSWORD", "second", "META_PASSWORD_FILE", file.toString());
        assertEquals("url", RedisUrl.parse("redis://:url@host", all).login().password());
        assertEquals("first", RedisUrl.parse("redis://host", all).login().password());
        assertEquals(
                "second",
                RedisUrl.parse("redis://host", Map.of("META_PASSWORD", "second"))
                        .login()
                        .password());
        assertEquals(
                "third",
                RedisUrl.parse("redis://host", Map.of("META_PASSWORD_FILE", file.toString()))
                        .login()
                        .password());
    }

    @Test
    void passwordIsNeverShown() throws FsException {
        RedisUrl parsed = parse("redis://user:topsecret@host:7000/3");
        assertEquals("redis://host:7000/3", parsed.toString());
        assertEquals("redis://host:7000/3", parsed.describe());
        assertFalse(parsed.login().toString().contains("topsecret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://host?route-read=anywhere | route-read 'anywhere' must be replica, random or latency",
                "redis://host?client-cache=true | option 'client-cache' is not built yet",
                "redis://host?pool=3 | no option 'pool'",
                "redis://host?tls-cert-file=/x | no option 'tls-cert-file'",
                "rediss://host?tls-cert-file=/x | tls-cert-file and tls-key-file belong together",
                "rediss://host?insecure-skip-verify=maybe | insecure-skip-verify 'maybe' must be true or false",
                "redis://host?read-timeout=soon | read-timeout \"soon\" is no duration",
                "redis://host?read-timeout=0 | read-timeout '0' must be at least 1ms",
                "redis://,s1:26379/1 | name of the Sentinels' master is missing",
                "redis://n1:7000,,n2/1 | has an empty item",
                "http://host | scheme 'http' is not one of redis, rediss, unix",
                "redis://host:0 | port '0'",
                "redis://host:x | port 'x'",
                "redis://host/x | database 'x'",
                "unix://run/redis.sock | absolute path",
                "redis://:50%@host | %25",
            })
    void whatIsNotSupportedIsRefused(String url, String why) {
        FsException refused = assertThrows(FsException.class, () -> parse(url));
        assertEquals(Errno.EINVAL, refused.errno());
        assertTrue(refused.toString().contains(why), refused.getMessage());
    }

    @Test
    void refusalDoesNotShowThePassword() {
        FsException refused = assertThrows(FsException.class, () -> parse("redis://:top?sec/ret@host:bad"));
        assertFalse(refused.toString().contains("sec"), refused.getMessage());
    }
}
