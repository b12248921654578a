package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Counter;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.ReadPlan;
import mountagent.meta.XattrKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Batches, waiting for other processes, and a disk that is full.
class WriterTest {
    private static final int MANY = 20;

    @TempDir
    private Path folder;

    private SqlFile file = new SqlFile(Path.of("unset"));

    @BeforeEach
    void place() {
        file = new SqlFile(folder.resolve("meta.db"));
    }

    @Test
    void changesWaitUntilAnotherProcessIsDone() throws Exception {
        try (SqlEngine engine = file.create();
                Connection other = file.connect();
                Statement statement = other.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            statement.execute("BEGIN IMMEDIATE");
            Future<?> waiting = threads.submit(() -> {
                SqlFile.apply(engine, create(9));
                return 0;
            });
            assertNull(SqlFile.get(engine, new Item.NodeOf(9)), "readers do not wait");
            assertThrows(TimeoutException.class, () -> waiting.get(50, TimeUnit.MILLISECONDS));

            statement.execute("COMMIT");

            waiting.get(20, TimeUnit.SECONDS);
            assertNotNull(SqlFile.get(engine, new Item.NodeOf(9)));
        }
    }

    @Test
    void waitingForAnotherProcessEndsWithAClearMessage() throws Exception {
        file.create().close();
        SqlOptions impatient = SqlOptions.of(SqlOptions.Access.READ_WRITE).withBusyLimit(Duration.ofMillis(100));
        try (SqlEngine engine = SqlEngine.open(SqliteLocation.of(file.path()), impatient);
                Connection other = file.connect();
                Statement statement = other.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            statement.execute("BEGIN IMMEDIATE");
            List<Future<?>> waiting = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < MANY; i++) {
                long inode = i + 2L;
                waiting.add(threads.submit(() -> {
                    SqlFile.apply(engine, create(inode));
                    return 0;
                }));
            }
            for (Future<?> each : waiting) {
                FsException e = failure(each);
                assertEquals(Errno.EIO, e.errno());
                assertTrue(String.valueOf(e.getMessage()).contains("another process has kept it locked"));
            }
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5), "each waited in turn");
            statement.execute("COMMIT");

            SqlFile.apply(engine, create(99));
            assertNotNull(SqlFile.get(engine, new Item.NodeOf(99)));
        }
    }

    @Test
    void inABatchThatFailsEveryTaskGetsItsOwnAnswer() throws Exception {
        try (SqlEngine engine = file.create();
                Connection other = file.connect();
                Statement statement = other.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            SqlFile.apply(engine, create(1));
            statement.execute("BEGIN IMMEDIATE");
            List<Future<?>> waiting = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                Mutation mutation = create(i % 2 == 0 ? 100 + i : 1);
                waiting.add(threads.submit(() -> {
                    SqlFile.apply(engine, new Mutation.AddCounter(Counter.TOTAL_INODES, 1), mutation);
                    return 0;
                }));
            }
            statement.execute("COMMIT");

            for (int i = 0; i < MANY; i++) {
                Future<?> each = waiting.get(i);
                if (i % 2 == 0) {
                    each.get(20, TimeUnit.SECONDS);
                    assertNotNull(SqlFile.get(engine, new Item.NodeOf(100 + i)));
                } else {
                    ExecutionException e = assertThrows(ExecutionException.class, () -> each.get(20, TimeUnit.SECONDS));
                    assertInstanceOf(IllegalStateException.class, e.getCause());
                }
            }
            assertEquals(MANY / 2, SqlFile.get(engine, new Item.CounterOf(Counter.TOTAL_INODES)));
        }
    }

    @Test
    void onAFullDiskWhatNeedsNoSpaceStillSucceeds() throws Exception {
        file.create().close();
        SqlErrors errors = new SqlErrors("test");
        SqlOptions options = SqlOptions.of(SqlOptions.Access.READ_WRITE);
        BusyWait busy = new BusyWait(options.busyLimit(), errors);
        SqliteConnection connection =
                SqliteConnection.open(SqliteLocation.of(file.path()), SqliteConnection.Use.WRITE, 1024, busy);
        long pages = Long.parseLong(connection.ask("PRAGMA page_count"));
        connection.execute("PRAGMA max_page_count = " + (pages + 20));
        LogSync log = new LogSync(folder.resolve("meta.db-wal"));
        try (Writer writer = new Writer(connection, WriterTest::noMore, errors, log, options)) {
            put(writer, 0, Durability.COMMITTED);
            FsException e = assertThrows(FsException.class, () -> {
                for (int i = 1; i < 1000; i++) {
                    put(writer, i, i % 2 == 0 ? Durability.COMMITTED : Durability.POWER_SAFE);
                }
            });
            assertEquals(Errno.ENOSPC, e.errno());
            assertTrue(String.valueOf(e.getMessage()).contains("the disk under it is full"), e.getMessage());

            transact(writer, Durability.COMMITTED, new Mutation.RemoveXattrs(0));
            put(writer, 0, Durability.POWER_SAFE);
        }
        assertEquals(List.of("ok"), file.ask("PRAGMA integrity_check"));
    }

    @Test
    void aLogThatCannotBeSyncedIsToldOnlyToThoseWhoNeedIt() throws Exception {
        file.create().close();
        SqlErrors errors = new SqlErrors("test");
        SqlOptions options = SqlOptions.of(SqlOptions.Access.READ_WRITE);
        SqliteConnection connection = SqliteConnection.open(
                SqliteLocation.of(file.path()),
                SqliteConnection.Use.WRITE,
                1024,
                new BusyWait(options.busyLimit(), errors));
        try (Writer writer = new Writer(connection, WriterTest::noMore, errors, new LogSync(folder), options)) {
            put(writer, 1, Durability.COMMITTED);
            WriteTask<Integer> nothing = new WriteTask<>(_ -> 0, Durability.POWER_SAFE);

            FsException e = assertThrows(FsException.class, () -> writer.run(nothing));

            assertEquals(Errno.EIO, e.errno());
            assertTrue(String.valueOf(e.getMessage()).contains("not safe from a power cut"), e.getMessage());
            put(writer, 2, Durability.POWER_SAFE);
        }
        assertEquals(List.of("2"), file.ask("SELECT count(*) FROM jfs_xattr"));
    }

    @Test
    void aBarrierBeforeAnythingIsWrittenReturns() throws Exception {
        new LogSync(folder.resolve("no.db-wal")).sync();
        try (SqlEngine engine = file.create()) {
            engine.barrier();
            engine.barrier();
        }
    }

    @Test
    void tasksOfAClosedWriterAreRefused() throws Exception {
        file.create().close();
        SqlErrors errors = new SqlErrors("test");
        SqlOptions options = SqlOptions.of(SqlOptions.Access.READ_WRITE);
        SqliteConnection connection = SqliteConnection.open(
                SqliteLocation.of(file.path()),
                SqliteConnection.Use.WRITE,
                1024,
                new BusyWait(options.busyLimit(), errors));
        Writer writer =
                new Writer(connection, WriterTest::noMore, errors, new LogSync(folder.resolve("meta.db-wal")), options);
        writer.close();

        FsException e = assertThrows(FsException.class, () -> put(writer, 1, Durability.COMMITTED));

        assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.getMessage());
    }

    @Test
    void allThreadsGetTheirTurnOnFewConnections() throws Exception {
        file.create().close();
        SqlOptions few = new SqlOptions(SqlOptions.Access.READ_WRITE, Duration.ofSeconds(60), 2, 2, 2);
        try (SqlEngine engine = SqlEngine.open(SqliteLocation.of(file.path()), few);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 10 * MANY; i++) {
                long inode = i + 2L;
                all.add(threads.submit(() -> {
                    SqlFile.apply(engine, create(inode), new Mutation.AddCounter(Counter.TOTAL_INODES, 1));
                    assertNotNull(SqlFile.get(engine, new Item.NodeOf(inode)));
                    return 0;
                }));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertEquals(10 * MANY, SqlFile.get(engine, new Item.CounterOf(Counter.TOTAL_INODES)));
        }
    }

    @Test
    void anInterruptedCallerStillLearnsTheOutcome() throws Exception {
        try (SqlEngine engine = file.create()) {
            Thread.currentThread().interrupt();
            FsException e = assertThrows(FsException.class, () -> SqlFile.apply(engine, create(9)));
            assertTrue(Thread.interrupted(), "the interruption is kept");
            assertEquals(Errno.EINTR, e.errno());
            assertNull(SqlFile.get(engine, new Item.NodeOf(9)));
        }
    }

    private static Mutation create(long inode) {
        Node node = new NodeDraft(FileType.FILE).times(Timestamp.EPOCH).done();
        return new Mutation.CreateNode(inode, node);
    }

    private static void put(Writer writer, long inode, Durability durability) throws FsException {
        XattrKey key = new XattrKey(inode, FileName.of("user.x"));
        transact(writer, durability, new Mutation.PutXattr(key, Bytes.of(new byte[3000])));
    }

    private static void transact(Writer writer, Durability durability, Mutation mutation) throws FsException {
        writer.run(new WriteTask<>(
                batch -> batch.transact(ReadPlan.of(), transaction -> {
                    transaction.apply(mutation);
                    return 0;
                }),
                durability));
    }

    private static FsException failure(Future<?> future) throws Exception {
        ExecutionException e = assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS));
        return assertInstanceOf(FsException.class, e.getCause());
    }

    private static SqliteConnection noMore(int cacheKib) {
        throw new AssertionError("one change is no reason to copy the log");
    }
}
