package mountagent.meta.redis;

import java.util.Map;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether a server will do: version 4 or later, of the kind that the URL means, one that takes changes and that
/// never evicts keys. Warns of one that keeps nothing on disk.
final class RedisServerCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RedisServerCheck.class);
    private static final int VERSION_MIN = 4;
    private static final String POLICY = "maxmemory-policy";
    private static final String NO_EVICTION = "noeviction";

    private final RedisLink link;
    private final String place;
    private final RedisEngine.Access access;

    private RedisServerCheck(RedisLink link, String place, RedisEngine.Access access) {
        this.link = link;
        this.place = place;
        this.access = access;
    }

    /// Returns what the server behind `link`, called `place`, tells of itself. Throws EIO when it cannot be used.
    /// Tries to stop it from evicting when we are to write.
    static RedisInfo check(RedisLink link, String place, RedisEngine.Access access) throws FsException, RedisRetry {
        return new RedisServerCheck(link, place, access).check();
    }

    private RedisInfo check() throws FsException, RedisRetry {
        RedisBatch batch = link.batch();
        Reply<String> reply = batch.ask(commands -> commands.info());
        batch.run();
        RedisInfo info = RedisInfo.parse(reply.get());
        checkKind(info);
        checkState(info);
        if (access == RedisEngine.Access.READ_WRITE) {
            checkEviction(info);
            checkPersistence(info);
        }
        return info;
    }

    private void checkKind(RedisInfo info) throws FsException {
        String mode = info.mode();
        String wanted = link.identity().slot() == null ? "standalone" : "cluster";
        if (!mode.equals(wanted)) {
            throw unusable("runs in " + mode + " mode, must be " + wanted
                    + (mode.equals("sentinel") ? ": name its master, redis://MASTER,HOST:PORT/DB" : ""));
        }
        String version = info.text("redis_version");
        if (major(version) < VERSION_MIN) {
            throw unusable("has version '" + version + "', must be " + VERSION_MIN + ".0 or later");
        }
    }

    private void checkState(RedisInfo info) throws FsException, RedisRetry {
        if (info.number("loading") != 0) {
            throw RedisRetry.unsuited(
                    link.address(),
                    "LOADING: " + link.address() + " is loading its data, " + info.text("loading_loaded_perc")
                            + " % so far");
        }
        boolean isReplica = info.text("role").equals("slave");
        if (isReplica && link.identity().slot() == null && access == RedisEngine.Access.READ_WRITE) {
            throw unusable("is a read-only replica of " + info.text("master_host") + ":" + info.text("master_port")
                    + ": give the address of that, or mount with --read-only");
        }
    }

    private void checkEviction(RedisInfo info) throws FsException, RedisRetry {
        String policy = info.fields().getOrDefault("maxmemory_policy", NO_EVICTION);
        if (policy.equals(NO_EVICTION)) {
            return;
        }
        RedisBatch batch = link.batch();
        Reply<String> reply = batch.ask(commands -> commands.configSet(POLICY, NO_EVICTION));
        batch.run();
        Throwable error = reply.error();
        if (error == null) {
            LOG.info("{}: changed {} from {} to {}", place, POLICY, policy, NO_EVICTION);
        } else if (policy.startsWith("volatile-")) {
            LOG.warn("{}: {} is {}, which spares what a volume holds; {} is safer", place, POLICY, policy, NO_EVICTION);
        } else {
            throw unusable(POLICY + " is " + policy + ", so that the server may drop metadata, and cannot be changed ("
                    + RedisErrors.message(error) + "): set it to " + NO_EVICTION);
        }
    }

    private void checkPersistence(RedisInfo info) throws FsException, RedisRetry {
        if (info.number("aof_enabled") != 0) {
            return;
        }
        RedisBatch batch = link.batch();
        Reply<Map<String, String>> reply = batch.ask(commands -> commands.configGet("save"));
        batch.run();
        if (reply.error() != null) {
            return; // not ours to know: a managed service keeps its own counsel
        }
        if (reply.get().getOrDefault("save", "").isEmpty()) {
            LOG.warn("{}: persistence is off (no appendonly, no save): the volume is lost when the server ends", place);
        } else {
            LOG.warn(
                    "{}: the server saves snapshots only: a crash loses all changes since the last one; turn"
                            + " appendonly on",
                    place);
        }
    }

    private FsException unusable(String why) {
        return new FsException(Errno.EIO, place + " " + why);
    }

    private static int major(String version) {
        int dot = version.indexOf('.');
        String digits = dot < 0 ? version : version.substring(0, dot);
        return digits.matches("\\d{1,6}") ? Integer.parseInt(digits) : 0;
    }
}
