package mountagent.service;

import mountagent.base.FsException;
import mountagent.meta.MetaEngine;
import mountagent.meta.sql.SqlEngine;
import mountagent.meta.sql.SqlOptions;
import mountagent.meta.sql.SqlOptions.Access;

/// Opens the metadata engine that a URL names.
final class MetaEngines {
    private MetaEngines() {}

    /// For a store that may not be there yet, and is made then.
    static MetaEngine create(MetaUrl url) throws CommandFailure {
        return open(url, Access.CREATE);
    }

    /// For a store that must be there.
    static MetaEngine open(MetaUrl url) throws CommandFailure {
        return open(url, Access.READ_WRITE);
    }

    /// For a store that is only looked at.
    static MetaEngine openReadOnly(MetaUrl url) throws CommandFailure {
        return open(url, Access.READ_ONLY);
    }

    private static MetaEngine open(MetaUrl url, Access access) throws CommandFailure {
        return switch (url) {
            case MetaUrl.Sqlite sqlite -> {
                try {
                    yield SqlEngine.open(sqlite.location(), SqlOptions.of(access));
                } catch (FsException e) {
                    throw new CommandFailure("Meta URL is not available: " + e.getMessage(), e);
                }
            }
        };
    }
}
