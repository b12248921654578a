package mountagent.meta.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.XattrMode;
import mountagent.maintenance.VolumeChecker;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.ReadPlan;
import mountagent.meta.Slice;
import mountagent.meta.SliceLog;
import mountagent.meta.VolumeFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A commit (by script, where that is allowed) lost on the way there or back: each change is made exactly once, or its
/// outcome is said to be unknown.
class RedisLostAnswerTest {
    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private static final Caller CALLER = Caller.AGENT;
    private static final long ROOT = 1;
    private static final Duration TOUCH_ALWAYS = Duration.ZERO;
    private static final Duration TOUCH_RARELY = Duration.ofHours(1);
    private static final RedisLimits IMPATIENT = new RedisLimits(
            4, Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofSeconds(30), 50);

    private LossyProxy proxy;
    private RedisEngine direct;
    private RedisEngine throughProxy;
    private MetaStore store;
    private MetaStore other;

    @BeforeEach
    void makeVolume() throws FsException, IOException {
        int database = SERVER.newDatabase();
        proxy = new LossyProxy(SERVER.port());
        direct = SERVER.engine(database);
        MetaStore.format(
                direct,
                VolumeFormat.create("lossy", "00000000-0000-4000-8000-000000000000")
                        .withTrashDays(0),
                Clock.SYSTEM);
        throughProxy =
                RedisServer.engine("redis://" + login() + "127.0.0.1:" + proxy.port() + "/" + database, IMPATIENT);
        store = open(TOUCH_ALWAYS);
        other = MetaStore.open(direct, MetaOptions.of(Clock.SYSTEM));
        store.openSession(Bytes.utf8("{}"), 1L << 40);
        long first = file("first");
        store.setattr(CALLER, first, AttrChange.NONE.withMode(0644)); // tells whether scripts are allowed
    }

    /// Who the engine under test is, as it stands in its URL.
    String login() {
        return "";
    }

    @AfterEach
    void close() throws FsException {
        throughProxy.close();
        proxy.close();
        assertEquals(List.of(), VolumeChecker.ofMetadata(direct).check().findings());
        direct.close();
    }

    private MetaStore open(Duration skipDirMtime) throws FsException {
        return MetaStore.open(throughProxy, MetaOptions.of(Clock.SYSTEM).withSkipDirMtime(skipDirMtime));
    }

    private static DentryKey at(String name) {
        return new DentryKey(ROOT, FileName.of(name));
    }

    private long file(String name) throws FsException {
        return store.mknod(CALLER, at(name), NodeSpec.file(0644)).inode();
    }

    private long usedInodes() throws FsException {
        Item.CounterOf total = new Item.CounterOf(Counter.TOTAL_INODES);
        return direct.read(ReadPlan.of(total), reader -> reader.get(total));
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "ANSWER", "HELD"})
    void creationIsMadeOnce(LossyProxy.Loss loss) throws FsException, InterruptedException {
        proxy.arm(loss);
        long inode = file("a");
        if (loss == LossyProxy.Loss.HELD) {
            proxy.release();
        }
        assertEquals(inode, other.lookup(CALLER, at("a")).inode());
        assertEquals(2, usedInodes());
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "ANSWER", "HELD"})
    void sliceIsAppendedOnceAndCounted(LossyProxy.Loss loss) throws FsException, InterruptedException {
        ChunkKey chunk = new ChunkKey(file("a"), 0);
        Slice slice = Slice.whole(0, store.newSliceId(), 100);
        proxy.arm(loss);
        SliceLog.Commit commit = store.append(chunk, slice, Clock.SYSTEM.now(), Durability.COMMITTED);
        if (loss == LossyProxy.Loss.HELD) {
            proxy.release();
        }
        assertEquals(1, commit.records());
        assertEquals(List.of(slice), other.slices(chunk));
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "ANSWER", "HELD"})
    void removalIsMadeOnce(LossyProxy.Loss loss) throws FsException, InterruptedException {
        long inode = file("a");
        proxy.arm(loss);
        assertEquals(inode, store.unlink(CALLER, at("a"), inode).inode());
        if (loss == LossyProxy.Loss.HELD) {
            proxy.release();
        }
        assertEquals(
                Errno.ENOENT,
                assertThrows(FsException.class, () -> other.lookup(CALLER, at("a")))
                        .errno());
        assertEquals(1, usedInodes());
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "ANSWER"})
    void attributeIsSetOnce(LossyProxy.Loss loss) throws FsException {
        long inode = file("a");
        proxy.arm(loss);
        store.setXattr(CALLER, inode, FileName.of("user.x"), Bytes.utf8("1"), XattrMode.CREATE);
        assertEquals(Bytes.utf8("1"), other.getXattr(CALLER, inode, FileName.of("user.x")));
    }

    /// A second run would use the inode again, whose data is about to be deleted.
    @Test
    void creationThatOthersHaveUndoneIsUnknown() throws FsException {
        proxy.arm(LossyProxy.Loss.ANSWER, () -> other.unlink(CALLER, at("a"), 0));
        assertUnknown(() -> file("a"));
        assertEquals(1, usedInodes());
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "ANSWER"})
    void creationThatLeavesItsDirectoryAloneIsNotMadeTwice(LossyProxy.Loss loss) throws FsException {
        store = open(TOUCH_RARELY);
        store.mknod(CALLER, at("draws ids"), NodeSpec.file(0644));
        proxy.arm(loss, () -> {
            if (loss == LossyProxy.Loss.ANSWER) {
                other.unlink(CALLER, at("a"), 0);
            }
        });
        assertUnknown(() -> file("a"));
        assertEquals(2, usedInodes());
    }

    private static void assertUnknown(Executable change) {
        FsException unknown = assertThrows(FsException.class, change);
        assertEquals(Errno.EIO, unknown.errno());
        assertTrue(unknown.toString().contains("unknown"), unknown.getMessage());
    }

    @Test
    void changeThatOthersCameAfterIsUnknown() throws FsException {
        long inode = file("a");
        proxy.arm(LossyProxy.Loss.REQUEST, () -> other.setattr(CALLER, inode, AttrChange.NONE.withMode(0600)));
        FsException unknown =
                assertThrows(FsException.class, () -> store.setattr(CALLER, inode, AttrChange.NONE.withMode(0640)));
        assertEquals(Errno.EIO, unknown.errno());
        assertTrue(unknown.toString().contains("unknown"), unknown.getMessage());
        assertEquals(0600, other.node(inode).mode());
    }

    @Test
    void creationThatOthersChangedAfterwardsIsKnown() throws FsException {
        proxy.arm(LossyProxy.Loss.ANSWER, () -> {
            long made = other.lookup(CALLER, at("a")).inode();
            other.setattr(CALLER, made, AttrChange.NONE.withMode(0600));
        });
        long inode = file("a");
        assertEquals(0600, store.node(inode).mode());
        assertEquals(2, usedInodes());
    }
}
