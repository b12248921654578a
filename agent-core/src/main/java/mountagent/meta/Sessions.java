package mountagent.meta;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.FsException;
import mountagent.meta.MetaStore.Removed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Registrations of clients, and what goes with one when it ends (reference: semantics.md §16).
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private final StoreContext context;
    private final Disposal disposal;
    private volatile Bytes info = Bytes.EMPTY;

    Sessions(StoreContext context, Disposal disposal) {
        this.context = context;
        this.disposal = disposal;
    }

    void open(Bytes described, long expireSeconds) throws FsException {
        if (context.session() != 0) {
            throw new IllegalStateException("session " + context.session() + " is open already");
        }
        context.checkWritable();
        long id = context.engine().allocate(IdKind.SESSION, 1).first();
        info = described;
        put(id, expireSeconds);
        context.session(id);
    }

    void refresh(long expireSeconds) throws FsException {
        if (context.session() != 0) {
            put(context.session(), expireSeconds);
        }
    }

    private void put(long id, long expireSeconds) throws FsException {
        context.change(context.terms(), ReadPlan.of(), change -> {
            change.apply(new Mutation.PutSession(new SessionRecord(id, expireSeconds, info)));
            return id;
        });
    }

    void close() throws FsException {
        long id = context.session();
        if (id != 0) {
            drop(id);
            context.session(0);
            context.keptAlive().clear();
            context.unnamed().clear();
        }
    }

    List<SessionRecord> list() throws FsException {
        List<SessionRecord> all = new ArrayList<>();
        Pages.forEach(context.engine(), new Scan.Sessions(), all::add);
        return all;
    }

    /// Locks first, the registration last, so that what fails midway is done by whoever comes next.
    List<Removed> drop(long session) throws FsException {
        List<Scan.HeldLock> locks = new ArrayList<>();
        Pages.forEach(context.engine(), new Scan.LocksOf(session), locks::add);
        for (Scan.HeldLock lock : locks) {
            dropLock(lock);
        }
        List<Scan.Sustained> kept = new ArrayList<>();
        Pages.forEach(context.engine(), new Scan.SustainedBy(session), kept::add);
        List<Removed> gone = new ArrayList<>();
        for (Scan.Sustained sustained : kept) {
            disposal.release(session, sustained.inode()).ifPresent(gone::add);
        }
        context.change(context.terms(), ReadPlan.of(), change -> {
            change.apply(new Mutation.RemoveSession(session));
            return session;
        });
        LOG.debug("session {} ended: {} locks, {} unlinked inodes went with it", session, locks.size(), gone.size());
        return gone;
    }

    private void dropLock(Scan.HeldLock held) throws FsException {
        Item.Flocks flocks = new Item.Flocks(held.inode());
        Item.PosixLocks posix = new Item.PosixLocks(held.inode());
        context.change(context.terms(), held.posix() ? ReadPlan.of(posix) : ReadPlan.of(flocks), change -> {
            if (held.posix() && change.get(posix).containsKey(held.owner())) {
                change.apply(new Mutation.PutPosixLocks(held.inode(), held.owner(), List.of()));
            }
            if (!held.posix() && change.get(flocks).containsKey(held.owner())) {
                change.apply(new Mutation.RemoveFlock(held.inode(), held.owner()));
            }
            return held;
        });
    }
}
