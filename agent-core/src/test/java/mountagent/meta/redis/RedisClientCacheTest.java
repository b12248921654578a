package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mountagent.base.AttrChange;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.SettableClock;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.OpenIntent;
import mountagent.meta.ReadPlan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a client with a client-side cache sees of the changes of others and of its own, and what that costs.
@Timeout(300)
class RedisClientCacheTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Caller CALLER = Caller.AGENT;
    private static final String CACHE = "client-cache=true";

    private final int database = SERVER.newDatabase();
    private final RedisCommands<byte[], byte[]> server = SERVER.commands(database);
    private RedisEngine othersEngine;
    private RedisVolume others;
    private boolean isErased;
    private RedisEngine engine;
    private RedisVolume volume;
    private MetaStore store;
    private long inode;

    @BeforeEach
    void openTwoClients() throws Exception {
        othersEngine = SERVER.engine(database);
        others = RedisVolume.create(othersEngine);
        inode = others.file("a");
        use(SERVER.engine(database, CACHE));
    }

    private void use(RedisEngine next) throws Exception {
        engine = next;
        volume = RedisVolume.open(engine);
        store = volume.store();
        assertTrue(engine.catchUp());
        look();
    }

    @AfterEach
    void closeBoth() throws FsException {
        engine.close();
        if (isErased) {
            othersEngine.close();
        } else {
            others.close();
        }
    }

    private static DentryKey at(String name) {
        return new DentryKey(RedisVolume.ROOT, FileName.of(name));
    }

    private void look() throws FsException {
        assertEquals(inode, store.lookup(CALLER, at("a")).inode());
    }

    private int mode() throws FsException {
        return store.node(inode).mode();
    }

    private void othersChange(int mode) throws FsException {
        others.store().setattr(CALLER, inode, AttrChange.NONE.withMode(mode));
    }

    private interface Operation {
        void run() throws FsException;
    }

    private long trips(Operation operation) throws FsException {
        long before = engine.roundTrips();
        operation.run();
        return engine.roundTrips() - before;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long limit = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < limit, () -> "does not come to be: " + what);
            Thread.onSpinWait();
        }
    }

    @Test
    void whatIsKnownTakesNoTrip() throws Exception {
        assertEquals(0, trips(this::look));
        assertEquals(0, trips(this::mode));
        assertEquals(0, trips(() -> store.access(CALLER, inode, 4)));
        assertEquals(1, trips(() -> assertThrows(FsException.class, () -> store.lookup(CALLER, at("none")))));
        assertEquals(1, trips(() -> assertThrows(FsException.class, () -> store.lookup(CALLER, at("none")))));
        assertEquals(MetaEngine.ReadCost.REMOTE, engine.readCost());
    }

    @Test
    void aChangeCostsAndReadsWhatItDidBefore() throws Exception {
        assertEquals(1, trips(() -> store.setattr(CALLER, inode, AttrChange.NONE.withMode(0600))));
        assertEquals(0600, mode());
        assertTrue(engine.catchUp());
        look();
        assertEquals(2, trips(() -> store.unlink(CALLER, at("a"), inode)));
    }

    @Test
    void whoOpensOrAppendsGoesByWhatTheServerHas() throws Exception {
        othersChange(0604);
        assertEquals(1, trips(() -> assertEquals(0604, opened())));
        assertEquals(1, trips(() -> assertEquals(0604, opened())));
        othersChange(0605);
        assertEquals(1, trips(() -> assertEquals(0605, store.latestNode(inode).mode())));
    }

    private int opened() throws FsException {
        return store.checkOpen(CALLER, inode, new OpenIntent(true, true, false, false, false))
                .mode();
    }

    @Test
    void attributesThatAnotherClientChangesAreSeen() throws Exception {
        othersChange(0604);
        await("the other's mode", () -> mode() == 0604);
        assertTrue(engine.catchUp());
        mode();
        assertEquals(0, trips(this::mode));
    }

    @Test
    void entriesThatAnotherClientChangesAreSeen() throws Exception {
        others.rename("a", "b");
        await("the old name's end", () -> isMissing("a"));
        assertEquals(inode, store.lookup(CALLER, at("b")).inode());
        others.unlink("b");
        await("the new name's end", () -> isMissing("b"));
        await("the node's end", () -> {
            try {
                mode();
                return false;
            } catch (FsException e) {
                return e.errno() == Errno.ENOENT;
            }
        });
        long next = others.file("a");
        await("the next file of that name", () -> !isMissing("a"));
        assertEquals(next, store.lookup(CALLER, at("a")).inode());
    }

    private boolean isMissing(String name) throws FsException {
        try {
            return store.lookup(CALLER, at(name)).inode() == 0;
        } catch (FsException e) {
            assertEquals(Errno.ENOENT, e.errno());
            return true;
        }
    }

    @Test
    void ownChangesAreSeenAtOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            int mode = 0600 + i % 64;
            store.setattr(CALLER, inode, AttrChange.NONE.withMode(mode));
            assertEquals(mode, mode());
            String name = "own" + i;
            long made = volume.file(name);
            assertEquals(made, store.lookup(CALLER, at(name)).inode());
            volume.rename(name, "moved");
            assertTrue(isMissing(name));
            assertEquals(made, store.lookup(CALLER, at("moved")).inode());
            volume.unlink("moved");
            assertTrue(isMissing("moved"));
        }
    }

    @Test
    void anAnswerThatIsOlderThanTheNewsDoesNotStay() throws Exception {
        store.setattr(CALLER, inode, AttrChange.NONE.withMode(0601));
        assertTrue(engine.catchUp());
        Item.NodeOf node = new Item.NodeOf(inode);
        int onItsWay = engine.read(
                ReadPlan.of(node).then(first -> {
                    othersChange(0602);
                    assertTrue(caughtUp());
                    return List.of();
                }),
                answers -> answers.get(node).mode());
        assertEquals(0601, onItsWay, "the answer is older than the change");
        assertEquals(0602, mode());
    }

    private boolean caughtUp() throws FsException {
        try {
            return engine.catchUp();
        } catch (InterruptedException e) {
            throw new FsException(Errno.EINTR, "interrupted", e);
        }
    }

    @Test
    void aTransactionReadsTheServer() throws Exception {
        Item.NodeOf item = new Item.NodeOf(inode);
        othersChange(0603);
        int seen = engine.transact(
                ReadPlan.of(item),
                transaction -> {
                    Node node = transaction.get(item);
                    transaction.apply(new Mutation.UpdateNode(
                            inode, node.edit().uid(node.mode()).done()));
                    return node.mode();
                },
                Durability.COMMITTED);
        assertEquals(0603, seen);
        assertEquals(0603, store.node(inode).uid());
    }

    @Test
    void anEmptiedDatabaseEmptiesTheCache() throws Exception {
        server.flushdb();
        await("the end of the cache", () -> isMissing("a"));
        assertTrue(caughtUp());
        FsException gone = assertThrows(FsException.class, this::mode);
        assertEquals(Errno.ENOENT, gone.errno());
        isErased = true;
    }

    @Test
    void ourOwnErasureEmptiesTheCache() throws Exception {
        engine.erase();
        assertTrue(isMissing("a"));
        isErased = true;
    }

    /// The number that the server gave to the connection which it tells of changes in this database.
    private long trackingClient() {
        return server.clientList()
                .lines()
                .filter(line -> line.contains(" db=" + database + " ") && line.contains(" flags=tB"))
                .map(line -> line.replaceAll(".*\\bid=(\\d+) .*", "$1"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    @Test
    void nothingIsAnsweredWhileTheConnectionThatTellsIsGone() throws Exception {
        assertEquals(0, trips(this::look));
        long client = trackingClient();
        acl("-client|tracking");
        server.clientKill(KillArgs.Builder.id(client));
        await("the loss being noticed", () -> trips(this::mode) == 1);
        othersChange(0605);
        assertEquals(0605, mode());
        othersChange(0606);
        assertEquals(0606, mode());
        assertFalse(engine.catchUp());
        assertEquals(1, trips(this::mode));
        assertEquals(1, trips(this::mode));
        acl("+client|tracking");
        await("the next connection", () -> {
            mode();
            return trips(this::mode) == 0;
        });
        assertEquals(0606, mode());
        othersChange(0607);
        await("the news over the next connection", () -> mode() == 0607);
    }

    private void acl(String rule) {
        server.dispatch(
                CommandType.ACL,
                new StatusOutput<>(ByteArrayCodec.INSTANCE),
                new CommandArgs<>(ByteArrayCodec.INSTANCE)
                        .add("SETUSER")
                        .add("default")
                        .add(rule));
    }

    @Test
    void nothingIsAnsweredWhenNothingHasBeenHeardForLong() throws Exception {
        engine.close();
        SettableClock clock = new SettableClock(Clock.SYSTEM.now());
        try (LossyProxy proxy = new LossyProxy(SERVER.port())) {
            RedisUrl url = RedisUrl.parse(
                    "redis://127.0.0.1:" + proxy.port() + "/" + database + "?client-cache=true&client-cache-expire=1h",
                    Map.of());
            use(RedisEngine.open(url, RedisServer.PATIENT, clock, new Random(1)));
            assertEquals(0, trips(this::mode));
            proxy.muteTracking();
            othersChange(0610);
            clock.advance(RedisTrackingLink.TRUST.toSeconds() + 1, 0);
            assertEquals(1, trips(() -> assertEquals(0610, mode())));
        }
    }

    @Test
    void whatIsKnownIsAskedForAgainAfterItsTime() throws Exception {
        engine.close();
        SettableClock clock = new SettableClock(Clock.SYSTEM.now());
        RedisUrl url = RedisUrl.parse(
                "redis://127.0.0.1:" + SERVER.port() + "/" + database + "?client-cache=true&client-cache-expire=2s",
                Map.of());
        use(RedisEngine.open(url, RedisServer.PATIENT, clock, new Random(1)));
        clock.advance(1, 0);
        assertEquals(0, trips(this::mode));
        clock.advance(1, 0);
        assertEquals(1, trips(this::mode));
        assertEquals(0, trips(this::mode));
    }

    @Test
    void noMoreIsKeptThanTheSizeSays() throws Exception {
        engine.close();
        for (String name : List.of("b", "c", "d")) {
            others.file(name);
        }
        use(SERVER.engine(database, CACHE + "&client-cache-size=2"));
        store.lookup(CALLER, at("b"));
        assertEquals(0, trips(this::look));
        store.lookup(CALLER, at("c"));
        assertEquals(0, trips(() -> store.lookup(CALLER, at("c"))));
        assertEquals(0, trips(this::look));
        assertEquals(1, trips(() -> store.lookup(CALLER, at("b"))));
    }

    @Test
    void entriesOfTheRootAreReadAheadIfWanted() throws Exception {
        engine.close();
        for (int i = 0; i < 20; i++) {
            others.file("f" + i);
        }
        engine = SERVER.engine(database, CACHE + "&client-cache-preload=1000");
        assertTrue(engine.catchUp());
        for (int i = 0; i < 20; i++) {
            Item.DentryAt entry = new Item.DentryAt(at("f" + i));
            ReadPlan plan = ReadPlan.of(entry)
                    .then(first -> List.of(new Item.NodeOf(first.get(entry).inode())));
            assertEquals(0, trips(() -> assertNotNull(engine.read(plan, answers -> answers.get(entry)))));
        }
    }

    @Test
    void aChangeInAnotherDatabaseIsNoneOfOurs() throws Exception {
        int another = SERVER.newDatabase();
        SERVER.commands(another).set(RedisForm.bytes("i" + inode), new byte[1]);
        SERVER.commands(another).hset(RedisForm.bytes("d1"), RedisForm.bytes("a"), new byte[1]);
        assertTrue(engine.catchUp());
        look();
        assertEquals(0, trips(this::look));
        assertEquals(0644, mode());
    }

    @Test
    void aServerThatCannotTellIsRefused() throws Exception {
        acl("-client|tracking");
        try {
            FsException refused = assertThrows(FsException.class, () -> SERVER.engine(database, CACHE));
            assertEquals(Errno.EIO, refused.errno());
            assertTrue(String.valueOf(refused.getMessage()).contains("client-cache needs Redis 6"), refused::toString);
        } finally {
            acl("+client|tracking");
        }
    }

    @Test
    void withoutTheOptionNothingIsKept() throws Exception {
        engine.close();
        await("the end of tracking", () -> trackingClient() == 0);
        engine = SERVER.engine(database, "client-cache=false");
        store = RedisVolume.open(engine).store();
        assertFalse(engine.catchUp());
        assertEquals(0, trackingClient());
        look();
        assertEquals(1, trips(this::look));
        assertEquals(1, trips(this::mode));
    }
}
