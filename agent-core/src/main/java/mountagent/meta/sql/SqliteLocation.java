package mountagent.meta.sql;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;

/// Where a volume's tables are: a file, and what the table names begin with (reference: meta-sql.md §1).
public record SqliteLocation(Path file, String tablePrefix) {
    /// What an URL of this kind begins with.
    public static final String SCHEME = "sqlite3://";

    private static final String PREFIX = "jfs_";
    private static final int PREFIX_MAX = 64;

    /// Options of the official client's driver that say nothing to us: our own settings hold.
    private static final Set<String> FOREIGN = Set.of(
            "cache",
            "mode",
            "_journal",
            "_journal_mode",
            "_timeout",
            "_busy_timeout",
            "_sync",
            "_synchronous",
            "_txlock",
            "max_open_conns",
            "max_idle_conns",
            "max_idle_time",
            "max_life_time");

    /// The tables of `file` without a prefix of their own.
    public static SqliteLocation of(Path file) {
        return new SqliteLocation(file, PREFIX);
    }

    /// Reads `sqlite3://path?options`, the path relative or absolute. EINVAL when the path is missing or an option is
    /// unknown.
    public static SqliteLocation parse(String url) throws FsException {
        if (!url.startsWith(SCHEME)) {
            throw new FsException(Errno.EINVAL, "'" + url + "' does not begin with " + SCHEME);
        }
        String rest = url.substring(SCHEME.length());
        int mark = rest.indexOf('?');
        String path = mark < 0 ? rest : rest.substring(0, mark);
        if (path.isEmpty()) {
            throw new FsException(Errno.EINVAL, "'" + url + "' names no file: write sqlite3://PATH");
        }
        try {
            return new SqliteLocation(Path.of(path), prefix(url, mark < 0 ? "" : rest.substring(mark + 1)));
        } catch (InvalidPathException e) {
            throw new FsException(Errno.EINVAL, "'" + path + "' is not a path: " + e.getReason(), e);
        }
    }

    private static String prefix(String url, String options) throws FsException {
        String prefix = PREFIX;
        for (String option : options.split("&", -1)) {
            int mark = option.indexOf('=');
            String name = mark < 0 ? option : option.substring(0, mark);
            String value = mark < 0 ? "" : URLDecoder.decode(option.substring(mark + 1), StandardCharsets.UTF_8);
            if (name.equals("table_prefix")) {
                prefix = prefixOf(value);
            } else if (!name.isEmpty() && !FOREIGN.contains(name)) {
                throw new FsException(Errno.EINVAL, "'" + url + "': option " + name + " is unknown");
            }
        }
        return prefix;
    }

    private static String prefixOf(String value) throws FsException {
        if (value.isEmpty()) {
            return PREFIX;
        }
        if (value.length() > PREFIX_MAX || !value.matches("[A-Za-z0-9_]+")) {
            throw new FsException(
                    Errno.EINVAL, "table_prefix (" + value + ") must be letters, digits and _, at most " + PREFIX_MAX);
        }
        return PREFIX + value + "_";
    }

    @Override
    public String toString() {
        return SCHEME + file;
    }
}
