package mountagent.meta;

import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Tally;

/// Removes a name with all that lies below it, entry by entry, each as unlink and rmdir do (reference:
/// semantics.md
/// §5). It may end anywhere; what is gone by then is gone.
final class TreeRemoval {
    private static final int PAGE = 1000;

    /// A directory that is filled again and again, or lists what cannot be found, is given up after so many
    /// rounds.
    private static final int ROUNDS_MAX = 100;

    /// Who removes, and what becomes of what is removed. `threads` at the same time.
    record Order(Caller caller, Kept kept, int threads, Trees.RemovalListener listener) {}

    private final StoreContext context;
    private final Removals removals;
    private final Lookups lookups;

    TreeRemoval(StoreContext context, Removals removals, Lookups lookups) {
        this.context = context;
        this.removals = removals;
        this.lookups = lookups;
    }

    /// Counts in `tally` what it removed. ENOENT when there is no such name.
    void remove(Order order, DentryKey at, Tally tally) throws FsException {
        Places.checkOld(order.caller, at);
        if (at.name().isDots()) {
            throw FsException.miss(Errno.EINVAL);
        }
        MetaStore.Placed top = lookups.lookup(order.caller, at);
        new Run(order, tally).remove(at, new Dentry(top.inode(), top.node().type()), 0);
    }

    /// Removes everything below `directory`, which may have no entry itself.
    void empty(Order order, long directory, Tally tally) throws FsException {
        new Run(order, tally).empty(directory, 0);
    }

    private final class Run {
        private final Order order;
        private final Tally tally;
        private final Forks forks;

        Run(Order order, Tally tally) {
            this.order = order;
            this.tally = tally;
            this.forks = new Forks(order.threads, tally);
        }

        /// An entry that somebody else removes meanwhile is no failure, except at the top.
        void remove(DentryKey at, Dentry entry, int level) throws FsException {
            try {
                if (entry.type() == FileType.DIRECTORY) {
                    removeDirectory(at, entry.inode(), level);
                } else {
                    tell(at, removals.unlink(order.caller, at, entry.inode(), order.kept));
                }
            } catch (FsException e) {
                if (e.errno() != Errno.ENOENT || level == 0) {
                    throw e;
                }
            }
        }

        /// What others put into the directory meanwhile goes too, within reason.
        private void removeDirectory(DentryKey at, long inode, int level) throws FsException {
            for (int round = 1; ; round++) {
                empty(inode, level);
                try {
                    tell(at, removals.rmdir(order.caller, at, inode, order.kept));
                    return;
                } catch (FsException e) {
                    if (e.errno() != Errno.ENOTEMPTY || round == ROUNDS_MAX) {
                        throw e;
                    }
                    tally.check();
                }
            }
        }

        void empty(long directory, int level) throws FsException {
            if (order.caller.isChecked()) {
                lookups.opendir(order.caller, directory);
            }
            int idleRounds = 0;
            while (idleRounds < ROUNDS_MAX) {
                tally.check();
                Page<Scan.DirEntry> page =
                        context.engine().scan(new Scan.Directory(directory, Scan.Detail.NAMES), Cursor.START, PAGE);
                if (page.records().isEmpty()) {
                    return;
                }
                long before = tally.count();
                forks.each(
                        level,
                        page.records(),
                        (entry, below) -> remove(new DentryKey(directory, entry.name()), entry.dentry(), below));
                idleRounds = tally.count() == before ? idleRounds + 1 : 0;
            }
            throw new FsException(
                    Errno.ENOTEMPTY, "directory " + directory + " lists entries that are not there to be removed");
        }

        private void tell(DentryKey at, MetaStore.Removed removed) {
            tally.add(1, 0);
            order.listener.removed(at, removed);
        }
    }
}
