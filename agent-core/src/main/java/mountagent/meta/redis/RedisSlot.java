package mountagent.meta.redis;

import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The slot of a cluster that holds a whole volume, as all its keys begin with the same `{db}`.
record RedisSlot(int number) {
    private static final int SLOTS_FROM = 8;

    /// The servers of a slot: its master and the replicas of that.
    record Servers(RedisAddress master, List<RedisAddress> replicas) {}

    /// The slot of keys that begin with `prefix`.
    static RedisSlot of(String prefix) {
        return new RedisSlot(SlotHash.getSlot(prefix));
    }

    /// The slot's servers in an answer to CLUSTER SLOTS of the node at `asked`; null when the slot is nobody's.
    @Nullable
    Servers servers(List<Object> answer, RedisAddress asked) {
        for (Object range : answer) {
            if (range instanceof List<?> parts
                    && parts.size() > 2
                    && parts.get(0) instanceof Number first
                    && parts.get(1) instanceof Number last
                    && first.longValue() <= number
                    && number <= last.longValue()) {
                List<RedisAddress> replicas = new ArrayList<>();
                for (Object replica : parts.subList(3, parts.size())) {
                    replicas.add(address(replica, asked));
                }
                return new Servers(address(parts.get(2), asked), List.copyOf(replicas));
            }
        }
        return null;
    }

    /// A node that does not know its own host is where it was asked.
    private static RedisAddress address(Object node, RedisAddress asked) {
        if (node instanceof List<?> parts && parts.size() > 1 && parts.get(1) instanceof Number port) {
            String host = parts.get(0) instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
            return new RedisAddress(host.isEmpty() || host.equals("?") ? asked.host() : host, port.intValue());
        }
        return asked;
    }

    /// Whether the node that answered `nodes` to CLUSTER NODES holds the whole slot: it is the slot's master, or a
    /// replica, and no key of it is on its way to or from another node. A listing of keys there is complete then.
    boolean isWholeAt(String nodes) {
        String mine = "";
        for (String line : nodes.lines().toList()) {
            mine = line.contains("myself") ? line : mine;
        }
        String[] fields = mine.split(" ");
        if (fields.length > 2 && fields[2].contains("slave")) {
            String master = fields[3];
            return nodes.lines().filter(line -> line.startsWith(master)).anyMatch(line -> holds(line.split(" ")));
        }
        return holds(fields);
    }

    private boolean holds(String[] fields) {
        boolean holds = false;
        for (int i = SLOTS_FROM; i < fields.length; i++) {
            if (fields[i].startsWith("[" + number + "-")) {
                return false;
            }
            holds |= !fields[i].startsWith("[") && isIn(fields[i]);
        }
        return holds;
    }

    private boolean isIn(String range) {
        int dash = range.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
        return first <= number && number <= last;
    }
}
