package mountagent.meta.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import mountagent.base.FileName;
import mountagent.base.FsException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/// A prepared statement of one connection: set the values in their order, then run it. Used by one thread at a time,
/// and not again before its rows are closed.
///
/// It drives the layer below the driver's JDBC classes: those ask SQLite for the names of all columns with each query
/// and for the last row id after each insertion, which costs more than the statements themselves.
final class Prepared {
    private final PreparedStatement statement;
    private final CoreStatement core;
    private final DB database;
    private final BusyWait busy;
    private final Object[] values;
    private int set;

    /// A statement of this driver, with that many values to set.
    Prepared(PreparedStatement statement, int count, BusyWait busy) {
        this.statement = statement;
        this.core = (CoreStatement) statement;
        this.database = core.getDatabase();
        this.busy = busy;
        this.values = new Object[count];
    }

    Prepared start() {
        set = 0;
        return this;
    }

    Prepared set(long value) {
        values[set++] = value;
        return this;
    }

    /// A number of 32 bits that is stored unsigned.
    Prepared bits(int value) {
        return set(Integer.toUnsignedLong(value));
    }

    /// Bytes: stored as BLOB, so that they equal what other clients store.
    Prepared set(byte[] value) {
        values[set++] = value;
        return this;
    }

    Prepared set(FileName name) {
        return set(name.toArray());
    }

    Prepared set(String value) {
        values[set++] = value;
        return this;
    }

    /// Runs a query. Waits within limits while another process is in the way.
    Rows rows() throws SQLException, FsException {
        return busy.retry(() -> new Rows(this, core.pointer, execute()));
    }

    /// Runs a change and answers how many rows it touched.
    int change() throws SQLException, FsException {
        return busy.retry(this::changeAtOnce);
    }

    /// The same without waiting.
    int changeAtOnce() throws SQLException {
        execute();
        reset();
        return (int) database.changes();
    }

    /// Runs a query for one number: `absent` when there is no row.
    long numberOr(long absent) throws SQLException, FsException {
        try (Rows rows = rows()) {
            return rows.next() ? rows.number(1) : absent;
        }
    }

    /// Takes the first step; false when that was the last.
    private boolean execute() throws SQLException {
        assert set == values.length : "set " + set + " of " + values.length + " values";
        try {
            return database.execute(core, values);
        } catch (SQLException e) {
            reset();
            throw e;
        }
    }

    /// Takes the next step; false when that was the last.
    boolean step() throws SQLException {
        int code = core.pointer.safeRunInt(DB::step);
        if (code == SQLiteErrorCode.SQLITE_ROW.code) {
            return true;
        }
        if (code != SQLiteErrorCode.SQLITE_DONE.code) {
            database.throwex(code);
        }
        return false;
    }

    /// Makes the statement ready to run again.
    void reset() throws SQLException {
        if (!isBroken()) {
            core.pointer.safeRunInt(DB::reset);
        }
    }

    /// Whether the statement is gone: the driver gives it up after most failures.
    boolean isBroken() {
        return core.pointer.isClosed();
    }

    void close() throws SQLException {
        statement.close();
    }
}
