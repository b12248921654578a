package mountagent.meta.sql;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import mountagent.base.Bytes;

/// The rows a query answers, one after the other. Columns count from 1. NULL reads as 0 or as no bytes.
final class Rows implements AutoCloseable {
    private static final byte[] NONE = new byte[0];

    private final ResultSet results;
    private boolean ahead;
    private boolean exhausted;

    /// Rows of which the first has been fetched: fetching it is where waiting for a lock happens.
    Rows(ResultSet results, boolean hasFirst) {
        this.results = results;
        this.ahead = hasFirst;
        this.exhausted = !hasFirst;
    }

    /// Goes to the next row; false after the last.
    boolean next() throws SQLException {
        if (ahead) {
            ahead = false;
            return true;
        }
        exhausted = exhausted || !results.next();
        return !exhausted;
    }

    long number(int column) throws SQLException {
        return results.getLong(column);
    }

    /// A number that is stored unsigned and kept in 32 bits.
    int bits(int column) throws SQLException {
        return (int) results.getLong(column);
    }

    /// Bytes, whatever class they are stored as.
    byte[] bytes(int column) throws SQLException {
        byte[] value = results.getBytes(column);
        return value == null ? NONE : value;
    }

    Bytes value(int column) throws SQLException {
        return Bytes.of(bytes(column));
    }

    String text(int column) throws SQLException {
        return new String(bytes(column), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws SQLException {
        results.close();
    }
}
