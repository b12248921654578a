package mountagent.meta.sql;

import java.sql.SQLException;
import java.util.List;
import mountagent.base.FsException;

/// The tables as the official client creates them, statement by statement (reference: meta-sql.md §3 and §4).
///
/// A database of an older client gets what it lacks; nothing is dropped before the volume is erased, and columns and
/// tables we do not know stay as they are.
final class Schema {
    private static final String INTEGER = " INTEGER NOT NULL";
    private static final String NULLABLE = " INTEGER NULL";
    private static final String AUTO = "`id` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL";
    private static final String KEY = " INTEGER PRIMARY KEY NOT NULL";
    private static final String BLOB = " BLOB NOT NULL";
    private static final String NANOS = " INTEGER DEFAULT 0 NOT NULL";

    /// A table: its columns, a primary key over several of them or nothing, its indexes.
    private record Table(String name, List<String> columns, String keys, List<Index> indexes) {}

    /// An index over `columns`, which are quoted.
    private record Index(String kind, String name, String columns) {}

    private static final List<Table> TABLES = List.of(
            table("setting", "`name` TEXT PRIMARY KEY NOT NULL", "`value` TEXT NOT NULL"),
            table("counter", "`name` TEXT PRIMARY KEY NOT NULL", "`value`" + INTEGER),
            indexed(
                    table("edge", AUTO, "`parent`" + INTEGER, "`name`" + BLOB, "`inode`" + INTEGER, "`type`" + INTEGER),
                    unique("edge", "`parent`,`name`"),
                    new Index("INDEX `IDX_", "inode", "`inode`")),
            table(
                    "node",
                    "`inode`" + KEY,
                    "`type`" + INTEGER,
                    "`flags`" + INTEGER,
                    "`mode`" + INTEGER,
                    "`uid`" + INTEGER,
                    "`gid`" + INTEGER,
                    "`atime`" + INTEGER,
                    "`mtime`" + INTEGER,
                    "`ctime`" + INTEGER,
                    "`atimensec`" + NANOS,
                    "`mtimensec`" + NANOS,
                    "`ctimensec`" + NANOS,
                    "`nlink`" + INTEGER,
                    "`length`" + INTEGER,
                    "`rdev`" + NULLABLE,
                    "`parent`" + NULLABLE,
                    "`access_acl_id`" + NULLABLE,
                    "`default_acl_id`" + NULLABLE,
                    "`tier_id`" + NULLABLE),
            table("symlink", "`inode`" + KEY, "`target`" + BLOB),
            indexed(
                    table("xattr", AUTO, "`inode`" + INTEGER, "`name` TEXT NOT NULL", "`value`" + BLOB),
                    unique("name", "`inode`,`name`")),
            indexed(
                    table("chunk", AUTO, "`inode`" + INTEGER, "`indx`" + INTEGER, "`slices`" + BLOB),
                    unique("chunk", "`inode`,`indx`")),
            indexed(
                    table("chunk_ref", "`chunkid`" + KEY, "`size`" + INTEGER, "`refs`" + INTEGER),
                    new Index("INDEX `IDX_", "refs", "`refs`")),
            table("delslices", "`chunkid`" + KEY, "`deleted`" + INTEGER, "`slices`" + BLOB),
            table("session2", "`sid`" + KEY, "`expire`" + INTEGER, "`info` BLOB NULL"),
            indexed(
                    table("sustained", AUTO, "`sid`" + INTEGER, "`inode`" + INTEGER),
                    unique("sustained", "`sid`,`inode`")),
            table("delfile", "`inode`" + KEY, "`length`" + INTEGER, "`expire`" + INTEGER),
            indexed(
                    table(
                            "flock",
                            AUTO,
                            "`inode`" + INTEGER,
                            "`sid`" + INTEGER,
                            "`owner`" + INTEGER,
                            "`ltype`" + INTEGER),
                    unique("flock", "`inode`,`sid`,`owner`")),
            indexed(
                    table(
                            "plock",
                            AUTO,
                            "`inode`" + INTEGER,
                            "`sid`" + INTEGER,
                            "`owner`" + INTEGER,
                            "`records`" + BLOB),
                    unique("plock", "`inode`,`sid`,`owner`")),
            table(
                    "dir_quota",
                    "`inode`" + KEY,
                    "`max_space`" + INTEGER,
                    "`max_inodes`" + INTEGER,
                    "`used_space`" + INTEGER,
                    "`used_inodes`" + INTEGER),
            new Table(
                    "user_group_quota",
                    List.of(
                            "`qtype`" + INTEGER,
                            "`qkey`" + INTEGER,
                            "`max_space`" + INTEGER,
                            "`max_inodes`" + INTEGER,
                            "`used_space`" + INTEGER,
                            "`used_inodes`" + INTEGER),
                    ", PRIMARY KEY ( `qtype`,`qkey` )",
                    List.of()),
            table(
                    "dir_stats",
                    "`inode`" + KEY,
                    "`data_length`" + INTEGER,
                    "`used_space`" + INTEGER,
                    "`used_inodes`" + INTEGER),
            table("detached_node", "`inode`" + KEY, "`added`" + INTEGER),
            table(
                    "acl",
                    AUTO,
                    "`owner`" + NULLABLE,
                    "`group`" + NULLABLE,
                    "`mask`" + NULLABLE,
                    "`other`" + NULLABLE,
                    "`named_users` BLOB NULL",
                    "`named_groups` BLOB NULL"),
            table("delegation_token", AUTO, "`token` BLOB NULL"),
            table("change_log", AUTO, "`entry` TEXT NOT NULL"));

