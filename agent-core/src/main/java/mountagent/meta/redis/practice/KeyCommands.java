package mountagent.meta.redis.practice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Commands on keys of any type, and on strings.
final class KeyCommands {
    private KeyCommands() {}

    static void addTo(Map<String, Command> table) {
        table.put("DEL", Command.from(2, KeyCommands::del));
        table.put("EXISTS", Command.from(2, KeyCommands::exists));
        table.put("TYPE", Command.of(2, KeyCommands::type));
        table.put(
                "DBSIZE",
                Command.of(1, (keys, _, replies) -> replies.integer(keys.names().size())));
        table.put("FLUSHDB", Command.from(1, KeyCommands::flushDb));
        table.put("SCAN", Command.from(2, KeyCommands::scan));
        table.put("GET", Command.of(2, (keys, request, replies) -> replies.bulk(value(keys, request.text(1)))));
        table.put("MGET", Command.from(2, KeyCommands::mget));
        table.put("SET", Command.of(3, KeyCommands::set).adding());
        table.put("INCRBY", Command.of(3, KeyCommands::incrBy).adding());
    }

    private static void del(Keyspace keys, Request request, Replies replies) throws Refusal {
        int count = 0;
        for (int i = 1; i < request.count(); i++) {
            count += keys.remove(request.text(i)) ? 1 : 0;
        }
        replies.integer(count);
    }

    private static void exists(Keyspace keys, Request request, Replies replies) throws Refusal {
        int count = 0;
        for (int i = 1; i < request.count(); i++) {
            count += keys.at(request.text(i)) == null ? 0 : 1;
        }
        replies.integer(count);
    }

    private static void type(Keyspace keys, Request request, Replies replies) throws Refusal {
        Stored found = keys.at(request.text(1));
        replies.status(found == null ? "none" : found.type());
    }

    private static void flushDb(Keyspace keys, Request request, Replies replies) {
        keys.clear();
        replies.status("OK");
    }

    private static void scan(Keyspace keys, Request request, Replies replies) throws Refusal {
        Pattern pattern = null;
        for (int i = 2; i + 1 < request.count(); i += 2) {
            if (request.text(i).toUpperCase(Locale.ROOT).equals("MATCH")) {
                pattern = pattern(request.text(i + 1));
            }
        }
        List<String> found = new ArrayList<>();
        for (String name : keys.names()) {
            if (pattern == null || pattern.matcher(name).matches()) {
                found.add(name);
            }
        }
        beginStep(request.text(1), replies);
        replies.bulks(found);
    }

    /// What `glob` matches.
    private static Pattern pattern(String glob) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char next = glob.charAt(i);
            switch (next) {
                case '*' -> pattern.append(".*");
                case '?' -> pattern.append('.');
                case '[', ']', '-' -> pattern.append(next);
                default -> pattern.append(Pattern.quote(String.valueOf(next)));
            }
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }

    /// Begins the only step of a scan that begins at `cursor`, whose elements follow: all of them at once, as Redis
    /// has it for what is small.
    static void beginStep(String cursor, Replies replies) throws Refusal {
        if (!cursor.equals("0")) {
            throw new Refusal("ERR invalid cursor");
        }
        replies.array(2);
        replies.bulk("0");
    }

    /// The string at `key`, null when there is none.
    static byte @Nullable [] value(Keyspace keys, String key) throws Refusal {
        Stored.Text found = keys.at(key, Stored.Text.class);
        return found == null ? null : found.value();
    }

    private static void mget(Keyspace keys, Request request, Replies replies) throws Refusal {
        replies.array(request.count() - 1);
        for (int i = 1; i < request.count(); i++) {
            replies.bulk(keys.at(request.text(i)) instanceof Stored.Text(byte[] value) ? value : null);
        }
    }

    private static void set(Keyspace keys, Request request, Replies replies) throws Refusal {
        keys.put(request.text(1), new Stored.Text(request.bytes(2)));
        replies.status("OK");
    }

    private static void incrBy(Keyspace keys, Request request, Replies replies) throws Refusal {
        String key = request.text(1);
        long sum = Numbers.sum(value(keys, key), request.number(2));
        keys.put(key, new Stored.Text(Numbers.bytes(sum)));
        replies.integer(sum);
    }
}
