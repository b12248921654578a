package mountagent.meta.redis.practice;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Commands on hashes.
final class HashCommands {
    private static final Map<String, byte[]> NONE = Map.of();

    private HashCommands() {}

    static void addTo(Map<String, Command> table) {
        table.put("HGET", Command.of(3, (keys, request, replies) -> replies.bulk(get(keys, request, 1))));
        table.put(
                "HLEN",
                Command.of(
                        2,
                        (keys, request, replies) ->
                                replies.integer(fields(keys, request).size())));
        table.put("HEXISTS", Command.of(3, (keys, request, replies) -> replies.flag(get(keys, request, 1) != null)));
        table.put(
                "HKEYS",
                Command.of(
                        2,
                        (keys, request, replies) ->
                                replies.bulks(fields(keys, request).keySet())));
        table.put("HGETALL", Command.of(2, (keys, request, replies) -> all(fields(keys, request), replies)));
        table.put("HSCAN", Command.from(3, HashCommands::scan));
        table.put("HDEL", Command.from(3, HashCommands::del));
        table.put("HSET", Command.from(4, HashCommands::set).adding());
        table.put("HSETNX", Command.of(4, HashCommands::setAbsent).adding());
        table.put("HINCRBY", Command.of(4, HashCommands::incrBy).adding());
    }

    private static Map<String, byte[]> fields(Keyspace keys, Request request) throws Refusal {
        Stored.Hash found = keys.at(request.text(1), Stored.Hash.class);
        return found == null ? NONE : found.fields();
    }

    /// The value at a key and a field, the words from `at` on; null when there is none.
    static byte @Nullable [] get(Keyspace keys, Request request, int at) throws Refusal {
        return get(keys, request.text(at), request.text(at + 1));
    }

    /// The value of `field`, null when there is none.
    static byte @Nullable [] get(Keyspace keys, String key, String field) throws Refusal {
        Stored.Hash found = keys.at(key, Stored.Hash.class);
        return found == null ? null : found.fields().get(field);
    }

    /// Fields and values in turn.
    static void all(Map<String, byte[]> fields, Replies replies) {
        replies.array(2 * fields.size());
        fields.forEach((field, value) -> {
            replies.bulk(field);
            replies.bulk(value);
        });
    }

    private static void scan(Keyspace keys, Request request, Replies replies) throws Refusal {
        Map<String, byte[]> fields = fields(keys, request);
        KeyCommands.beginStep(request.text(2), replies);
        all(fields, replies);
    }

    private static void del(Keyspace keys, Request request, Replies replies) throws Refusal {
        String key = request.text(1);
        Map<String, byte[]> fields = fields(keys, request);
        int count = 0;
        long freed = 0;
        for (int i = 2; i < request.count() && !fields.isEmpty(); i++) {
            byte[] old = fields.remove(request.text(i));
            if (old != null) {
                count++;
                freed += Stored.size(request.bytes(i).length + (long) old.length);
            }
        }
        if (count > 0) {
            keys.changed(key, -freed);
        }
        replies.integer(count);
    }

    private static void set(Keyspace keys, Request request, Replies replies) throws Refusal {
        if (request.count() % 2 != 0) {
            throw Refusal.wrongWords("hset");
        }
        int added = 0;
        for (int i = 2; i < request.count(); i += 2) {
            added += put(keys, request.text(1), request.text(i), request.bytes(i + 1)) ? 1 : 0;
        }
        replies.integer(added);
    }

    private static void setAbsent(Keyspace keys, Request request, Replies replies) throws Refusal {
        boolean isAbsent = get(keys, request, 1) == null;
        if (isAbsent) {
            put(keys, request.text(1), request.text(2), request.bytes(3));
        }
        replies.flag(isAbsent);
    }

    private static void incrBy(Keyspace keys, Request request, Replies replies) throws Refusal {
        replies.integer(add(keys, request.text(1), request.text(2), request.number(3)));
    }

    /// Adds `delta` to a field.
    static long add(Keyspace keys, String key, String field, long delta) throws Refusal {
        long sum = Numbers.sum(get(keys, key, field), delta);
        put(keys, key, field, Numbers.bytes(sum));
        return sum;
    }

    /// Whether `field` is new.
    private static boolean put(Keyspace keys, String key, String field, byte[] value) throws Refusal {
        Map<String, byte[]> fields = keys.made(key, Stored.Hash.class, () -> new Stored.Hash(new HashMap<>()))
                .fields();
        byte[] old = fields.put(field, value);
        keys.changed(
                key,
                old == null ? Stored.size(field.length() + (long) value.length) : (long) value.length - old.length);
        return old == null;
    }
}
