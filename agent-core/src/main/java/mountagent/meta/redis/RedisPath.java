package mountagent.meta.redis;

import java.util.List;
import java.util.random.RandomGenerator;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the servers of one URL are reached, found out when it is opened: who makes the connections, where they go, and
/// what the keys begin with.
record RedisPath(RedisDialer dialer, RedisRoute route, String prefix) {
    private static final Logger LOG = LoggerFactory.getLogger(RedisPath.class);

    /// The address that stands for a unix socket.
    private static final RedisAddress NO_ADDRESS = new RedisAddress("localhost", 1);

    /// Asks a single server what it is; Sentinels and clusters are asked later, by the route.
    static RedisPath find(
            RedisUrl url, RedisEngine.Access access, RedisLimits limits, Clock clock, RandomGenerator random)
            throws FsException, RedisRetry {
        RedisDialer dialer = new RedisDialer(url, limits.connectTimeout());
        boolean isFound = false;
        try {
            RedisTuning.Readers readers =
                    access == RedisEngine.Access.READ ? url.tuning().readers() : RedisTuning.Readers.MASTER;
            RedisPath path = new Finder(url, dialer, readers, clock, random).find();
            isFound = true;
            return path;
        } finally {
            if (!isFound) {
                dialer.close();
            }
        }
    }

    private record Finder(
            RedisUrl url, RedisDialer dialer, RedisTuning.Readers readers, Clock clock, RandomGenerator random) {
        RedisPath find() throws FsException, RedisRetry {
            return switch (url.place()) {
                case RedisPlace.Server(RedisAddress address) ->
                    mode(address).equals("cluster") ? cluster(List.of(address)) : fixed(address);
                case RedisPlace.Socket _ -> fixed(NO_ADDRESS);
                case RedisPlace.Cluster(List<RedisAddress> nodes) -> cluster(nodes);
                case RedisPlace.Sentinels sentinels -> sentinels(sentinels);
            };
        }

        private String mode(RedisAddress address) throws FsException, RedisRetry {
            return RedisInfo.parse(dialer.ask(address, url.login(), commands -> commands.info("server")))
                    .mode();
        }

        private RedisPath fixed(RedisAddress address) {
            if (readers != RedisTuning.Readers.MASTER) {
                LOG.warn("{}: route-read is for Sentinels and clusters; everything is read from this one", url);
            }
            return new RedisPath(dialer, new RedisRoute.Fixed(address), "");
        }

        private RedisPath cluster(List<RedisAddress> nodes) {
            String prefix = "{" + url.database() + "}";
            RedisSlot slot = RedisSlot.of(prefix);
            return new RedisPath(
                    dialer, new RedisClusterRoute(dialer, nodes, url.login(), slot, readers, clock, random), prefix);
        }

        private RedisPath sentinels(RedisPlace.Sentinels place) throws FsException {
            if (readers == RedisTuning.Readers.RANDOM || readers == RedisTuning.Readers.LATENCY) {
                throw new FsException(Errno.EINVAL, "Redis URL: behind Sentinels route-read can only be 'replica'");
            }
            boolean prefersReplica = readers == RedisTuning.Readers.REPLICA;
            RedisLogin login = url.login().toSentinel();
            return new RedisPath(dialer, new RedisSentinelRoute(dialer, place, login, prefersReplica), "");
        }
    }
}
