package mountagent.meta.redis;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.FsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The node of a cluster that holds the slot of a volume, or for a reader one of its replicas. Thread-safe.
///
/// Any node that answers tells who holds the slot. That is believed until a connection breaks, or a node says that the
/// slot has moved, and where. A key that is on its way alone (ASK) is the business of whoever asked for it.
final class RedisClusterRoute implements RedisRoute {
    private static final Logger LOG = LoggerFactory.getLogger(RedisClusterRoute.class);

    private final RedisDialer dialer;
    private final List<RedisAddress> seeds;
    private final RedisLogin login;
    private final RedisSlot slot;
    private final RedisTuning.Readers readers;
    private final Clock clock;
    private final RandomGenerator random;
    private final RedisKnownServer current = new RedisKnownServer();
    private volatile List<RedisAddress> known = List.of();

    RedisClusterRoute(
            RedisDialer dialer,
            List<RedisAddress> seeds,
            RedisLogin login,
            RedisSlot slot,
            RedisTuning.Readers readers,
            Clock clock,
            RandomGenerator random) {
        this.dialer = dialer;
        this.seeds = List.copyOf(seeds);
        this.login = login;
        this.slot = slot;
        this.readers = readers;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public RedisAddress find() throws FsException, RedisRetry {
        RedisAddress found = current.get();
        if (found == null) {
            found = choose(ask());
            current.set(found);
        }
        return found;
    }

    private RedisSlot.Servers ask() throws FsException, RedisRetry {
        List<String> failures = new ArrayList<>();
        Set<RedisAddress> nodes = new LinkedHashSet<>(known);
        nodes.addAll(seeds);
        for (RedisAddress node : nodes) {
            try {
                RedisSlot.Servers servers =
                        slot.servers(dialer.ask(node, login, commands -> commands.clusterSlots()), node);
                if (servers != null) {
                    List<RedisAddress> all = new ArrayList<>(servers.replicas());
                    all.add(servers.master());
                    known = List.copyOf(all);
                    return servers;
                }
                failures.add(node + " knows no node that serves slot " + slot.number());
            } catch (RedisRetry e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        throw RedisRetry.lost(new ConnectException(
                "no node of the cluster tells who holds the volume: " + String.join("; ", failures)));
    }

    private RedisAddress choose(RedisSlot.Servers servers) throws FsException {
        List<RedisAddress> all = new ArrayList<>(servers.replicas());
        if (readers == RedisTuning.Readers.MASTER || all.isEmpty()) {
            return servers.master();
        }
        if (readers == RedisTuning.Readers.REPLICA) {
            return all.get(random.nextInt(all.size()));
        }
        all.add(servers.master());
        return readers == RedisTuning.Readers.RANDOM ? all.get(random.nextInt(all.size())) : nearest(all);
    }

    private RedisAddress nearest(List<RedisAddress> servers) throws FsException {
        RedisAddress nearest = servers.getLast();
        long least = Long.MAX_VALUE;
        for (RedisAddress server : servers) {
            long begun = clock.nanoTime();
            try {
                String _ = dialer.ask(server, login, commands -> commands.ping());
                long nanos = clock.nanoTime() - begun;
                if (nanos < least) {
                    least = nanos;
                    nearest = server;
                }
            } catch (RedisRetry e) {
                LOG.debug("{} is no choice: {}", server, e.getMessage());
            }
        }
        return nearest;
    }

    @Override
    public boolean isCurrent(RedisAddress address) {
        return current.is(address);
    }

    @Override
    public void doubt(RedisAddress address) {
        current.doubt(address);
    }

    @Override
    public void refused(RedisAddress by, String message) {
        RedisRedirect redirect = RedisRedirect.in(message, by);
        if (redirect != null && redirect.kind() == RedisRedirect.Kind.MOVED) {
            current.set(readers == RedisTuning.Readers.MASTER ? redirect.target() : null);
        } else if (message.startsWith("CLUSTERDOWN") || message.startsWith("READONLY")) {
            doubt(by);
        }
    }

    @Override
    public Needs needs() {
        return readers == RedisTuning.Readers.MASTER ? Needs.SLOT : Needs.SLOT_OF_REPLICA;
    }

    @Override
    public RedisSlot slot() {
        return slot;
    }
}
