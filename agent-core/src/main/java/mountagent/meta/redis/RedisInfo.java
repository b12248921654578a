package mountagent.meta.redis;

import java.util.HashMap;
import java.util.Map;

/// What a server tells of itself in an answer to INFO.
record RedisInfo(Map<String, String> fields) {
    static RedisInfo parse(String answer) {
        Map<String, String> fields = new HashMap<>();
        answer.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return new RedisInfo(Map.copyOf(fields));
    }

    /// The value of `field`, empty when the server does not tell it.
    String text(String field) {
        return fields.getOrDefault(field, "");
    }

    /// How the server runs: `standalone`, `cluster` or `sentinel`.
    String mode() {
        String ofFork = fields.getOrDefault("server_mode", "standalone");
        return fields.getOrDefault("redis_mode", ofFork);
    }

    /// The value of `field` as a number, 0 when it is none.
    long number(String field) {
        String text = text(field);
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
