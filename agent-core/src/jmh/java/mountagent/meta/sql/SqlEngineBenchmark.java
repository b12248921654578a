package mountagent.meta.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// What one transaction, look-up or page of a listing costs. Run with
/// `mvn -Pbench -Dquick test-compile exec:exec -pl agent-core -Djmh=SqlEngineBenchmark`; the folder that holds the
/// database is `java.io.tmpdir`, on whose disk the figures for changes depend.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 5)
public class SqlEngineBenchmark {
    private static final int DIRECTORIES = 8;
    private static final int KNOWN = 20_000;
    private static final int PAGE = 1_000;
    private static final Timestamp TIME = new Timestamp(1_700_000_000, 123_456_789);
    private static final Node FILE =
            new NodeDraft(FileType.FILE).mode(0644).times(TIME).parent(1).done();

    /// What a change survives.
    @Param({"COMMITTED", "POWER_SAFE"})
    public String durability = "";

    private final AtomicLong made = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    private @Nullable Path folder;
    private @Nullable SqlEngine engine;

    /// Makes a database with directories and files in them.
    @Setup(Level.Trial)
    public void open() throws Exception {
        folder = Files.createTempDirectory("sql-benchmark");
        engine = SqlEngine.open(
                SqliteLocation.of(folder.resolve("meta.db")), SqlOptions.of(SqlOptions.Access.CREATE));
        engine.prepare();
        Node directory = new NodeDraft(FileType.DIRECTORY)
                .mode(0755)
                .times(TIME)
                .nlink(2)
                .parent(1)
                .done();
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    for (long i = 0; i < DIRECTORIES; i++) {
                        transaction.apply(new Mutation.CreateNode(2 + i, directory));
                        transaction.apply(new Mutation.PutDirStat(2 + i, DirStat.ZERO));
                    }
                    return 0;
                },
                Durability.COMMITTED);
        for (int i = 0; i < KNOWN; i++) {
            make(Durability.COMMITTED);
        }
    }

    /// Removes the database.
    @TearDown(Level.Trial)
    public void close() throws IOException {
        if (engine != null && folder != null) {
            engine.close();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /// One thread makes files.
    @Benchmark
    public long create() throws FsException {
        return make(Durability.valueOf(durability));
    }

    /// Eight threads make files.
    @Benchmark
    @Threads(8)
    public long createByEight() throws FsException {
        return make(Durability.valueOf(durability));
    }

    /// Finds a file by name, with its node.
    @Benchmark
    public @Nullable Node lookup() throws FsException {
        Item.DentryAt item = new Item.DentryAt(place(asked.getAndAdd(7919) % KNOWN));
        ReadPlan plan = ReadPlan.of(item).then(first -> {
            Dentry found = first.get(item);
            return found == null ? List.of() : List.of(new Item.NodeOf(found.inode()));
        });
        return engine().read(plan, reader -> {
            Dentry found = reader.get(item);
            return found == null ? null : reader.get(new Item.NodeOf(found.inode()));
        });
    }

    /// Reads a node.
    @Benchmark
    public @Nullable Node getattr() throws FsException {
        Item.NodeOf item = new Item.NodeOf(100 + asked.getAndAdd(7919) % KNOWN);
        return engine().read(ReadPlan.of(item), reader -> reader.get(item));
    }

    /// Lists a page of a directory, with nodes.
    @Benchmark
    public Page<Scan.DirEntry> list() throws FsException {
        return engine().scan(new Scan.Directory(3, Scan.Detail.NODES), Cursor.START, PAGE);
    }

    private long make(Durability wanted) throws FsException {
        long number = made.getAndIncrement();
        long inode = 100 + number;
        DentryKey key = place(number);
        Item.NodeOf parent = new Item.NodeOf(key.parent());
        Item.DentryAt entry = new Item.DentryAt(key);
        return engine().transact(
                ReadPlan.of(parent, entry),
                transaction -> {
                    Node seen = transaction.get(parent);
                    if (seen == null || transaction.get(entry) != null) {
                        throw new IllegalStateException(key + " cannot be made");
                    }
                    transaction.apply(new Mutation.CreateNode(inode, FILE));
                    transaction.apply(new Mutation.CreateDentry(key, new Dentry(inode, FileType.FILE)));
                    transaction.apply(new Mutation.TouchDirectory(key.parent(), seen, 0, TIME));
                    transaction.apply(new Mutation.AddCounter(Counter.TOTAL_INODES, 1));
                    transaction.apply(new Mutation.AddCounter(Counter.USED_SPACE, 4096));
                    transaction.apply(new Mutation.AddDirStat(key.parent(), new DirStat(0, 4096, 1)));
                    return inode;
                },
                wanted);
    }

    private static DentryKey place(long number) {
        return new DentryKey(2 + number % DIRECTORIES, FileName.of("file-" + number));
    }

    private SqlEngine engine() {
        if (engine == null) {
            throw new IllegalStateException("not opened");
        }
        return engine;
    }
}
