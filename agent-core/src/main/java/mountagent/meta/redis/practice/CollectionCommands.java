package mountagent.meta.redis.practice;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Commands on lists, sets and sorted sets.
final class CollectionCommands {
    private CollectionCommands() {}

    static void addTo(Map<String, Command> table) {
        table.put("LRANGE", Command.of(4, CollectionCommands::range));
        table.put("LTRIM", Command.of(4, CollectionCommands::trim));
        table.put(
                "RPUSH",
                Command.from(3, (keys, request, replies) -> push(keys, request, replies, false))
                        .adding());
        table.put(
                "LPUSH",
                Command.from(3, (keys, request, replies) -> push(keys, request, replies, true))
                        .adding());
        table.put("RPUSHX", Command.from(3, CollectionCommands::pushToExisting).adding());
        table.put("SADD", Command.from(3, CollectionCommands::addMembers).adding());
        table.put("SREM", Command.from(3, CollectionCommands::removeMembers));
        table.put("SISMEMBER", Command.of(3, CollectionCommands::isMember));
        table.put("SSCAN", Command.from(3, CollectionCommands::scanMembers));
        table.put("ZADD", Command.from(4, CollectionCommands::addScores).adding());
        table.put("ZREM", Command.from(3, CollectionCommands::removeScores));
        table.put("ZSCORE", Command.of(3, CollectionCommands::score));
        table.put("ZSCAN", Command.from(3, CollectionCommands::scanScores));
    }

    private static List<byte[]> items(Keyspace keys, Request request) throws Refusal {
        Stored.Items found = keys.at(request.text(1), Stored.Items.class);
        return found == null ? List.of() : found.values();
    }

    private static Set<String> members(Keyspace keys, Request request) throws Refusal {
        Stored.Members found = keys.at(request.text(1), Stored.Members.class);
        return found == null ? Set.of() : found.names();
    }

    private static Map<String, Double> scores(Keyspace keys, Request request) throws Refusal {
        Stored.Scores found = keys.at(request.text(1), Stored.Scores.class);
        return found == null ? Map.of() : found.members();
    }

    /// The part of `items` from word 2 to word 3, both included and negative ones counted from the end.
    private static List<byte[]> part(List<byte[]> items, Request request) throws Refusal {
        long first = request.number(2);
        long last = request.number(3);
        int from = (int) Math.max(0, first < 0 ? items.size() + first : first);
        int to = (int) Math.min(items.size(), (last < 0 ? items.size() + last : last) + 1);
        return from < to ? items.subList(from, to) : List.of();
    }

    private static void range(Keyspace keys, Request request, Replies replies) throws Refusal {
        List<byte[]> part = part(items(keys, request), request);
        replies.array(part.size());
        part.forEach(replies::bulk);
    }

    private static void trim(Keyspace keys, Request request, Replies replies) throws Refusal {
        List<byte[]> items = items(keys, request);
        if (!items.isEmpty()) {
            long before = new Stored.Items(items).size();
            List<byte[]> kept = List.copyOf(part(items, request));
            items.clear();
            items.addAll(kept);
            keys.changed(request.text(1), new Stored.Items(items).size() - before);
        }
        replies.status("OK");
    }

    private static void push(Keyspace keys, Request request, Replies replies, boolean isAtFront) throws Refusal {
        String key = request.text(1);
        List<byte[]> items = keys.made(key, Stored.Items.class, () -> new Stored.Items(new ArrayList<>()))
                .values();
        for (int i = 2; i < request.count(); i++) {
            items.add(isAtFront ? 0 : items.size(), request.bytes(i));
            keys.changed(key, Stored.size(request.bytes(i).length));
        }
        replies.integer(items.size());
    }

    private static void pushToExisting(Keyspace keys, Request request, Replies replies) throws Refusal {
        if (items(keys, request).isEmpty()) {
            replies.integer(0);
        } else {
            push(keys, request, replies, false);
        }
    }

    private static void addMembers(Keyspace keys, Request request, Replies replies) throws Refusal {
        String key = request.text(1);
        Set<String> members = keys.made(key, Stored.Members.class, () -> new Stored.Members(new HashSet<>()))
                .names();
        int count = 0;
        for (int i = 2; i < request.count(); i++) {
            if (members.add(request.text(i))) {
                count++;
                keys.changed(key, Stored.size(request.bytes(i).length));
            }
        }
        replies.integer(count);
    }

    private static void removeMembers(Keyspace keys, Request request, Replies replies) throws Refusal {
        Set<String> members = members(keys, request);
        int count = 0;
        for (int i = 2; i < request.count() && !members.isEmpty(); i++) {
            if (members.remove(request.text(i))) {
                count++;
                keys.changed(request.text(1), -Stored.size(request.bytes(i).length));
            }
        }
        replies.integer(count);
    }

    private static void isMember(Keyspace keys, Request request, Replies replies) throws Refusal {
        replies.flag(members(keys, request).contains(request.text(2)));
    }

    private static void scanMembers(Keyspace keys, Request request, Replies replies) throws Refusal {
        Set<String> members = members(keys, request);
        KeyCommands.beginStep(request.text(2), replies);
        replies.bulks(members);
    }

    private static void addScores(Keyspace keys, Request request, Replies replies) throws Refusal {
        if (request.count() % 2 != 0) {
            throw Refusal.syntax();
        }
        Map<String, Double> added = new HashMap<>();
        for (int i = 2; i < request.count(); i += 2) {
            added.put(request.text(i + 1), request.score(i));
        }
        String key = request.text(1);
        Map<String, Double> scores = keys.made(key, Stored.Scores.class, () -> new Stored.Scores(new HashMap<>()))
                .members();
        int count = 0;
        for (Map.Entry<String, Double> each : added.entrySet()) {
            boolean isNew = scores.put(each.getKey(), each.getValue()) == null;
            keys.changed(key, isNew ? Stored.size(each.getKey().length()) : 0);
            count += isNew ? 1 : 0;
        }
        replies.integer(count);
    }

    private static void removeScores(Keyspace keys, Request request, Replies replies) throws Refusal {
        Map<String, Double> scores = scores(keys, request);
        int count = 0;
        for (int i = 2; i < request.count() && !scores.isEmpty(); i++) {
            if (scores.remove(request.text(i)) != null) {
                count++;
                keys.changed(request.text(1), -Stored.size(request.bytes(i).length));
            }
        }
        replies.integer(count);
    }

    private static void score(Keyspace keys, Request request, Replies replies) throws Refusal {
        Double score = scores(keys, request).get(request.text(2));
        if (score == null) {
            replies.nothing();
        } else {
            replies.bulk(Numbers.text(score));
        }
    }

    private static void scanScores(Keyspace keys, Request request, Replies replies) throws Refusal {
        Map<String, Double> scores = scores(keys, request);
        KeyCommands.beginStep(request.text(2), replies);
        replies.array(2 * scores.size());
        scores.forEach((member, score) -> {
            replies.bulk(member);
            replies.bulk(Numbers.text(score));
        });
    }
}
