package mountagent.meta.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import mountagent.base.DurationText;
import mountagent.base.FsException;

/// The parameters of a URL, `name=value` joined by `&`. Names may be written with dashes or underscores. Each is taken
/// once; one that nobody has taken is refused by its name. Used by one thread.
final class RedisParameters {
    private static final Set<String> TRUE = Set.of("true", "1", "t", "yes");
    private static final Set<String> FALSE = Set.of("false", "0", "f", "no", "");

    private final Map<String, String> left = new LinkedHashMap<>();

    RedisParameters(String query) throws FsException {
        for (String parameter : query.split("&")) {
            if (!parameter.isEmpty()) {
                int equal = parameter.indexOf('=');
                String name = equal < 0 ? parameter : parameter.substring(0, equal);
                String value = equal < 0 ? "true" : parameter.substring(equal + 1);
                left.put(name.replace('_', '-'), decoded(name, value));
            }
        }
    }

    private static String decoded(String name, String value) throws FsException {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw RedisUrlReader.invalid(name + " holds a '%' that is not an escape; write it as %25");
        }
    }

    /// The value of `name`, empty when it is not given.
    String text(String name) {
        String value = left.remove(name);
        return value == null ? "" : value;
    }

    /// The value of `name` as a duration of at least a millisecond.
    Duration duration(String name, Duration usual) throws FsException {
        String text = text(name);
        if (text.isEmpty()) {
            return usual;
        }
        try {
            Duration value = DurationText.parse(text);
            if (value.toMillis() < 1) {
                throw RedisUrlReader.invalid(name + " '" + text + "' must be at least 1ms");
            }
            return value;
        } catch (IllegalArgumentException e) {
            throw RedisUrlReader.invalid(name + " " + e.getMessage());
        }
    }

    /// The value of `name` as yes or no.
    boolean flag(String name) throws FsException {
        String text = text(name);
        if (TRUE.contains(text)) {
            return true;
        }
        if (FALSE.contains(text)) {
            return false;
        }
        throw RedisUrlReader.invalid(name + " '" + text + "' must be true or false");
    }

    /// Refuses what is left.
    void end() throws FsException {
        for (String name : left.keySet()) {
            throw RedisUrlReader.invalid(
                    name.startsWith("client-cache")
                            ? "option '" + name + "' is not built yet; leave it out"
                            : "there is no option '" + name + "'");
        }
    }
}
