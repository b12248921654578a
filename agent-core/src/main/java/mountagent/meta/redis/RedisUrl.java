package mountagent.meta.redis;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Where the Redis server of a volume is (reference: meta-redis.md §1): `redis://[user]:[password]@host[:port]/[db]` or
/// `unix://[user]:[password]@/path/to/socket?db=N`.
///
/// Never prints the password. Without one in the URL it is taken from `REDIS_PASSWORD`, `META_PASSWORD` or the file
/// that `META_PASSWORD_FILE` names. TLS, Sentinel, Cluster and options are refused with EINVAL.
public record RedisUrl(
        @Nullable Path socket,
        String host,
        int port,
        int database,
        @Nullable String user,
        @Nullable String password) {
    private static final int PORT = 6379;

    /// Reads `url`; `environment` are the variables that may hold the password. EINVAL says what is wrong with it.
    public static RedisUrl parse(String url, Map<String, String> environment) throws FsException {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? "redis" : url.substring(0, colon);
        String rest = colon < 0 ? url : url.substring(colon + 3);
        int at = rest.lastIndexOf('@');
        Login login = Login.of(at < 0 ? "" : rest.substring(0, at), environment);
        String place = rest.substring(at + 1);
        int query = place.indexOf('?');
        String options = query < 0 ? "" : place.substring(query + 1);
        String target = query < 0 ? place : place.substring(0, query);
        return switch (scheme) {
            case "redis" -> tcp(target, options, login);
            case "unix" -> unix(target, options, login);
            case "rediss" -> throw invalid("Redis over TLS (rediss://) is not supported yet");
            default -> throw invalid("scheme '" + scheme + "' is not one of redis, unix");
        };
    }

    private record Login(@Nullable String user, @Nullable String password) {
        static Login of(String text, Map<String, String> environment) throws FsException {
            int colon = text.indexOf(':');
            String user = decoded(colon < 0 ? text : text.substring(0, colon));
            String password = decoded(colon < 0 ? "" : text.substring(colon + 1));
            if (password.isEmpty()) {
                password = fromEnvironment(environment);
            }
            return new Login(user.isEmpty() ? null : user, password.isEmpty() ? null : password);
        }

        private static String fromEnvironment(Map<String, String> environment) throws FsException {
            for (String name : new String[] {"REDIS_PASSWORD", "META_PASSWORD"}) {
                String value = environment.getOrDefault(name, "");
                if (!value.isEmpty()) {
                    return value;
                }
            }
            String file = environment.getOrDefault("META_PASSWORD_FILE", "");
            try {
                return file.isEmpty() ? "" : Files.readString(Path.of(file)).strip();
            } catch (IOException | InvalidPathException e) {
                throw new FsException(Errno.EINVAL, "META_PASSWORD_FILE '" + file + "' cannot be read", e);
            }
        }

        private static String decoded(String text) throws FsException {
            try {
                return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException _) {
                throw invalid("user or password holds a '%' that is not an escape; write it as %25");
            }
        }
    }

    private static RedisUrl tcp(String target, String options, Login login) throws FsException {
        if (!options.isEmpty()) {
            throw invalid("option '" + options.replaceAll("[=&].*", "") + "' is not supported yet");
        }
        int slash = target.indexOf('/');
        String address = slash < 0 ? target : target.substring(0, slash);
        int database = database(slash < 0 ? "" : target.substring(slash + 1));
        if (address.indexOf(',') >= 0) {
            throw invalid("several hosts (Redis Cluster or Sentinel) are not supported yet");
        }
        int close = address.indexOf(']');
        int colon = address.indexOf(':', Math.max(close, 0));
        String host = colon < 0 ? address : address.substring(0, colon);
        if (host.startsWith("[") && close > 0) {
            host = host.substring(1, close);
        }
        int port = colon < 0 ? PORT : number(address.substring(colon + 1), "port", 1, 65_535);
        return new RedisUrl(null, host.isEmpty() ? "127.0.0.1" : host, port, database, login.user(), login.password());
    }

    private static RedisUrl unix(String target, String options, Login login) throws FsException {
        if (!target.startsWith("/")) {
            throw invalid("a unix socket needs an absolute path: unix:///path/to/socket?db=0");
        }
        if (!options.isEmpty() && !options.startsWith("db=")) {
            throw invalid("option '" + options.replaceAll("[=&].*", "") + "' is not supported yet");
        }
        int database = database(options.isEmpty() ? "" : options.substring("db=".length()));
        return new RedisUrl(Path.of(target), "", 0, database, login.user(), login.password());
    }

    private static int database(String text) throws FsException {
        return text.isEmpty() ? 0 : number(text, "database", 0, Integer.MAX_VALUE);
    }

    private static int number(String text, String what, int min, int max) throws FsException {
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number that is out of range.
        }
        throw invalid(what + " '" + text + "' must be a number from " + min + " to " + max);
    }

    private static FsException invalid(String why) {
        return new FsException(Errno.EINVAL, "Redis URL: " + why);
    }

    /// The place for Lettuce, without user, password and database: logging in is done by [RedisLinks].
    RedisURI toLettuce(Duration timeout) {
        RedisURI.Builder builder =
                socket == null ? RedisURI.Builder.redis(host, port) : RedisURI.Builder.socket(socket.toString());
        return builder.withTimeout(timeout).withLibraryName("mountagent").build();
    }

    /// The URL without user and password.
    public String describe() {
        return socket == null
                ? "redis://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + "/" + database
                : "unix://" + socket + "?db=" + database;
    }

    @Override
    public String toString() {
        return describe();
    }
}
