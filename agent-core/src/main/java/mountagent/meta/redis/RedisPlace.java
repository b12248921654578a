package mountagent.meta.redis;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What kind of servers hold a volume's metadata, and where they are (reference: meta-redis.md §1).
public sealed interface RedisPlace {
    /// The hosts as they stand in a URL.
    String describe();

    /// One server; when it turns out to be a node of a cluster, the cluster it belongs to.
    record Server(RedisAddress address) implements RedisPlace {
        @Override
        public String describe() {
            return address.toString();
        }
    }

    /// One server on this machine.
    record Socket(Path path) implements RedisPlace {
        @Override
        public String describe() {
            return path.toString();
        }
    }

    /// The server that Sentinels call the master of the group `master`.
    record Sentinels(String master, List<RedisAddress> addresses) implements RedisPlace {
        public Sentinels {
            addresses = List.copyOf(addresses);
        }

        @Override
        public String describe() {
            return master + "," + joined(addresses);
        }
    }

    /// A cluster, known by some of its nodes. The whole volume is in one of its slots.
    record Cluster(List<RedisAddress> nodes) implements RedisPlace {
        public Cluster {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String describe() {
            return joined(nodes);
        }
    }

    private static String joined(List<RedisAddress> addresses) {
        return addresses.stream().map(RedisAddress::toString).collect(Collectors.joining(","));
    }
}
