package mountagent.meta.sql;

import java.sql.SQLException;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What SQLite's failures mean to a caller.
final class SqlErrors {
    private static final int PRIMARY = 0xff;

    private final String name;

    /// Speaks of the database as `name`.
    SqlErrors(String name) {
        this.name = name;
    }

    /// The failure to hand on for `e`.
    FsException translate(SQLException e) {
        int code = code(e);
        if (code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE.code) {
            return failure(Errno.ENOSPC, "there is no space for the index of its log (-shm)", e);
        }
        int primary = code & PRIMARY;
        if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
            return failure(Errno.ENOSPC, "the disk under it is full", e);
        } else if (primary == SQLiteErrorCode.SQLITE_READONLY.code) {
            return failure(Errno.EROFS, "the file or its folder cannot be written", e);
        } else if (primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return failure(Errno.EIO, "the file is not an SQLite database", e);
        } else if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code) {
            return failure(Errno.EIO, "the database is damaged", e);
        } else if (primary == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
            return failure(
                    Errno.EIO,
                    "the file cannot be opened (is it a file, may it be read and its folder be" + " written?)",
                    e);
        } else if (isBusy(e)) {
            return failure(Errno.EIO, "another process keeps it locked", e);
        }
        return failure(Errno.EIO, String.valueOf(e.getMessage()), e);
    }

    /// The failure that ends a wait for other processes.
    FsException lockedFor(long seconds, SQLException e) {
        return failure(Errno.EIO, "another process has kept it locked for " + seconds + " s", e);
    }

    /// Whether another connection is in the way, so that waiting may help.
    static boolean isBusy(SQLException e) {
        int primary = code(e) & PRIMARY;
        return primary == SQLiteErrorCode.SQLITE_BUSY.code || primary == SQLiteErrorCode.SQLITE_LOCKED.code;
    }

    /// Whether a row is in the way of another.
    static boolean isConstraint(SQLException e) {
        return (code(e) & PRIMARY) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
    }

    private FsException failure(Errno errno, String why, SQLException e) {
        return new FsException(errno, name + ": " + why, e);
    }

    private static int code(SQLException e) {
        return e instanceof SQLiteException lite ? lite.getResultCode().code : e.getErrorCode();
    }
}
