package mountagent.meta.redis;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Who we are to a server. Never prints a password.
///
/// Without a password in the URL it is taken from `REDIS_PASSWORD`, `META_PASSWORD` or the file that
/// `META_PASSWORD_FILE` names, in that order; that of Sentinels from `SENTINEL_PASSWORD`.
public record RedisLogin(
        @Nullable String user,
        @Nullable String password,
        @Nullable String sentinelPassword) {
    /// Reads `user:password` of a URL. EINVAL when it is not encoded as it should be, or the file cannot be read.
    static RedisLogin of(String text, Map<String, String> environment) throws FsException {
        int colon = text.indexOf(':');
        String user = decoded(colon < 0 ? text : text.substring(0, colon));
        String password = decoded(colon < 0 ? "" : text.substring(colon + 1));
        return new RedisLogin(
                orNull(user),
                orNull(password.isEmpty() ? fromEnvironment(environment) : password),
                orNull(environment.getOrDefault("SENTINEL_PASSWORD", "")));
    }

    /// What Sentinels are told: they know no users of the servers.
    RedisLogin toSentinel() {
        return new RedisLogin(null, sentinelPassword, sentinelPassword);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
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
            throw RedisUrlReader.invalid("user or password holds a '%' that is not an escape; write it as %25");
        }
    }

    @Override
    public String toString() {
        return "RedisLogin[" + (user == null ? "" : user) + (password == null ? "" : ":****") + "]";
    }
}
