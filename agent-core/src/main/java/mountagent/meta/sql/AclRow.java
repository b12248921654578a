package mountagent.meta.sql;

import java.sql.SQLException;
import mountagent.base.FsException;
import mountagent.meta.AclRule;
import mountagent.meta.codec.AclCodec;

/// An ACL rule as columns, and the sequence of its numbers: the official client lets the table number its rows, so the
/// last number is where SQLite keeps it (reference: meta-sql.md §4 to §6).
final class AclRow {
    /// Where the number is when it is read behind the other columns.
    static final int ID = 7;

    private AclRow() {}

    /// The rule in the first columns of a row.
    static AclRule read(Rows row) throws SQLException, FsException {
        return new AclRule(
                row.bits(1),
                row.bits(2),
                row.bits(3),
                row.bits(4),
                AclCodec.decodeNamed(row.bytes(5)),
                AclCodec.decodeNamed(row.bytes(6)));
    }

    /// Stores a rule under its number.
    static void put(SqliteConnection connection, int id, AclRule rule) throws SQLException, FsException {
        connection
                .prepare(Query.PUT_ACL)
                .set(rule.owner())
                .set(rule.group())
                .set(rule.mask())
                .set(rule.other())
                .set(AclCodec.encodeNamed(rule.users()))
                .set(AclCodec.encodeNamed(rule.groups()))
                .bits(id)
                .change();
    }

    /// The last number in use or drawn.
    static long last(SqliteConnection connection) throws SQLException, FsException {
        return connection.prepare(Query.LAST_ACL).numberOr(0);
    }

    /// Makes `last` the last number drawn.
    static void setLast(SqliteConnection connection, long last) throws SQLException, FsException {
        if (connection.prepare(Query.SET_LAST_ACL).set(last).change() == 0) {
            connection.prepare(Query.ADD_LAST_ACL).set(last).change();
        }
    }
}
