package mountagent.meta;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// What the operations of one [MetaStore] share: engine, options, ids, and what is known of the volume by
/// now. Thread-safe.
final class StoreContext {
    /// A function that decides a change; it may run several times.
    @FunctionalInterface
    interface ChangeWork<T extends @Nullable Object> {
        T run(Change change) throws FsException;
    }

    /// How many ACL rules one operation may have to learn before it ends; each attempt learns one.
    private static final int LEARNING_MAX = 64;

    private static final int INODE_BATCH = 1024;
    private static final int SLICE_BATCH = 4096;

    private final MetaEngine engine;
    private final MetaOptions options;
    private final MetaTimes times;
    private final IdPool inodeIds;
    private final IdPool sliceIds;
    private final SpaceUse use = new SpaceUse();
    private final AclRules acls;
    private final Set<Long> keptAlive = ConcurrentHashMap.newKeySet();
    private final Set<Long> unnamed = ConcurrentHashMap.newKeySet();
    private volatile VolumeFormat format;
    private volatile QuotaTable quotas = QuotaTable.NONE;
    private volatile long session;

    StoreContext(MetaEngine engine, MetaOptions options, VolumeFormat format) {
        this.engine = engine;
        this.options = options;
        this.times = new MetaTimes(options.metrics(), options.clock());
        this.format = format;
        acls = new AclRules(engine);
        inodeIds = new IdPool(count -> engine.allocate(IdKind.INODE, count), INODE_BATCH);
        sliceIds = new IdPool(count -> engine.allocate(IdKind.SLICE, count), SLICE_BATCH);
    }

    MetaEngine engine() {
        return engine;
    }

    MetaTimes times() {
        return times;
    }

    MetaOptions options() {
        return options;
    }

    SpaceUse use() {
        return use;
    }

    AclRules acls() {
        return acls;
    }

    VolumeFormat format() {
        return format;
    }

    void format(VolumeFormat value) {
        format = value;
    }

    QuotaTable quotas() {
        return quotas;
    }

    void quotas(QuotaTable value) {
        quotas = value;
    }

    /// This client's session, 0 while it has none.
    long session() {
        return session;
    }

    void session(long value) {
        session = value;
    }

    /// The unlinked inodes that this session keeps alive, as far as this store made them so.
    Set<Long> keptAlive() {
        return keptAlive;
    }

    /// Those of them that were made without a name and may still get one.
    Set<Long> unnamed() {
        return unnamed;
    }

    Timestamp now() {
        return options.clock().now();
    }

    /// An inode number that nobody else has.
    long newInode() throws FsException {
        long id = inodeIds.next();
        while (id <= Inodes.ROOT) {
            id = inodeIds.next();
        }
        return id;
    }

    long newSlice() throws FsException {
        return sliceIds.next();
    }

    /// The setting and the quotas that an operation goes by from its plan to its end.
    Terms terms() {
        return new Terms(format, quotas);
    }

    <T extends @Nullable Object> T read(ReadPlan plan, MetaEngine.ReadWork<T> work) throws FsException {
        return learning(() -> engine.read(plan, work));
    }

    @FunctionalInterface
    private interface Attempt<T extends @Nullable Object> {
        T run() throws FsException;
    }

    /// Runs an attempt again with each ACL rule that it turned out to need.
    private <T extends @Nullable Object> T learning(Attempt<T> attempt) throws FsException {
        for (int i = 0; i < LEARNING_MAX; i++) {
            try {
                return attempt.run();
            } catch (AclRules.Unknown needed) {
                acls.learn(needed);
            }
        }
        throw new FsException(Errno.EIO, "an operation needs more than " + LEARNING_MAX + " ACL rules");
    }

    /// Runs a transaction that is committed on return. EROFS when this store only reads.
    <T extends @Nullable Object> T change(Terms terms, ReadPlan plan, ChangeWork<T> work) throws FsException {
        return change(terms, plan, work, Durability.COMMITTED);
    }

    <T extends @Nullable Object> T change(Terms terms, ReadPlan plan, ChangeWork<T> work, Durability durability)
            throws FsException {
        checkWritable();
        AtomicReference<@Nullable Change> last = new AtomicReference<>();
        boolean isCommitted = false;
        try {
            T result = times.transaction(() -> learning(() -> engine.transact(
                    plan,
                    transaction -> {
                        Change change = new Change(transaction, this, terms);
                        Change before = last.getAndSet(change);
                        if (before != null) {
                            before.charges().release();
                            times.restarted();
                        }
                        return work.run(change);
                    },
                    durability)));
            isCommitted = true;
            return result;
        } finally {
            end(last.get(), isCommitted);
        }
    }

    private static void end(@Nullable Change last, boolean isCommitted) {
        if (last == null) {
            return;
        }
        if (isCommitted) {
            last.charges().settle();
        } else {
            last.charges().release();
        }
    }

    void checkWritable() throws FsException {
        if (options.readOnly()) {
            throw FsException.miss(Errno.EROFS);
        }
    }
}
