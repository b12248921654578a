package mountagent.meta.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import mountagent.base.FsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;

/// One connection with its prepared statements. Used by one thread at a time.
///
/// Transactions are statements, of which the driver knows nothing. It is told that auto-commit is off, since it would
/// else begin and commit an empty transaction after each statement; its own commit, which would open the next
/// transaction at once and so keep the lock, is never used.
final class SqliteConnection implements AutoCloseable {
    /// What a connection may do.
    enum Use {
        /// Read a file that this process must not write.
        LOOK,
        /// Read a file that others of this process write.
        READ,
        WRITE,
        /// Write, and make the file when it is not there.
        CREATE
    }

    private static final Logger LOG = LoggerFactory.getLogger(SqliteConnection.class);

    private final SQLiteConnection connection;
    private final String tablePrefix;
    private final BusyWait busy;
    private final Map<Query, Prepared> prepared = new EnumMap<>(Query.class);

    private SqliteConnection(SQLiteConnection connection, String tablePrefix, BusyWait busy) {
        this.connection = connection;
        this.tablePrefix = tablePrefix;
        this.busy = busy;
    }

    /// Connects. `cacheKib` bounds the pages this connection keeps in memory.
    static SqliteConnection open(SqliteLocation location, Use use, int cacheKib, BusyWait busy)
            throws SQLException, FsException {
        SQLiteConfig config = config(use);
        SQLiteConnection opened = (SQLiteConnection) busy.retry(
                () -> config.createConnection("jdbc:sqlite:" + location.file().toAbsolutePath()));
        SqliteConnection connection = new SqliteConnection(opened, location.tablePrefix(), busy);
        try {
            connection.execute("PRAGMA cache_size = -" + cacheKib);
            if (use == Use.READ || use == Use.LOOK) {
                connection.execute("PRAGMA query_only = 1");
            }
            opened.setAutoCommit(false);
            connection.execute("COMMIT");
            return connection;
        } catch (SQLException | FsException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static SQLiteConfig config(Use use) {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(0);
        if (use == Use.LOOK) {
            config.setReadOnly(true);
        } else if (use != Use.CREATE) {
            config.resetOpenMode(SQLiteOpenMode.CREATE);
        }
        return config;
    }

    /// The statement of `query`, ready for its values.
    Prepared prepare(Query query) throws SQLException {
        Prepared known = prepared.get(query);
        if (known == null || known.isBroken()) {
            if (known != null) {
                known.close();
            }
            String sql = query.text(tablePrefix);
            int values = (int) sql.chars().filter(c -> c == '?').count();
            known = new Prepared(connection.prepareStatement(sql), values, busy);
            prepared.put(query, known);
        }
        return known.start();
    }

    /// Runs a statement that answers nothing of interest.
    void execute(String sql) throws SQLException, FsException {
        try (Statement statement = connection.createStatement()) {
            busy.retry(() -> statement.execute(sql));
        }
    }

    /// Runs a query that answers one text, empty when there is no row.
    String ask(String sql) throws SQLException, FsException {
        try (Statement statement = connection.createStatement()) {
            return busy.retry(() -> {
                try (ResultSet results = statement.executeQuery(sql)) {
                    return results.next() ? String.valueOf(results.getString(1)) : "";
                }
            });
        }
    }

    /// Opens a transaction that has the write lock, for somebody who has been waiting since `sinceNanos`.
    void begin(long sinceNanos) throws SQLException, FsException {
        Prepared begin = prepare(Query.BEGIN_IMMEDIATE);
        busy.retry(begin::changeAtOnce, sinceNanos);
    }

    /// What the table names begin with.
    String tablePrefix() {
        return tablePrefix;
    }

    /// Takes back the open transaction, if there is still one: some failures end it by themselves.
    void rollBack() {
        try {
            prepare(Query.ROLLBACK).change();
        } catch (SQLException | FsException e) {
            LOG.debug("nothing to take back", e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
