package mountagent.meta.redis;

import java.util.HashMap;
import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether a server will do: version 4 or later, not a cluster or a Sentinel, and one that never evicts keys.
final class RedisServerCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RedisServerCheck.class);
    private static final int VERSION_MIN = 4;
    private static final String POLICY = "maxmemory_policy";
    private static final String NO_EVICTION = "noeviction";

    private RedisServerCheck() {}

    /// Throws EIO when the server behind `link`, called `place`, cannot be used. Tries to stop it from evicting.
    static void check(RedisLink link, String place) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        Reply<String> reply = batch.ask(commands -> commands.info());
        batch.run();
        Map<String, String> info = parse(reply.get());
        String mode = info.getOrDefault("redis_mode", "standalone");
        if (!mode.equals("standalone")) {
            throw new FsException(Errno.EIO, place + " runs in " + mode + " mode, which is not supported yet");
        }
        String version = info.getOrDefault("redis_version", "");
        if (major(version) < VERSION_MIN) {
            throw new FsException(
                    Errno.EIO, place + " has version '" + version + "', must be " + VERSION_MIN + ".0 or later");
        }
        if (!info.getOrDefault(POLICY, NO_EVICTION).equals(NO_EVICTION)) {
            stopEviction(link, place, info.getOrDefault(POLICY, ""));
        }
    }

    private static void stopEviction(RedisLink link, String place, String policy) throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        Reply<String> reply = batch.ask(commands -> commands.configSet("maxmemory-policy", NO_EVICTION));
        batch.run();
        Throwable error = reply.error();
        if (error == null) {
            LOG.info("{}: changed maxmemory-policy from {} to {}", place, policy, NO_EVICTION);
        } else {
            LOG.warn(
                    "{}: maxmemory-policy is {}, the server may drop metadata; set it to {} ({})",
                    place,
                    policy,
                    NO_EVICTION,
                    RedisErrors.message(error));
        }
    }

    private static Map<String, String> parse(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    private static int major(String version) {
        int dot = version.indexOf('.');
        String digits = dot < 0 ? version : version.substring(0, dot);
        return digits.matches("\\d{1,6}") ? Integer.parseInt(digits) : 0;
    }
}
