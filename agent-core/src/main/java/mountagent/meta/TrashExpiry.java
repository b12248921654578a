package mountagent.meta;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import mountagent.base.DentryKey;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;

/// Empties and removes hour directories of the trash that are old enough, the oldest first (reference: semantics.md
/// §7). A run can end anywhere; the next one goes on.
final class TrashExpiry {
    private final StoreContext context;
    private final Removals removals;

    TrashExpiry(StoreContext context, Removals removals) {
        this.context = context;
        this.removals = removals;
    }

    /// Removes at most `limit` entries and returns how many it removed. Names that are no hours are left alone.
    int expire(long beforeSeconds, int limit) throws FsException {
        List<Scan.DirEntry> hours = new ArrayList<>();
        Pages.forEach(context.engine(), new Scan.Directory(Inodes.TRASH_ROOT, Scan.Detail.NAMES), hours::add);
        hours.sort(Comparator.comparingLong(hour -> hour.dentry().inode()));
        Budget budget = new Budget(limit);
        for (Scan.DirEntry hour : hours) {
            OptionalLong time = Trash.timeOf(hour.name());
            if (time.isPresent() && time.getAsLong() >= beforeSeconds) {
                break;
            }
            if (time.isPresent()) {
                empty(hour.dentry().inode(), budget);
                if (budget.isSpent()) {
                    break;
                }
                removeHour(
                        new DentryKey(Inodes.TRASH_ROOT, hour.name()),
                        hour.dentry().inode());
            }
        }
        return budget.used;
    }

    /// How many entries a run may still remove.
    private static final class Budget {
        private final int limit;
        private int used;

        Budget(int limit) {
            this.limit = limit;
        }

        boolean isSpent() {
            return used >= limit;
        }
    }

    /// Removes what lies in a directory; below the hour directories that only happens to trees that were put together
    /// again in the trash.
    private void empty(long directory, Budget budget) throws FsException {
        while (!budget.isSpent()) {
            Page<Scan.DirEntry> page = context.engine()
                    .scan(
                            new Scan.Directory(directory, Scan.Detail.NAMES),
                            Cursor.START,
                            Math.min(budget.limit - budget.used, 1000));
            if (page.records().isEmpty()) {
                return;
            }
            for (Scan.DirEntry entry : page.records()) {
                remove(new DentryKey(directory, entry.name()), entry.dentry(), budget);
                if (budget.isSpent()) {
                    return;
                }
            }
        }
    }

    private void remove(DentryKey at, Dentry entry, Budget budget) throws FsException {
        if (entry.type() == FileType.DIRECTORY) {
            empty(entry.inode(), budget);
            if (budget.isSpent()) {
                return;
            }
        }
        removals.removeForGood(at, entry.type());
        budget.used++;
    }

    private void removeHour(DentryKey at, long inode) throws FsException {
        Item.DentryAt entry = new Item.DentryAt(at);
        Item.NodeOf item = new Item.NodeOf(inode);
        Item.HasEntries entries = new Item.HasEntries(inode);
        context.change(context.terms(), ReadPlan.of(entry, item, entries), change -> {
            Node node = change.get(item);
            if (change.get(entry) != null && !change.get(entries)) {
                change.apply(new Mutation.RemoveDentry(at));
                change.apply(new Mutation.RemoveDirStat(inode));
                if (node != null) {
                    change.apply(new Mutation.RemoveNode(inode));
                    change.count(-Sizes.SPACE_UNIT, -1);
                }
            }
            return inode;
        });
    }
}
