package mountagent.meta.redis;

import java.util.Map;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Where and how a volume's metadata is reached (reference: meta-redis.md §1):
///
/// * `redis://[user]:[password]@host[:port]/[db]`, `rediss://…` for TLS, or `host:port/db`;
/// * `redis://…@MASTER,sentinel[,sentinel…][:port]/[db]` through Sentinels;
/// * `redis://…@host:port,host:port…/[db]` in a cluster, where `db` is a part of the keys' names;
/// * `unix://[user]:[password]@/path/to/socket?db=N`.
///
/// Parameters follow after `?`. Never prints the password.
public record RedisUrl(
        RedisPlace place,
        int database,
        RedisLogin login,
        @Nullable RedisTls tls,
        RedisTuning tuning) {
    /// Reads `url`; `environment` are the variables that may hold passwords. EINVAL says what is wrong with it.
    public static RedisUrl parse(String url, Map<String, String> environment) throws FsException {
        return RedisUrlReader.read(url, environment);
    }

    /// The same for a reader that wants the latest state: the master is asked, whatever the URL says.
    public RedisUrl withReadersAtMaster() {
        return new RedisUrl(place, database, login, tls, tuning.withReadersAtMaster());
    }

    /// The URL without user, password and parameters.
    public String describe() {
        return place instanceof RedisPlace.Socket
                ? "unix://" + place.describe() + "?db=" + database
                : (tls == null ? "redis://" : "rediss://") + place.describe() + "/" + database;
    }

    @Override
    public String toString() {
        return describe();
    }
}
