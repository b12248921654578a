package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import mountagent.base.Clock;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// Makes volumes and changes their setting (reference: volume-format.md §2.4, §10).
final class VolumeMaker {
    private static final int ROOT_MODE = 0777;
    private static final int TRASH_MODE = 0555;
    private static final int DROP_BATCH = 500;

    private VolumeMaker() {}

    /// A directory of root's without entries.
    static Node directory(int mode, long parent, Timestamp time) {
        return new NodeDraft(FileType.DIRECTORY)
                .mode(mode)
                .times(time)
                .nlink(2)
                .length(Node.DIRECTORY_LENGTH)
                .parent(parent)
                .done();
    }

    static void format(MetaEngine engine, VolumeFormat format, Clock clock) throws FsException {
        engine.prepare();
        ReadPlan plan = ReadPlan.of(
                new Item.Setting(),
                new Item.NodeOf(Inodes.TRASH_ROOT),
                new Item.CounterOf(Counter.USED_SPACE),
                new Item.CounterOf(Counter.TOTAL_INODES),
                new Item.CounterOf(Counter.LAST_CLEANUP_SLICES));
        engine.transact(
                plan,
                transaction -> {
                    String there = transaction.get(new Item.Setting());
                    if (there != null) {
                        throw new FsException(
                                Errno.EEXIST,
                                engine.describe() + " holds volume '"
                                        + VolumeFormat.parse(there).name() + "' already");
                    }
                    create(transaction, format, clock.now());
                    return format;
                },
                Durability.POWER_SAFE);
    }

    private static void create(MetaTransaction transaction, VolumeFormat format, Timestamp now) throws FsException {
        addTrashRoot(transaction, format, now);
        transaction.apply(new Mutation.PutSetting(format.document()));
        transaction.apply(new Mutation.CreateNode(Inodes.ROOT, directory(ROOT_MODE, Inodes.ROOT, now)));
        if (format.dirStats()) {
            transaction.apply(new Mutation.PutDirStat(Inodes.ROOT, DirStat.ZERO));
        }
        transaction.apply(new Mutation.PutCounter(Counter.USED_SPACE, 0));
        transaction.apply(new Mutation.PutCounter(Counter.TOTAL_INODES, 0));
        transaction.apply(new Mutation.PutCounter(Counter.LAST_CLEANUP_SLICES, 0));
    }

    private static void addTrashRoot(MetaTransaction transaction, VolumeFormat format, Timestamp now)
            throws FsException {
        if (format.trashDays() > 0 && transaction.get(new Item.NodeOf(Inodes.TRASH_ROOT)) == null) {
            transaction.apply(new Mutation.CreateNode(Inodes.TRASH_ROOT, directory(TRASH_MODE, Inodes.ROOT, now)));
        }
    }

    static VolumeFormat update(MetaEngine engine, VolumeFormat format, Clock clock) throws FsException {
        engine.prepare();
        dropStaleStats(engine, format);
        ReadPlan plan = ReadPlan.of(new Item.Setting(), new Item.NodeOf(Inodes.TRASH_ROOT));
        return engine.transact(
                plan,
                transaction -> {
                    VolumeFormat stored = read(engine, transaction.get(new Item.Setting()));
                    VolumeFormat merged = format.withUuid(stored.uuid());
                    checkFixed(stored, merged);
                    addTrashRoot(transaction, merged, clock.now());
                    transaction.apply(new Mutation.PutSetting(merged.document()));
                    return merged;
                },
                Durability.POWER_SAFE);
    }

    /// Statistics from before they were turned off are wrong by now; missing ones are counted anew by who needs them.
    private static void dropStaleStats(MetaEngine engine, VolumeFormat wanted) throws FsException {
        VolumeFormat stored = load(engine);
        if (stored.dirStats() || !wanted.dirStats()) {
            return;
        }
        List<Long> directories = new ArrayList<>();
        Pages.forEach(engine, new Scan.DirStats(), placed -> directories.add(placed.directory()));
        for (int from = 0; from < directories.size(); from += DROP_BATCH) {
            List<Long> batch = directories.subList(from, Math.min(from + DROP_BATCH, directories.size()));
            engine.transact(
                    ReadPlan.of(),
                    transaction -> {
                        batch.forEach(directory -> transaction.apply(new Mutation.RemoveDirStat(directory)));
                        return batch;
                    },
                    Durability.COMMITTED);
        }
    }

    /// What objects and metadata already written rest on never changes.
    private static void checkFixed(VolumeFormat stored, VolumeFormat wanted) throws FsException {
        same("Name", stored.name(), wanted.name());
        same("BlockSize", stored.blockSizeKib(), wanted.blockSizeKib());
        same("Compression", stored.compression(), wanted.compression());
        same("Shards", stored.shards(), wanted.shards());
        same("HashPrefix", stored.hashPrefix(), wanted.hashPrefix());
        same("MetaVersion", stored.metaVersion(), wanted.metaVersion());
    }

    private static void same(String member, Object stored, Object wanted) throws FsException {
        if (!Objects.equals(stored, wanted)) {
            throw new FsException(
                    Errno.EINVAL, member + " of a volume cannot change from '" + stored + "' to '" + wanted + "'");
        }
    }

    /// The setting of the volume in `engine`; fails as [MetaStore#open].
    static VolumeFormat load(MetaEngine engine) throws FsException {
        Item.Setting setting = new Item.Setting();
        return read(engine, engine.read(ReadPlan.of(setting), reader -> reader.get(setting)));
    }

    /// The setting of the volume in `engine`, which this client must be able to read. ENOENT when there is none.
    static VolumeFormat read(MetaEngine engine, @Nullable String document) throws FsException {
        if (document == null) {
            throw new FsException(
                    Errno.ENOENT, engine.describe() + " holds no volume: make one with 'format' or check the address");
        }
        VolumeFormat format = VolumeFormat.parse(document);
        format.checkMetaVersion();
        return format;
    }
}