    private final SqliteConnection connection;

    /// The tables seen through `connection`.
    Schema(SqliteConnection connection) {
        this.connection = connection;
    }

    /// Whether the tables of a volume are there, complete or not.
    boolean exists() throws SQLException, FsException {
        return has("table", connection.tablePrefix() + "setting");
    }

    /// The first thing that a volume of today has and this one lacks, or nothing.
    String lacking() throws SQLException, FsException {
        for (Table table : TABLES) {
            String name = connection.tablePrefix() + table.name();
            if (!has("table", name)) {
                return "table " + name;
            }
            for (String column : table.columns()) {
                if (!hasColumn(name, column)) {
                    return "column " + name + "." + nameOf(column);
                }
            }
            for (Index index : table.indexes()) {
                if (!has("index", nameOf(index, name))) {
                    return "index " + nameOf(index, name);
                }
            }
        }
        return "";
    }

    /// Adds what is lacking. Within a transaction that has the write lock.
    void complete() throws SQLException, FsException {
        for (Table table : TABLES) {
            String name = connection.tablePrefix() + table.name();
            if (!has("table", name)) {
                String columns = String.join(", ", table.columns());
                connection.execute("CREATE TABLE `" + name + "` (" + columns + table.keys() + ")");
            }
            for (String column : table.columns()) {
                if (!hasColumn(name, column)) {
                    connection.execute("ALTER TABLE `" + name + "` ADD COLUMN " + column);
                }
            }
            for (Index index : table.indexes()) {
                if (!has("index", nameOf(index, name))) {
                    connection.execute("CREATE " + index.kind() + name + "_" + index.name() + "` ON `" + name + "` ("
                            + index.columns() + ")");
                }
            }
        }
    }

    /// Drops the tables that a volume of today has. Within a transaction that has the write lock.
    void drop() throws SQLException, FsException {
        for (Table table : TABLES) {
            connection.execute("DROP TABLE IF EXISTS `" + connection.tablePrefix() + table.name() + "`");
        }
    }

    private boolean has(String type, String name) throws SQLException, FsException {
        String found = "SELECT 1 FROM sqlite_master WHERE type = '" + type + "' AND name = '" + name + "'";
        return !connection.ask(found).isEmpty();
    }

    private boolean hasColumn(String table, String column) throws SQLException, FsException {
        String found = "SELECT 1 FROM pragma_table_info('" + table + "') WHERE lower(name) = '" + nameOf(column) + "'";
        return !connection.ask(found).isEmpty();
    }

    private static String nameOf(String column) {
        return column.substring(1, column.indexOf('`', 1));
    }

    private static String nameOf(Index index, String table) {
        return index.kind().substring(index.kind().indexOf('`') + 1) + table + "_" + index.name();
    }

    private static Table table(String name, String... columns) {
        return new Table(name, List.of(columns), "", List.of());
    }

    private static Table indexed(Table table, Index... indexes) {
        return new Table(table.name(), table.columns(), table.keys(), List.of(indexes));
    }

    private static Index unique(String name, String columns) {
        return new Index("UNIQUE INDEX `UQE_", name, columns);
    }
}
