package mountagent.service;

import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.redis.RedisEngine;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqlOptions.Access;

/// Opens the metadata engine that a URL names.
final class MetaEngines {
    private MetaEngines() {}

    /// For a store that may not be there yet, and is made then.
    static MetaEngine create(MetaUrl url) throws CommandFailure {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> sqlite(sqlite, Access.CREATE);
            case MetaUrl.Redis redis -> RedisVolumes.create(redis);
        };
    }

    /// For a store that must be there.
    static MetaEngine open(MetaUrl url) throws CommandFailure {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> sqlite(sqlite, Access.READ_WRITE);
            case MetaUrl.Redis redis -> RedisVolumes.open(redis, RedisEngine.Access.READ_WRITE);
        };
    }

    /// For a store that is only looked at, in its latest state.
    static MetaEngine openReadOnly(MetaUrl url) throws CommandFailure {
        return openForReaders(
                url instanceof MetaUrl.Redis(var location, var text)
                        ? new MetaUrl.Redis(location.withReadersAtMaster(), text)
                        : url);
    }

    /// For a mount that changes nothing, which may be sent to a replica that lags behind if its URL says so.
    static MetaEngine openForReaders(MetaUrl url) throws CommandFailure {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> sqlite(sqlite, Access.READ_ONLY);
            case MetaUrl.Redis redis -> RedisVolumes.open(redis, RedisEngine.Access.READ);
        };
    }

    private static MetaEngine sqlite(MetaUrl.Sqlite url, Access access) throws CommandFailure {
        try {
            return SqlEngine.open(url.location(), SqlOptions.of(access));
        } catch (FsException e) {
            throw new CommandFailure("Meta URL is not available: " + e.getMessage(), e);
        }
    }
}
