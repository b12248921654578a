package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

class SqlErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "SQLITE_FULL, ENOSPC, disk under it is full",
        "SQLITE_IOERR_SHMSIZE, ENOSPC, no space for the index",
        "SQLITE_READONLY, EROFS, cannot be written",
        "SQLITE_READONLY_DIRECTORY, EROFS, cannot be written",
        "SQLITE_NOTADB, EIO, not an SQLite database",
        "SQLITE_CORRUPT, EIO, damaged",
        "SQLITE_CORRUPT_INDEX, EIO, damaged",
        "SQLITE_CANTOPEN, EIO, cannot be opened",
        "SQLITE_BUSY_RECOVERY, EIO, keeps it locked",
        "SQLITE_IOERR_READ, EIO, detail"
    })
    void failuresSayWhichDatabaseAndWhatIsWrong(SQLiteErrorCode code, Errno errno, String why) {
        SQLException e = DB.newSQLException(code.code, "detail");

        FsException told = new SqlErrors("sqlite3:///a.db").translate(e);

        assertEquals(errno, told.errno());
        String message = String.valueOf(told.getMessage());
        assertTrue(message.startsWith("sqlite3:///a.db: ") && message.contains(why), message);
    }
}
