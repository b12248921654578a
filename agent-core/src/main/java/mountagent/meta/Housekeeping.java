package mountagent.meta;

import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.SpaceInfo;
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

    SpaceInfo space() {
        try {
            readCounters();
        } catch (FsException away) {
            LOG.debug("statistics of the volume are the last known ones", away);
        }
        return knownSpace();
    }

    SpaceInfo knownSpace() {
        Terms terms = context.terms();
        return context.use()
                .info(terms.format(), terms.quotas().get(new QuotaKey(QuotaKey.Kind.DIRECTORY, Inodes.ROOT)));
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
