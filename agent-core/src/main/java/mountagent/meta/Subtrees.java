package mountagent.meta;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.DentryKey;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// What directories with all that lies below them add up to, for quotas when they move. Counted before the transaction
/// that moves them, so what changes below them meanwhile is not in it, as with the official client.
final class Subtrees {
    /// Sums by directory.
    record Weights(Map<Long, DirStat> trees) {
        static final Weights NONE = new Weights(Map.of());

        /// What `node` and all below it add up to.
        DirStat of(long inode, Node node) {
            return trees.getOrDefault(inode, Change.useOf(node));
        }
    }

    private final StoreContext context;

    Subtrees(StoreContext context) {
        this.context = context;
    }

    /// The weights that a rename needs: none while both ends lie under the same quotas.
    Weights weigh(Terms terms, DentryKey from, DentryKey to) throws FsException {
        if (!terms.quotas().hasDirectories() || from.parent() == to.parent()) {
            return Weights.NONE;
        }
        Item.DentryAt source = new Item.DentryAt(from);
        Item.DentryAt target = new Item.DentryAt(to);
        Item.Ancestors overSource = new Item.Ancestors(from.parent());
        Item.Ancestors overTarget = new Item.Ancestors(to.parent());
        Set<Long> directories = new HashSet<>();
        context.read(ReadPlan.of(source, target, overSource, overTarget), reader -> {
            if (!quotas(terms, reader.get(overSource)).equals(quotas(terms, reader.get(overTarget)))) {
                addDirectory(directories, reader.get(source));
                addDirectory(directories, reader.get(target));
            }
            return directories;
        });
        Map<Long, DirStat> trees = new HashMap<>();
        for (long directory : directories) {
            trees.put(directory, weigh(terms, directory));
        }
        return new Weights(trees);
    }

    private static void addDirectory(Set<Long> directories, @Nullable Dentry entry) {
        if (entry != null && entry.type() == FileType.DIRECTORY) {
            directories.add(entry.inode());
        }
    }

    private static Set<Long> quotas(Terms terms, List<Long> ancestors) {
        Set<Long> limited = new HashSet<>(ancestors);
        limited.removeIf(inode -> !terms.quotas().has(new QuotaKey(QuotaKey.Kind.DIRECTORY, inode)));
        return limited;
    }

    /// The directory itself and all below it; where a quota counts already, that is taken.
    private DirStat weigh(Terms terms, long top) throws FsException {
        DirStat[] sum = {new DirStat(0, Sizes.SPACE_UNIT, 1)};
        Deque<Long> open = new ArrayDeque<>(List.of(top));
        while (!open.isEmpty()) {
            long directory = open.remove();
            Quota counted = terms.quotas().get(new QuotaKey(QuotaKey.Kind.DIRECTORY, directory));
            if (counted != null) {
                sum[0] = sum[0].plus(new DirStat(0, counted.usedSpace(), counted.usedInodes()));
                continue;
            }
            Pages.forEach(context.engine(), new Scan.Directory(directory, Scan.Detail.NODES), entry -> {
                if (entry.node() != null) {
                    sum[0] = sum[0].plus(Change.useOf(entry.node()));
                }
                if (entry.dentry().type() == FileType.DIRECTORY) {
                    open.add(entry.dentry().inode());
                }
            });
        }
        return sum[0];
    }
}
