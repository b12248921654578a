package mountagent.meta.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import mountagent.base.FileName;
import mountagent.base.FsException;

/// A prepared statement of one connection: set the values in their order, then run it. Used by one thread at a time,
/// and not again before its rows are closed.
final class Prepared {
    private final PreparedStatement statement;
    private final BusyWait busy;
    private int set;
    private boolean broken;

    Prepared(PreparedStatement statement, BusyWait busy) {
        this.statement = statement;
        this.busy = busy;
    }

    Prepared start() {
        set = 0;
        return this;
    }

    Prepared set(long value) throws SQLException {
        statement.setLong(++set, value);
        return this;
    }

    /// A number of 32 bits that is stored unsigned.
    Prepared bits(int value) throws SQLException {
        return set(Integer.toUnsignedLong(value));
    }

    /// Bytes: stored as BLOB, so that they equal what other clients store.
    Prepared set(byte[] value) throws SQLException {
        statement.setBytes(++set, value);
        return this;
    }

    Prepared set(FileName name) throws SQLException {
        return set(name.toArray());
    }

    Prepared set(String value) throws SQLException {
        statement.setString(++set, value);
        return this;
    }

    /// Runs a query. Waits within limits while another process is in the way.
    Rows rows() throws SQLException, FsException {
        return busy.retry(() -> watched(() -> {
            ResultSet results = statement.executeQuery();
            try {
                return new Rows(results, results.next());
            } catch (SQLException e) {
                results.close();
                throw e;
            }
        }));
    }

    /// Runs a change and answers how many rows it touched.
    int change() throws SQLException, FsException {
        return busy.retry(this::changeAtOnce);
    }

    /// The same without waiting.
    int changeAtOnce() throws SQLException, FsException {
        return watched(statement::executeUpdate);
    }

    /// The driver gives a statement up after most failures.
    private <T> T watched(BusyWait.Step<T> step) throws SQLException, FsException {
        try {
            return step.run();
        } catch (SQLException e) {
            broken = broken || !SqlErrors.isBusy(e);
            throw e;
        }
    }

    /// Whether a failure has left the statement unusable.
    boolean isBroken() {
        return broken;
    }

    /// Runs a query for one number: `absent` when there is no row.
    long numberOr(long absent) throws SQLException, FsException {
        try (Rows rows = rows()) {
            return rows.next() ? rows.number(1) : absent;
        }
    }

    void close() throws SQLException {
        statement.close();
    }
}
