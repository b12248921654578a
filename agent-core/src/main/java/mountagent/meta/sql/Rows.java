package mountagent.meta.sql;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import mountagent.base.Bytes;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/// The rows a query answers, one after the other. Columns count from 1. NULL reads as 0 or as no bytes.
final class Rows implements AutoCloseable {
    private static final byte[] NONE = new byte[0];

    private final Prepared statement;
    private final SafeStmtPtr pointer;
    private boolean ahead;
    private boolean exhausted;

    /// Rows of which the first has been fetched: fetching it is where waiting for a lock happens.
    Rows(Prepared statement, SafeStmtPtr pointer, boolean hasFirst) {
        this.statement = statement;
        this.pointer = pointer;
        this.ahead = hasFirst;
        this.exhausted = !hasFirst;
    }

    /// Goes to the next row; false after the last.
    boolean next() throws SQLException {
        if (ahead) {
            ahead = false;
            return true;
        }
        exhausted = exhausted || !statement.step();
        return !exhausted;
    }

    long number(int column) throws SQLException {
        return pointer.safeRunLong((database, address) -> database.column_long(address, column - 1));
    }

    /// The numbers of `count` columns from `first` on.
    long[] numbers(int first, int count) throws SQLException {
        long[] numbers = new long[count];
        pointer.safeRunConsume((database, address) -> read(database, address, first - 1, numbers));
        return numbers;
    }

    private static void read(DB database, long address, int first, long[] numbers) throws SQLException {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = database.column_long(address, first + i);
        }
    }

    /// A number that is stored unsigned and kept in 32 bits.
    int bits(int column) throws SQLException {
        return (int) number(column);
    }

    /// Bytes, whatever class they are stored as.
    byte[] bytes(int column) throws SQLException {
        byte[] value = pointer.safeRun((database, address) -> database.column_blob(address, column - 1));
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
        statement.reset();
    }
}
