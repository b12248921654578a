package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    @CsvSource({
        "redis://host, host, 6379, 0",
        "redis://host/, host, 6379, 0",
        "redis://host:7000/3, host, 7000, 3",
        "host:7000/3, host, 7000, 3",
        "redis://:7000/3, 127.0.0.1, 7000, 3",
        "redis://[::1]:7000/3, ::1, 7000, 3",
        "redis://[::1]/3, ::1, 6379, 3",
        "redis://:p@host/1, host, 6379, 1",
    })
    void placeIsRead(String url, String host, int port, int database) throws FsException {
        RedisUrl parsed = parse(url);
        assertEquals(host, parsed.host());
        assertEquals(port, parsed.port());
        assertEquals(database, parsed.database());
    }

    @Test
    void socketIsRead() throws FsException {
        RedisUrl parsed = parse("unix://:secret@/run/redis/redis.sock?db=4");
        assertEquals(Path.of("/run/redis/redis.sock"), parsed.socket());
        assertEquals(4, parsed.database());
        assertEquals("secret", parsed.password());
        assertEquals("unix:///run/redis/redis.sock?db=4", parsed.describe());
    }

    @Test
    void loginIsDecoded() throws FsException {
        RedisUrl parsed = parse("redis://us%40er:p%3Ass+@w/?rd@host/1");
        assertEquals("us@er", parsed.user());
        assertEquals("p:ss+@w/?rd", parsed.password());
        assertEquals("host", parsed.host());
    }

    @Test
    void missingLoginIsNull() throws FsException {
        assertNull(parse("redis://host").user());
        assertNull(parse("redis://host").password());
        assertNull(parse("redis://user:@host").password());
    }

    @Test
    void passwordComesFromTheEnvironmentInOrder(@TempDir Path folder) throws FsException, IOException {
        Path file = Files.writeString(folder.resolve("password"), "third\n");
        Map<String, String> all =
                Map.of("REDIS_PASSWORD", "first", "META_PASSWORD", "second", "META_PASSWORD_FILE", file.toString());
        assertEquals("url", RedisUrl.parse("redis://:url@host", all).password());
        assertEquals("first", RedisUrl.parse("redis://host", all).password());
        assertEquals(
                "second",
                RedisUrl.parse("redis://host", Map.of("META_PASSWORD", "second"))
                        .password());
        assertEquals(
                "third",
                RedisUrl.parse("redis://host", Map.of("META_PASSWORD_FILE", file.toString()))
                        .password());
    }

    @Test
    void passwordIsNeverShown() throws FsException {
        RedisUrl parsed = parse("redis://user:topsecret@host:7000/3");
        assertEquals("redis://host:7000/3", parsed.toString());
        assertEquals("redis://host:7000/3", parsed.describe());
        assertFalse(parsed.toLettuce(RedisLimits.DEFAULT.connectTimeout())
                .toString()
                .contains("topsecret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rediss://host | TLS",
                "redis://a,b:7000/1 | Cluster or Sentinel",
                "redis://host?route-read=replica | option 'route-read'",
                "http://host | scheme 'http'",
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
