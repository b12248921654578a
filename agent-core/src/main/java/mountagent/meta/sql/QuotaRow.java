package mountagent.meta.sql;

import java.sql.SQLException;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;

/// A quota as columns: those of directories have a table of their own, those of users and groups share one.
final class QuotaRow {
    private QuotaRow() {}

    /// What `user_group_quota.qtype` holds.
    static long type(QuotaKey.Kind kind) {
        return switch (kind) {
            case DIRECTORY -> 0;
            case USER -> 1;
            case GROUP -> 2;
        };
    }

    /// Sets the key: one value for a directory, else two.
    static Prepared bind(Prepared statement, QuotaKey key) throws SQLException {
        if (key.kind() != QuotaKey.Kind.DIRECTORY) {
            statement.set(type(key.kind()));
        }
        return statement.set(key.id());
    }

    /// The quota in the columns from `first` on.
    static Quota read(Rows row, int first) throws SQLException {
        return new Quota(row.number(first), row.number(first + 1), row.number(first + 2), row.number(first + 3));
    }
}
