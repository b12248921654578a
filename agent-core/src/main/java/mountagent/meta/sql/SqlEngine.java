package mountagent.meta.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.IdRange;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaReader;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.SnapshotEngine;
import org.jspecify.annotations.Nullable;

/// The metadata of a volume in an SQLite file, in the official schema.
///
/// Reads run on the calling thread and take microseconds, each on a snapshot of its own; changes are made by
/// a [Writer], which the caller waits for. Other processes may use the file at the same time: everything
/// waits for their locks, up to [SqlOptions#busyLimit()], and then fails with EIO.
public final class SqlEngine implements SnapshotEngine {
    private static final int WRITER_CACHE_KIB = 16 * 1024;

    private final SqliteLocation location;
    private final SqlErrors errors;
    private final ReaderPool readers;
    private final @Nullable Writer writer;
    private final LogSync logSync;
    private volatile boolean hasTables;

    private SqlEngine(
            SqliteLocation location,
            SqlErrors errors,
            ReaderPool readers,
            @Nullable Writer writer,
            LogSync logSync,
            boolean hasTables) {
        this.location = location;
        this.errors = errors;
        this.readers = readers;
        this.writer = writer;
        this.logSync = logSync;
        this.hasTables = hasTables;
    }

    /// Opens the database at `location`. A volume of an older client gets the tables, columns and indexes it
    /// lacks, unless it is opened to look only. Fails when the file is not there (ENOENT), is no database
    /// (EIO), cannot be written (EROFS) or is kept locked (EIO).
    public static SqlEngine open(SqliteLocation location, SqlOptions options) throws FsException {
        SqlErrors errors = new SqlErrors(location.toString());
        BusyWait busy = new BusyWait(options.busyLimit(), errors);
        checkFile(location, options.access());
        boolean looksOnly = options.access() == SqlOptions.Access.READ_ONLY;
        SqliteConnection.Use use = switch (options.access()) {
            case READ_ONLY -> SqliteConnection.Use.LOOK;
            case READ_WRITE -> SqliteConnection.Use.WRITE;
            case CREATE -> SqliteConnection.Use.CREATE;
        };
        ReaderPool readers = new ReaderPool(
                location, looksOnly ? SqliteConnection.Use.LOOK : SqliteConnection.Use.READ, busy, errors, options);
        try {
            if (looksOnly) {
                return openToLook(location, errors, readers);
            }
            SqliteConnection connection = SqliteConnection.open(location, use, WRITER_CACHE_KIB, busy);
            try {
                Checkpoints.Opening opening =
                        cacheKib -> SqliteConnection.open(location, SqliteConnection.Use.WRITE, cacheKib, busy);
                return openToWrite(location, errors, readers, connection, opening, options);
            } catch (SQLException | FsException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            readers.close();
            throw errors.translate(e);
        } catch (FsException | RuntimeException e) {
            readers.close();
            throw e;
        }
    }

    private static SqlEngine openToLook(SqliteLocation location, SqlErrors errors, ReaderPool readers)
            throws FsException {
        boolean hasTables = readers.read(connection -> {
            Schema schema = new Schema(connection);
            boolean exists = schema.exists();
            String lacking = exists ? schema.lacking() : "";
            if (!lacking.isEmpty()) {
                throw new FsException(
                        Errno.EROFS,
                        location + " was made by an older client and lacks " + lacking + ": open it once for writing");
            }
            return exists;
        });
        return new SqlEngine(location, errors, readers, null, new LogSync(log(location)), hasTables);
    }

    private static SqlEngine openToWrite(
            SqliteLocation location,
            SqlErrors errors,
            ReaderPool readers,
            SqliteConnection connection,
            Checkpoints.Opening opening,
            SqlOptions options)
            throws SQLException, FsException {
        String mode = connection.ask("PRAGMA journal_mode = WAL");
        if (!mode.equals("wal")) {
            throw new FsException(
                    Errno.EIO,
                    location + " cannot keep a write-ahead log (its journal mode stays '" + mode
                            + "'): is it on a network share?");
        }
        Schema schema = new Schema(connection);
        boolean exists = schema.exists();
        if (exists && !schema.lacking().isEmpty()) {
            connection.begin(System.nanoTime());
            schema.complete();
            connection.prepare(Query.COMMIT).change();
        }
        LogSync logSync = new LogSync(log(location));
        Writer writer = new Writer(connection, opening, errors, logSync, options);
        return new SqlEngine(location, errors, readers, writer, logSync, exists);
    }

    private static void checkFile(SqliteLocation location, SqlOptions.Access access) throws FsException {
        Path file = location.file();
        if (Files.isDirectory(file)) {
            throw new FsException(Errno.EISDIR, location + ": " + file + " is a folder, not an SQLite database");
        }
        boolean exists = Files.exists(file);
        if (!exists && access != SqlOptions.Access.CREATE) {
            throw new FsException(Errno.ENOENT, location + ": there is no file " + file.toAbsolutePath());
        }
        if (exists && access != SqlOptions.Access.READ_ONLY && !Files.isWritable(file)) {
            throw new FsException(Errno.EROFS, location + ": the file cannot be written by this user");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!exists && folder != null && !Files.isDirectory(folder)) {
            throw new FsException(Errno.ENOENT, location + ": there is no folder " + folder);
        }
    }

    /// The log of a database: beside the file itself, wherever symbolic links to it are.
    private static Path log(SqliteLocation location) throws FsException {
        try {
            Path file = location.file().toRealPath();
            return file.resolveSibling(file.getFileName() + "-wal");
        } catch (IOException e) {
            throw new FsException(Errno.EIO, location + ": cannot find where the file is: " + e.getMessage(), e);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(ReadPlan plan, ReadWork<T> work) throws FsException {
        if (isEmpty()) {
            return work.run(new EmptyReader(location));
        }
        try {
            return readTables(plan, work);
        } catch (FsException e) {
            if (e.errno() == Errno.EIO && !e.isExpected() && hasLostTables()) {
                return work.run(new EmptyReader(location));
            }
            throw e;
        }
    }

    private <T extends @Nullable Object> T readTables(ReadPlan plan, ReadWork<T> work) throws FsException {
        return readers.read(connection -> {
            if (PlanRun.isOneStatement(plan)) {
                PlanRun alone = start(plan, connection);
                if (alone.isComplete()) {
                    return work.run(alone);
                }
            }
            connection.prepare(Query.BEGIN).change();
            try {
                return work.run(start(plan, connection));
            } finally {
                connection.prepare(Query.COMMIT).change();
            }
        });
    }

    private PlanRun start(ReadPlan plan, SqliteConnection connection) throws FsException {
        return PlanRun.start(plan, new Answers(connection, new Deltas()), errors);
    }

    /// Whether there is no volume: tables may have been made by another process meanwhile.
    private boolean isEmpty() throws FsException {
        if (!hasTables) {
            hasTables = readers.read(connection -> new Schema(connection).exists());
        }
        return !hasTables;
    }

    /// Whether another process has erased the volume meanwhile.
    private boolean hasLostTables() throws FsException {
        hasTables = false;
        return isEmpty();
    }

    @Override
    public <T extends @Nullable Object> T transact(ReadPlan plan, TransactionWork<T> work, Durability durability)
            throws FsException {
        Writer open = writer();
        if (isEmpty()) {
            throw noVolume(location);
        }
        return open.run(new WriteTask<>(batch -> batch.transact(plan, work), durability));
    }

    private Writer writer() throws FsException {
        if (writer == null) {
            throw new FsException(Errno.EROFS, location + " has been opened to look only");
        }
        return writer;
    }

    @Override
    public <R> Page<R> scan(Scan<R> scan, Cursor from, int limit) throws FsException {
        if (isEmpty()) {
            throw noVolume(location);
        }
        if (limit < 1) {
            throw new IllegalArgumentException("limit (" + limit + ") must be at least 1");
        }
        return readers.read(connection -> new Scans(connection).page(scan, from, limit));
    }

    @Override
    public IdRange allocate(IdKind kind, int count) throws FsException {
        Writer open = writer();
        if (isEmpty()) {
            throw noVolume(location);
        }
        if (count < 1) {
            throw new IllegalArgumentException("count (" + count + ") must be at least 1");
        }
        Durability durability = kind == IdKind.ACL ? Durability.COMMITTED : Durability.POWER_SAFE;
        long first = open.run(new WriteTask<>(batch -> batch.allocate(kind, count), durability));
        return new IdRange(first, count);
    }

    @Override
    public MetaEngine snapshot() throws FsException {
        if (isEmpty()) {
            throw noVolume(location);
        }
        return readers.snapshot();
    }

    @Override
    public void barrier() throws FsException {
        if (writer != null) {
            logSync.sync();
        }
    }

    @Override
    public ReadCost readCost() {
        return ReadCost.LOCAL;
    }

    @Override
    public String describe() {
        return location.toString();
    }

    @Override
    public void prepare() throws FsException {
        writer().run(new WriteTask<>(
                batch -> {
                    batch.completeSchema();
                    return null;
                },
                Durability.POWER_SAFE));
        hasTables = true;
    }

    @Override
    public void erase() throws FsException {
        writer().run(new WriteTask<>(
                batch -> {
                    batch.dropSchema();
                    return null;
                },
                Durability.POWER_SAFE));
        hasTables = false;
    }

    /// Ends what is under way and closes the file; the last to close it folds the log into it.
    @Override
    public void close() {
        readers.close();
        if (writer != null) {
            writer.close();
        }
    }

    private static FsException noVolume(SqliteLocation location) {
        return new FsException(Errno.EIO, location + " holds no volume");
    }

    /// Answers for a database without tables: there is no setting, and nothing else to ask.
    private record EmptyReader(SqliteLocation location) implements MetaReader {
        @Override
        @SuppressWarnings("NullAway") // the only item that gets here may answer null
        public <V extends @Nullable Object> V get(Item<V> item) throws FsException {
            if (!(item instanceof Item.Setting)) {
                throw noVolume(location);
            }
            return null;
        }
    }
}
