package mountagent.service;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import mountagent.base.FsException;
import mountagent.meta.redis.RedisUrl;
import mountagent.meta.sql.SqliteLocation;

/// Where a volume's metadata is, as typed by a user (reference: cli.md §8).
public sealed interface MetaUrl {
    /// What the official client knows and this one does not yet.
    List<String> NOT_BUILT = List.of("mysql", "postgres", "tikv", "etcd", "fdb", "badger", "etcds", "postgresql");

    /// The schemes of Redis.
    List<String> REDIS = List.of("redis", "rediss", "unix");

    /// What a user may write instead.
    String SUPPORTED = "supported so far: sqlite3://FILE, redis://HOST:PORT/DB";

    /// The URL with any password masked.
    String shown();

    /// The whole URL, for the registry.
    String text();

    /// A SQLite file.
    record Sqlite(SqliteLocation location, String text) implements MetaUrl {
        @Override
        public String shown() {
            return text;
        }
    }

    /// A Redis server, or several.
    record Redis(RedisUrl location, String text) implements MetaUrl {
        @Override
        public String shown() {
            return RedisVolumes.shown(text);
        }
    }

    /// Understands `text`; relative paths start at the environment's directory.
    static MetaUrl parse(String text, Environment environment) throws CommandFailure {
        var end = text.indexOf("://");
        var scheme = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
        if (scheme.equals("sqlite3")) {
            return sqlite(text, text.substring(end + 3), environment);
        }
        if (isRedisAddress(text) || REDIS.contains(scheme)) {
            return RedisVolumes.parse(end < 0 ? text : scheme + text.substring(end), environment);
        }
        if (NOT_BUILT.contains(scheme)) {
            throw new CommandFailure("metadata in " + scheme + " (" + text + ") is not built yet; " + SUPPORTED);
        }
        if (end < 0) {
            throw new CommandFailure("\"" + text.replaceAll("^.*@", Secrets.MASK + "@")
                    + "\" is neither a metadata URL such as sqlite3:///path/meta.db nor a" + " volume registered in "
                    + Places.of(environment).registry());
        }
        throw new CommandFailure("Invalid meta driver: " + scheme + " (" + text + "); " + SUPPORTED);
    }

    /// Whether `text` is a URL or an address, not the name of a registered volume.
    static boolean isUrl(String text) {
        return text.contains("://") || isRedisAddress(text);
    }

    private static boolean isRedisAddress(String text) {
        return Pattern.matches("([^/@]*@)?[^/:@]+:\\d+(/\\d+)?(\\?.*)?", text);
    }

    private static MetaUrl sqlite(String text, String rest, Environment environment) throws CommandFailure {
        var options = rest.indexOf('?');
        var path = options < 0 ? rest : rest.substring(0, options);
        var absolute = path.isEmpty()
                ? text
                : SqliteLocation.SCHEME + environment.resolve(path) + rest.substring(path.length());
        try {
            return new Sqlite(SqliteLocation.parse(absolute), absolute);
        } catch (FsException e) {
            throw new CommandFailure("metadata URL " + e.getMessage(), e);
        }
    }
}
