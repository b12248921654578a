package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockMode;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.Sizes;
import mountagent.base.XattrMode;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.VolumeFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Counts the round trips of the operations of [MetaStore] on Redis: the table of docs/adr/0003-transaction-spi.md.
class RedisRoundTripTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Caller CALLER = Caller.AGENT;
    private static final long ROOT = 1;
    private static final long NO_BELIEF = 0;
    private static final long WRONG_BELIEF = 999_999;

    private int database;
    private RedisEngine engine;
    private MetaStore store;

    /// What is counted.
    private interface Operation {
        void run() throws FsException;
    }

    @BeforeEach
    void makeVolume() throws FsException {
        database = SERVER.newDatabase();
        engine = SERVER.engine(database);
        VolumeFormat format = VolumeFormat.create("trips", "00000000-0000-4000-8000-000000000000")
                .withTrashDays(0);
        MetaStore.format(engine, format, Clock.SYSTEM);
        store = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
        store.openSession(Bytes.utf8("{}"), 1L << 40);
        file("drawsTheFirstIds");
        store.newSliceId();
    }

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    private static DentryKey at(long parent, String name) {
        return new DentryKey(parent, FileName.of(name));
    }

    private static DentryKey at(String name) {
        return at(ROOT, name);
    }

    private long file(String name) throws FsException {
        return store.mknod(CALLER, at(name), NodeSpec.file(0644)).inode();
    }

    private long directory(String name) throws FsException {
        return store.mknod(CALLER, at(name), NodeSpec.directory(0755)).inode();
    }

    private void assertTrips(int expected, Operation operation) throws FsException {
        long before = engine.roundTrips();
        operation.run();
        assertEquals(expected, engine.roundTrips() - before);
    }

    @Test
    void readByInodeTakesOne() throws FsException {
        long inode = file("a");
        long link = store.symlink(CALLER, at("s"), Bytes.utf8("a")).inode();
        store.setXattr(CALLER, inode, FileName.of("user.x"), Bytes.utf8("1"), XattrMode.CREATE_OR_REPLACE);
        assertTrips(1, () -> store.node(inode));
        assertTrips(1, () -> store.readlink(link));
        assertTrips(1, () -> store.getXattr(CALLER, inode, FileName.of("user.x")));
        assertTrips(1, () -> store.listXattr(CALLER, inode));
        assertTrips(1, () -> store.slices(new ChunkKey(inode, 0)));
    }

    @Test
    void lookupTakesOne() throws FsException {
        file("a");
        assertTrips(1, () -> store.lookup(CALLER, at("a")));
        assertTrips(1, () -> assertThrows(FsException.class, () -> store.lookup(CALLER, at("missing"))));
    }

    @Test
    void lookupOfInodeTooLargeForScriptsTakesTwo() throws FsException {
        MetaStore.update(engine, store.format().withTrashDays(1), Clock.SYSTEM);
        store.reload();
        file("a");
        store.unlink(CALLER, at("a"), NO_BELIEF);
        long trash = store.lookup(CALLER, at(".trash")).inode();
        FileName hour = store.list(trash, Scan.Detail.NAMES, Cursor.START, 10)
                .records()
                .getFirst()
                .name();
        assertTrips(2, () -> store.lookup(CALLER, new DentryKey(trash, hour)));
    }

    @Test
    void lookupTakesOneMoreWhenTheServerHasForgottenTheScripts() throws FsException {
        file("a");
        SERVER.commands(0).scriptFlush();
        assertTrips(3, () -> store.lookup(CALLER, at("a")));
        assertTrips(1, () -> store.lookup(CALLER, at("a")));
    }

    @Test
    void creationTakesOneInADirectoryThatIsKnown() throws FsException {
        assertTrips(1, () -> file("a"));
        assertTrips(1, () -> directory("d"));
        assertTrips(1, () -> store.symlink(CALLER, at("s"), Bytes.utf8("a")));
        long inode = store.lookup(CALLER, at("a")).inode();
        assertTrips(1, () -> store.link(CALLER, inode, at("b")));
    }

    @Test
    void changeOfAKnownInodeTakesOne() throws FsException {
        long inode = file("a");
        ChunkKey chunk = new ChunkKey(inode, 0);
        long slice = store.newSliceId();
        assertTrips(1, () -> store.setattr(CALLER, inode, AttrChange.NONE.withMode(0600)));
        assertTrips(1, () -> store.append(chunk, Slice.whole(0, slice, 100), Clock.SYSTEM.now(), Durability.COMMITTED));
        assertTrips(2, () -> store.truncate(CALLER, inode, 3L * Sizes.CHUNK, MetaStore.TruncateRight.BY_HANDLE, false));
        assertTrips(
                2,
                () -> store.setXattr(
                        CALLER, inode, FileName.of("user.x"), Bytes.utf8("1"), XattrMode.CREATE_OR_REPLACE));
        assertTrips(2, () -> store.removeXattr(CALLER, inode, FileName.of("user.x")));
        assertTrips(2, () -> store.tryFlock(inode, 7, LockMode.EXCLUSIVE));
    }

    @Test
    void changeOfWhatIsNotKnownTakesTwo() throws FsException {
        long a = file("a");
        file("b");
        long c = file("c");
        long directory = directory("d");
        forget();
        file("draws ids");
        assertTrips(2, () -> store.mknod(CALLER, at(directory, "e"), NodeSpec.file(0644)));
        forget();
        assertTrips(2, () -> store.setattr(CALLER, a, AttrChange.NONE.withMode(0600)));
        forget();
        assertTrips(2, () -> store.unlink(CALLER, at("a"), a));
        forget();
        assertTrips(3, () -> store.unlink(CALLER, at("b"), NO_BELIEF));
        forget();
        assertTrips(3, () -> store.unlink(CALLER, at("c"), WRONG_BELIEF));
        assertTrips(1, () -> assertThrows(FsException.class, () -> store.unlink(CALLER, at("c"), c)));
    }

    /// Goes on with an engine that knows nothing yet.
    private void forget() throws FsException {
        engine.close();
        engine = SERVER.engine(database);
        store = MetaStore.open(engine, MetaOptions.of(Clock.SYSTEM));
        store.openSession(Bytes.utf8("{}"), 1L << 40);
        store.newSliceId();
    }

    @Test
    void unlinkOfAKnownFileTakesOne() throws FsException {
        long inode = file("a");
        file("b");
        file("c");
        assertTrips(1, () -> store.unlink(CALLER, at("a"), inode));
        assertTrips(1, () -> store.unlink(CALLER, at("b"), NO_BELIEF));
        assertTrips(1, () -> store.unlink(CALLER, at("c"), WRONG_BELIEF));
    }

    @Test
    void unlinkIntoTheTrashTakesNoMore() throws FsException {
        MetaStore.update(engine, store.format().withTrashDays(1), Clock.SYSTEM);
        store.reload();
        file("makes the hour directory");
        store.unlink(CALLER, at("makes the hour directory"), NO_BELIEF);
        long inode = file("a");
        file("b");
        assertTrips(1, () -> store.unlink(CALLER, at("a"), inode));
        assertTrips(1, () -> store.unlink(CALLER, at("b"), NO_BELIEF));
    }

    @Test
    void rmdirOfAKnownDirectoryTakesOne() throws FsException {
        long inode = directory("a");
        directory("b");
        assertTrips(1, () -> store.rmdir(CALLER, at("a"), inode));
        assertTrips(1, () -> store.rmdir(CALLER, at("b"), NO_BELIEF));
    }

    private void rename(String from, DentryKey to, long source, long target) throws FsException {
        store.rename(CALLER, at(from), to, Set.<RenameFlag>of(), source, target);
    }

    @Test
    void renameOfAKnownFileTakesOne() throws FsException {
        long directory = directory("d");
        long a = file("a");
        assertTrips(1, () -> rename("a", at("b"), a, NO_BELIEF));
        assertTrips(1, () -> rename("b", at(directory, "b"), a, NO_BELIEF));
        long c = file("c");
        assertTrips(1, () -> rename("c", at(directory, "b"), c, a));
        file("d2");
        assertTrips(1, () -> rename("d2", at("e"), NO_BELIEF, NO_BELIEF));
        assertTrips(1, () -> rename("e", at(directory, "b"), NO_BELIEF, WRONG_BELIEF));
    }

    @Test
    void beliefThatIsWrongTakesOneMoreOnce() throws FsException {
        long inode = file("a");
        try (RedisEngine others = SERVER.engine(database)) {
            MetaStore other = MetaStore.open(others, MetaOptions.of(Clock.SYSTEM));
            other.setattr(CALLER, inode, AttrChange.NONE.withMode(0600));
            assertTrips(3, () -> store.setattr(CALLER, inode, AttrChange.NONE.withUid(7)));
            assertEquals(0600, store.node(inode).mode());
            other.setattr(CALLER, inode, AttrChange.NONE.withMode(0640));
            assertTrips(2, () -> store.setattr(CALLER, inode, AttrChange.NONE.withUid(8)));
            assertEquals(0640, store.node(inode).mode());
            assertEquals(8, other.node(inode).uid());
        }
    }

    @Test
    void changeTakesOneMoreWhenTheServerHasForgottenTheScript() throws FsException {
        file("a");
        SERVER.commands(0).scriptFlush();
        assertTrips(2, () -> file("b"));
        assertTrips(1, () -> file("c"));
    }

    @Test
    void moveOfDirectoryTakesTwoMoreForAllAncestors() throws FsException {
        long moved = directory("moved");
        long parent = ROOT;
        for (int depth = 0; depth < 10; depth++) {
            parent = store.mknod(CALLER, at(parent, "deeper"), NodeSpec.directory(0755))
                    .inode();
        }
        long deepest = parent;
        assertTrips(4, () -> rename("moved", at(deepest, "moved"), moved, NO_BELIEF));
    }

    @Test
    void listingTakesOneTripAPageAndOneMoreForNodes() throws FsException {
        for (int i = 0; i < 10; i++) {
            file("f" + i);
        }
        assertTrips(1, () -> store.list(ROOT, Scan.Detail.NAMES, Cursor.START, 100));
        assertTrips(2, () -> store.list(ROOT, Scan.Detail.NODES, Cursor.START, 100));
    }

    @Test
    void openingADirectoryTakesNoMoreThanListingIt() throws FsException {
        file("a");
        assertTrips(2, () -> assertNotNull(store.opendir(CALLER, ROOT, 100).first()));
    }

    @Test
    void copyOfASmallFileTakesTwo() throws FsException {
        long source = file("source");
        long target = file("target");
        Slice slice = Slice.whole(0, store.newSliceId(), 100);
        store.append(new ChunkKey(source, 0), slice, Clock.SYSTEM.now(), Durability.COMMITTED);
        assertTrips(2, () -> store.copyRange(source, 0, target, 0, Long.MAX_VALUE));
        assertEquals(100, store.node(target).length());
    }

    @Test
    void refusalAfterTwoStagesIsConfirmed() throws FsException {
        long inode = directory("full");
        store.mknod(CALLER, at(inode, "a"), NodeSpec.file(0644));
        assertTrips(4, () -> assertThrows(FsException.class, () -> store.rmdir(CALLER, at("full"), NO_BELIEF)));
        assertTrips(3, () -> assertThrows(FsException.class, () -> store.rmdir(CALLER, at("full"), NO_BELIEF)));
        assertTrips(1, () -> assertThrows(FsException.class, () -> store.rmdir(CALLER, at("full"), inode)));
    }

    @Test
    void refusalTakesTheReadOnly() throws FsException {
        file("a");
        assertTrips(1, () -> assertThrows(FsException.class, () -> file("a")));
        assertTrips(1, () -> assertThrows(FsException.class, () -> store.unlink(CALLER, at("missing"), NO_BELIEF)));
    }
}
