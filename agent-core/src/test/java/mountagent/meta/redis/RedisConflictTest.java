package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Threads;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.VolumeFormat;
import mountagent.meta.XattrKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Two clients on one database that get in each other's way.
class RedisConflictTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Caller CALLER = Caller.AGENT;
    private static final long ROOT = 1;
    private static final RedisLimits FEW = new RedisLimits(
            1, Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30), 4);

    private int database;
    private RedisEngine mine;
    private RedisEngine theirs;
    private MetaStore store;
    private MetaStore other;

    @BeforeEach
    void makeVolume() throws FsException {
        database = SERVER.newDatabase();
        mine = SERVER.engine(database);
        theirs = SERVER.engine(database);
        MetaStore.format(
                mine,
                VolumeFormat.create("conflict", "00000000-0000-4000-8000-000000000000")
                        .withTrashDays(0),
                Clock.SYSTEM);
        store = MetaStore.open(mine, MetaOptions.of(Clock.SYSTEM));
        other = MetaStore.open(theirs, MetaOptions.of(Clock.SYSTEM));
    }

    @AfterEach
    void closeAndCheck() throws FsException {
        assertEquals(List.of(), VolumeChecker.ofMetadata(mine).check().findings());
        mine.close();
        theirs.close();
    }

    private static DentryKey at(String name) {
        return new DentryKey(ROOT, FileName.of(name));
    }

    @Test
    void twoWritersOfOneDirectoryLoseNothing() throws Exception {
        int each = 60;
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (MetaStore client : List.of(store, other)) {
            for (int thread = 0; thread < 2; thread++) {
                String prefix = (client == store ? "mine" : "theirs") + thread + "-";
                writers.add(() -> write(client, prefix, each));
            }
        }
        try (ExecutorService pool = Executors.newThreadPerTaskExecutor(Threads.virtual("writer-"))) {
            for (Future<Boolean> done : pool.invokeAll(writers)) {
                assertTrue(done.get());
            }
        }
        List<Scan.DirEntry> left =
                store.list(ROOT, Scan.Detail.NAMES, Cursor.START, 1000).records();
        assertEquals(4 * each / 2, left.size());
        assertEquals(2 + 4 * each / 2, store.node(ROOT).nlink());
    }

    /// Makes directories, and removes every other one again.
    private static boolean write(MetaStore client, String prefix, int count) throws FsException {
        for (int i = 0; i < count; i++) {
            DentryKey at = at(prefix + i);
            long inode = client.mknod(CALLER, at, NodeSpec.directory(0755)).inode();
            if (i % 2 == 0) {
                client.rmdir(CALLER, at, inode);
            }
        }
        return true;
    }

    @Test
    void workRunsAgainWhenWhatItReadHasChanged() throws FsException {
        AtomicInteger runs = new AtomicInteger();
        Item.NodeOf root = new Item.NodeOf(ROOT);
        mine.transact(
                ReadPlan.of(root),
                transaction -> {
                    if (runs.incrementAndGet() == 1) {
                        other.mknod(CALLER, at("d"), NodeSpec.directory(0755));
                    }
                    Node seen = present(transaction.get(root));
                    transaction.apply(new Mutation.TouchDirectory(ROOT, seen, 0, Clock.SYSTEM.now()));
                    return seen;
                },
                Durability.COMMITTED);
        assertEquals(2, runs.get());
        assertEquals(3, store.node(ROOT).nlink());
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("nothing there");
        }
        return value;
    }

    @Test
    void looseItemsAreNoReasonToRunAgain() throws FsException {
        AtomicInteger runs = new AtomicInteger();
        Item.CounterOf used = new Item.CounterOf(Counter.USED_SPACE);
        Item.NodeOf root = new Item.NodeOf(ROOT);
        mine.transact(
                ReadPlan.of(used, root),
                transaction -> {
                    runs.incrementAndGet();
                    addSpace(theirs, 4096);
                    transaction.apply(new Mutation.AddCounter(Counter.USED_SPACE, -4096));
                    return transaction.get(used);
                },
                Durability.COMMITTED);
        assertEquals(1, runs.get());
        long left = mine.read(ReadPlan.of(used), reader -> reader.get(used));
        assertEquals(0, left);
    }

    private static void addSpace(RedisEngine engine, long delta) throws FsException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.AddCounter(Counter.USED_SPACE, delta));
                    return delta;
                },
                Durability.COMMITTED);
    }

    @Test
    void jobCountersAreTakenByOneClientOnly() throws FsException {
        AtomicInteger runs = new AtomicInteger();
        Item.CounterOf last = new Item.CounterOf(Counter.LAST_CLEANUP_FILES);
        long seen = mine.transact(
                ReadPlan.of(last),
                transaction -> {
                    if (runs.incrementAndGet() == 1) {
                        assertTrue(other.claim(Counter.LAST_CLEANUP_FILES, 1000, 10));
                    }
                    transaction.apply(new Mutation.PutCounter(Counter.LAST_CLEANUP_FILES, 2000));
                    return transaction.get(last);
                },
                Durability.COMMITTED);
        assertEquals(2, runs.get());
        assertEquals(1000, seen);
    }

    @Test
    void refusalThatRestsOnTwoStatesIsDecidedAgain() throws FsException {
        other.mknod(CALLER, at("a"), NodeSpec.file(0644));
        AtomicInteger stages = new AtomicInteger();
        Item.DentryAt entry = new Item.DentryAt(at("a"));
        ReadPlan plan = ReadPlan.of(entry).then(first -> {
            if (stages.incrementAndGet() == 1) {
                other.unlink(CALLER, at("a"), 0);
            }
            Dentry found = first.get(entry);
            return found == null ? List.of() : List.of(new Item.NodeOf(found.inode()));
        });
        FsException refused = assertThrows(
                FsException.class,
                () -> mine.transact(
                        plan,
                        transaction -> {
                            Dentry found = transaction.get(entry);
                            boolean torn = found != null && transaction.get(new Item.NodeOf(found.inode())) == null;
                            throw FsException.miss(torn ? Errno.EIO : Errno.ENOENT);
                        },
                        Durability.COMMITTED));
        assertEquals(Errno.ENOENT, refused.errno());
        assertEquals(2, stages.get());
    }

    @Test
    void workThatThrowsLeavesNothingBehind() throws FsException {
        Item.Setting setting = new Item.Setting();
        assertThrows(
                FsException.class,
                () -> mine.transact(
                        ReadPlan.of(setting),
                        transaction -> {
                            transaction.apply(new Mutation.PutSetting("lost"));
                            throw FsException.miss(Errno.EPERM);
                        },
                        Durability.COMMITTED));
        assertEquals(store.format().document(), mine.read(ReadPlan.of(setting), reader -> reader.get(setting)));
    }

    @Test
    void conflictsWithoutEndGiveUp() throws FsException {
        try (RedisEngine impatient = RedisServer.engine(SERVER.port(), database, FEW)) {
            AtomicInteger runs = new AtomicInteger();
            Item.XattrNames names = new Item.XattrNames(ROOT);
            FsException gaveUp = assertThrows(
                    FsException.class,
                    () -> impatient.transact(
                            ReadPlan.of(names),
                            transaction -> {
                                int run = runs.incrementAndGet();
                                setRootXattr(theirs, "user." + run);
                                transaction.apply(xattr("user.mine"));
                                return run;
                            },
                            Durability.COMMITTED));
            assertEquals(Errno.EIO, gaveUp.errno());
            assertEquals(4, runs.get());
        }
        theirs.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(new Mutation.RemoveXattrs(ROOT));
                    return ROOT;
                },
                Durability.COMMITTED);
    }

    private static Mutation xattr(String name) {
        return new Mutation.PutXattr(new XattrKey(ROOT, FileName.of(name)), Bytes.utf8("1"));
    }

    private static void setRootXattr(RedisEngine engine, String name) throws FsException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    transaction.apply(xattr(name));
                    return name;
                },
                Durability.COMMITTED);
    }

    @Test
    void oneConnectionServesManyThreadsAndIsNeverLost() throws Exception {
        try (RedisEngine narrow = RedisServer.engine(SERVER.port(), database, FEW)) {
            MetaStore client = MetaStore.open(narrow, MetaOptions.of(Clock.SYSTEM));
            List<Callable<Boolean>> callers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String name = "n" + i;
                callers.add(() -> {
                    client.mknod(CALLER, at(name), NodeSpec.file(0644));
                    assertThrows(FsException.class, () -> client.mknod(CALLER, at(name), NodeSpec.file(0644)));
                    return true;
                });
            }
            try (ExecutorService pool = Executors.newThreadPerTaskExecutor(Threads.virtual("caller-"))) {
                for (Future<Boolean> done : pool.invokeAll(callers)) {
                    assertTrue(done.get());
                }
            }
        }
    }

    @Test
    void interruptedReaderGetsEintrAndTheEngineGoesOn() throws FsException {
        Thread.currentThread().interrupt();
        FsException interrupted = assertThrows(FsException.class, () -> store.node(ROOT));
        assertTrue(Thread.interrupted());
        assertEquals(Errno.EINTR, interrupted.errno());
        assertEquals(2, store.node(ROOT).nlink());
    }

    @Test
    void interruptionDuringTheCommitWaitsForItsEnd() throws FsException {
        Item.CounterOf last = new Item.CounterOf(Counter.LAST_CLEANUP_TRASH);
        mine.transact(
                ReadPlan.of(last),
                transaction -> {
                    Thread.currentThread().interrupt();
                    transaction.apply(new Mutation.PutCounter(Counter.LAST_CLEANUP_TRASH, 7));
                    return ROOT;
                },
                Durability.COMMITTED);
        assertTrue(Thread.interrupted());
        long stored = theirs.read(ReadPlan.of(last), reader -> reader.get(last));
        assertEquals(7, stored);
    }
}
