package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.SpaceInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is known of the volume as a whole, read anew at each heartbeat, and the guard that lets one client
/// run a job (reference: semantics.md §13, §16).
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final StoreContext context;

    Housekeeping(StoreContext context) {
        this.context = context;
    }

    void reload() throws FsException {
        Item.Setting setting = new Item.Setting();
        String document = context.read(ReadPlan.of(setting), reader -> reader.get(setting));
        if (document == null) {
            throw new FsException(Errno.ESTALE, "volume '" + context.format().name() + "' has been destroyed");
        }
        VolumeFormat fresh = VolumeFormat.parse(document);
        if (!fresh.uuid().equals(context.format().uuid())) {
            throw new FsException(
                    Errno.ESTALE,
                    "volume '" + context.format() + "' has been replaced by '" + fresh.name() + "' (" + fresh.uuid()
                            + ")");
        }
        fresh.checkMetaVersion();
        context.format(fresh);
        context.quotas(context.quotas().reloaded(context.engine()));
        readCounters();
    }

    private void readCounters() throws FsException {
        Item.CounterOf space = new Item.CounterOf(Counter.USED_SPACE);
        Item.CounterOf inodes = new Item.CounterOf(Counter.TOTAL_INODES);
        DirStat mark = context.use().mark();
        context.read(ReadPlan.of(space, inodes), reader -> {
            context.use().know(reader.get(space), reader.get(inodes), mark);
            return context;
        });
    }

    SpaceInfo space(long inode) {
        Terms terms = context.terms();
        List<Long> directories = List.of(Inodes.ROOT);
        try {
            readCounters();
            directories = directoriesOver(terms, inode);
        } catch (FsException away) {
            LOG.debug("statistics of the volume are the last known ones", away);
        }
        return known(terms, directories);
    }

    SpaceInfo knownSpace() {
        return known(context.terms(), List.of(Inodes.ROOT));
    }

    /// The directories whose quotas hold for `inode`, the nearest first. For what lies in the trash, for a file with
    /// several names, and for what is gone only the root is certain.
    private List<Long> directoriesOver(Terms terms, long inode) throws FsException {
        List<Long> rootAlone = List.of(Inodes.ROOT);
        if (inode == Inodes.ROOT || !terms.quotas().hasDirectories()) {
            return rootAlone;
        }
        Item.NodeOf self = new Item.NodeOf(inode);
        ReadPlan plan = ReadPlan.of(self).then(first -> {
            long directory = directoryOf(inode, first.get(self));
            return directory == 0 ? List.of() : List.of(new Item.Ancestors(directory));
        });
        return context.read(plan, reader -> {
            long directory = directoryOf(inode, reader.get(self));
            List<Long> above = directory == 0 ? rootAlone : reader.get(new Item.Ancestors(directory));
            return above.contains(Inodes.TRASH_ROOT) ? rootAlone : above;
        });
    }

    /// The directory that counts a node, 0 when there is none or more than one.
    private static long directoryOf(long inode, @Nullable Node node) {
        if (node == null) {
            return 0;
        }
        return node.isDirectory() ? inode : node.parent();
    }

    private SpaceInfo known(Terms terms, List<Long> directories) {
        List<Quota> quotas = new ArrayList<>();
        for (long directory : directories) {
            Quota quota = terms.quotas().get(new QuotaKey(QuotaKey.Kind.DIRECTORY, directory));
            if (quota != null) {
                quotas.add(quota);
            }
        }
        return context.use().info(terms.format(), quotas);
    }

    boolean claim(Counter job, long nowSeconds, long periodSeconds) throws FsException {
        Item.CounterOf item = new Item.CounterOf(job);
        return context.change(context.terms(), ReadPlan.of(item), change -> {
            if (change.get(item) > nowSeconds - periodSeconds) {
                return false;
            }
            change.apply(new Mutation.PutCounter(job, nowSeconds));
            return true;
        });
    }
}
