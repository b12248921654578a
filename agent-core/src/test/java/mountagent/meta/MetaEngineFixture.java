package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the clauses of [MetaEngineContract] share: an engine on a new store, and shorthands.
public abstract class MetaEngineFixture {
    /// A time with microseconds and a rest.
    protected static final Timestamp TIME = new Timestamp(1_700_000_000, 123_456_789);

    private static final int WAIT_SECONDS = 60;

    private final Set<MetaEngine> opened = new LinkedHashSet<>();
    private @Nullable MetaEngine engine;

    /// Opens one more engine on the store of this test, which is empty at first.
    protected abstract MetaEngine open() throws Exception;

    /// Closes an engine, unless what it holds would be gone.
    protected void close(MetaEngine ended) {
        ended.close();
    }

    @BeforeEach
    void openFirst() throws Exception {
        engine = another();
        engine.prepare();
    }

    @AfterEach
    void closeAll() {
        opened.forEach(MetaEngine::close);
    }

    /// The engine of the test, prepared for a volume.
    protected final MetaEngine engine() {
        assertTrue(engine != null);
        return engine;
    }

    /// One more engine on the same store, closed at the end of the test.
    protected final MetaEngine another() throws Exception {
        MetaEngine one = open();
        opened.add(one);
        return one;
    }

    protected final <V extends @Nullable Object> V get(Item<V> item) throws FsException {
        return get(engine(), item);
    }

    protected static <V extends @Nullable Object> V get(MetaEngine engine, Item<V> item) throws FsException {
        return engine.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    /// Leaves mutations after reading what they say that they build on.
    protected final void apply(Mutation... mutations) throws FsException {
        List<Item<?>> items = new ArrayList<>();
        for (Mutation mutation : mutations) {
            Item<?> item = basis(mutation);
            if (item != null) {
                items.add(item);
            }
        }
        apply(engine(), ReadPlan.of(items), mutations);
    }

    private static @Nullable Item<?> basis(Mutation mutation) {
        return switch (mutation) {
            case Mutation.UpdateNode update -> new Item.NodeOf(update.inode());
            case Mutation.TouchDirectory touch -> new Item.NodeOf(touch.directory());
            case Mutation.CreateDentry create -> new Item.DentryAt(create.key());
            case Mutation.ReplaceSlices replace -> new Item.SlicesOf(replace.chunk());
            case Mutation.PutCounter put -> new Item.CounterOf(put.counter());
            case Mutation.PutFlock put -> new Item.Flocks(put.inode());
            case Mutation.RemoveFlock remove -> new Item.Flocks(remove.inode());
            case Mutation.PutPosixLocks put -> new Item.PosixLocks(put.inode());
            default -> null;
        };
    }

    /// Leaves mutations after reading `plan`.
    protected static void apply(MetaEngine engine, ReadPlan plan, Mutation... mutations) throws FsException {
        engine.transact(
                plan,
                transaction -> {
                    for (Item<?> item : plan.first()) {
                        transaction.get(item);
                    }
                    for (Mutation mutation : mutations) {
                        transaction.apply(mutation);
                    }
                    return mutations.length;
                },
                Durability.COMMITTED);
    }

    /// All records of a scan, in pages of `size`.
    protected static <R> List<R> all(MetaEngine engine, Scan<R> scan, int size) throws FsException {
        List<R> records = new ArrayList<>();
        Cursor next = Cursor.START;
        while (next != null) {
            Page<R> page = engine.scan(scan, next, size);
            assertTrue(page.records().size() <= size, "more records than asked for");
            assertTrue(page.next() == null || !page.records().isEmpty(), "an empty page that is not the last");
            records.addAll(page.records());
            next = page.next();
        }
        return records;
    }

    protected final <R> List<R> all(Scan<R> scan) throws FsException {
        return all(engine(), scan, 3);
    }

    /// Runs tasks at the same time and answers their results.
    protected static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> task : tasks) {
                futures.add(threads.submit(task));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(WAIT_SECONDS, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    protected static Node node(FileType type) {
        return new NodeDraft(type).mode(0644).times(TIME).parent(1).done();
    }

    protected static Node directory(long parent) {
        return new NodeDraft(FileType.DIRECTORY)
                .mode(0755)
                .times(TIME)
                .nlink(2)
                .length(Node.DIRECTORY_LENGTH)
                .parent(parent)
                .done();
    }

    protected static DentryKey at(long parent, String name) {
        return new DentryKey(parent, FileName.of(name));
    }
}
