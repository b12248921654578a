package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.meta.Mutation;
import mountagent.meta.XattrKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log is copied to the database beside the changes.
class CheckpointsTest {
    private static final int CHANGES = Checkpoints.CHANGES;
    private static final int WAVES_MAX = 100;
    private static final long NET_BYTES = 64L << 20;
    private static final int VALUE_BYTES = 3000;
    private static final int WRITERS = 4;

    @TempDir
    private Path folder;

    private SqlFile file = new SqlFile(Path.of("unset"));

    @BeforeEach
    void place() {
        file = new SqlFile(folder.resolve("meta.db"));
    }

    @Test
    void theLogBeginsAnewLongBeforeSqliteWouldLetAChangeWait() throws Exception {
        try (SqlEngine engine = file.create();
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            int before = timesBegun();
            int waves = 0;
            while (timesBegun() == before && waves < WAVES_MAX) {
                changeBy(engine, threads);
                waves++;
            }
            assertTrue(timesBegun() > before, "the log has not begun anew");
            assertTrue(Files.size(log()) < NET_BYTES, "the log has " + Files.size(log()) + " bytes");
        }
        assertEquals(List.of(String.valueOf(CHANGES)), file.ask("SELECT count(*) FROM jfs_xattr"));
    }

    /// The count in the log's header.
    private int timesBegun() throws IOException {
        try (var channel = FileChannel.open(log(), StandardOpenOption.READ)) {
            var header = ByteBuffer.allocate(32);
            assertEquals(32, channel.read(header, 0));
            return header.getInt(12);
        }
    }

    private Path log() {
        return folder.resolve("meta.db-wal");
    }

    @Test
    void aReaderOfAnotherProcessOnlyDelaysIt() throws Exception {
        try (SqlEngine engine = file.create();
                Connection other = file.connect();
                Statement statement = other.createStatement();
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            statement.execute("BEGIN");
            assertEquals(0, count(statement));
            changeBy(engine, threads);
            assertEquals(0, count(statement), "its snapshot stays");
            statement.execute("COMMIT");
            assertEquals(CHANGES, count(statement));
        }
    }

    private static int count(Statement statement) throws Exception {
        try (ResultSet results = statement.executeQuery("SELECT count(*) FROM jfs_xattr")) {
            assertTrue(results.next());
            return results.getInt(1);
        }
    }

    private static void changeBy(SqlEngine engine, ExecutorService threads) throws Exception {
        List<Future<?>> changes = new ArrayList<>();
        var value = Bytes.of(new byte[VALUE_BYTES]);
        for (int i = 0; i < CHANGES; i++) {
            var key = new XattrKey(i + 2L, FileName.of("user.big"));
            changes.add(threads.submit(() -> {
                SqlFile.apply(engine, new Mutation.PutXattr(key, value));
                return 0;
            }));
        }
        for (Future<?> change : changes) {
            change.get();
        }
    }
}
