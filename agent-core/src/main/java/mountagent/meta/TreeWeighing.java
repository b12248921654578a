package mountagent.meta;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Caller;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Tally;
import mountagent.meta.Trees.Counting;
import mountagent.meta.Trees.Shape;
import org.jspecify.annotations.Nullable;

/// Adds up what trees use.
///
/// The statistics of a directory, where they may be used, save reading its entries when nobody asks for them
/// one by
/// one: when its children alone are wanted, or when its link count says that no directory is among them.
///
/// Memory: one page for each thread and level, and of each directory that is told of no more children than
/// were asked
/// for. The tally counts files (for a summary directories too) and the space of all nodes.
final class TreeWeighing {
    private static final int PAGE = 1000;
    private static final int THREADS = 8;
    private static final FileName TOP = FileName.of("");
    private static final FileName REST = FileName.of("...");
    private static final Shape NO_CHILDREN = new Shape(0, 0);

    private static final Comparator<TreeSummary> LARGEST_FIRST = Comparator.<TreeSummary>comparingLong(
                    child -> child.use().space())
            .reversed()
            .thenComparing(TreeSummary::name);

    private final StoreContext context;
    private final Lookups lookups;

    TreeWeighing(StoreContext context, Lookups lookups) {
        this.context = context;
        this.lookups = lookups;
    }

    /// The node with its direct children, or with all below it as `depth` says.
    TreeUse weigh(Caller caller, long inode, Trees.Depth depth, Counting counting, Tally tally) throws FsException {
        Node node = lookups.node(inode);
        Run run = new Run(caller, tally, NO_CHILDREN, counting, Counted.FILES);
        if (depth == Trees.Depth.CHILDREN && node.isDirectory()) {
            run.count(TreeUse.of(node));
            return run.childrenOf(inode, node).plus(TreeUse.of(node));
        }
        return run.summarize(inode, TOP, node, 0, 0).use();
    }

    /// The node with all below it, told of as `shape` says.
    TreeSummary summarize(Caller caller, long inode, Shape shape, Counting counting, Tally tally) throws FsException {
        return new Run(caller, tally, shape, counting, Counted.NODES)
                .summarize(inode, TOP, lookups.node(inode), shape.depth(), 0);
    }

    /// What the tally counts beside space.
    private enum Counted {
        FILES,
        NODES
    }

    private final class Run {
        private final Caller caller;
        private final Tally tally;
        private final Shape shape;
        private final boolean mayUseStored;
        private final boolean countsDirectories;
        private final Forks forks;

        Run(Caller caller, Tally tally, Shape shape, Counting counting, Counted counted) {
            this.caller = caller;
            this.countsDirectories = counted == Counted.NODES;
            this.mayUseStored = counting == Counting.STORED && context.format().dirStats();
            this.tally = tally;
            this.shape = shape;
            this.forks = new Forks(THREADS, tally);
        }

        void count(TreeUse use) {
            tally.add(use.files() + (countsDirectories ? use.directories() : 0), use.space());
        }

        TreeUse childrenOf(long inode, Node directory) throws FsException {
            checkListing(inode);
            TreeUse stored = mayUseStored ? stored(inode, directory) : null;
            if (stored != null) {
                count(stored);
                return stored;
            }
            TreeUse[] sum = {TreeUse.NONE};
            Pages.forEach(context.engine(), new Scan.Directory(inode, Scan.Detail.NODES), entry -> {
                if (entry.node() != null) {
                    TreeUse use = TreeUse.of(entry.node());
                    count(use);
                    sum[0] = sum[0].plus(use);
                }
            });
            return sum[0];
        }

        /// What the statistics say of a directory's children; null when there are none that make sense.
        private @Nullable TreeUse stored(long inode, Node directory) throws FsException {
            Item.DirStatOf item = new Item.DirStatOf(inode);
            DirStat stat = context.read(ReadPlan.of(item), reader -> reader.get(item));
            long directories = directory.nlink() - 2L;
            if (stat == null || directories < 0 || !makesSense(stat, directories)) {
                return null;
            }
            return new TreeUse(stat.length(), stat.space(), stat.inodes() - directories, directories);
        }

        private static boolean makesSense(DirStat stat, long directories) {
            return stat.length() >= 0 && stat.space() >= 0 && stat.inodes() >= directories;
        }

        private void checkListing(long directory) throws FsException {
            if (caller.isChecked()) {
                lookups.opendir(caller, directory);
                lookups.access(caller, directory, Permission.EXECUTE);
            }
        }

        TreeSummary summarize(long inode, FileName name, Node node, int depth, int level) throws FsException {
            TreeUse own = TreeUse.of(node);
            count(own);
            if (!node.isDirectory()) {
                return new TreeSummary(inode, name, node.type(), own, List.of());
            }
            boolean isTold = depth > 0 && shape.top() > 0;
            if (!isTold && node.nlink() == 2) {
                return new TreeSummary(
                        inode, name, FileType.DIRECTORY, childrenOf(inode, node).plus(own), List.of());
            }
            Children children = children(inode, isTold, depth - 1, level);
            return new TreeSummary(
                    inode, name, FileType.DIRECTORY, children.sum.plus(own), isTold ? children.told() : List.of());
        }

        private Children children(long inode, boolean areTold, int depth, int level) throws FsException {
            checkListing(inode);
            Children children = new Children(areTold ? shape.top() : 0);
            @Nullable Cursor next = Cursor.START;
            while (next != null) {
                tally.check();
                Page<Scan.DirEntry> page =
                        context.engine().scan(new Scan.Directory(inode, Scan.Detail.NODES), next, PAGE);
                add(page.records(), depth, level, children);
                next = page.next();
            }
            return children;
        }

        private void add(List<Scan.DirEntry> entries, int depth, int level, Children children) throws FsException {
            List<Scan.DirEntry> directories = new ArrayList<>();
            for (Scan.DirEntry entry : entries) {
                Node node = entry.node();
                if (node != null && node.isDirectory()) {
                    directories.add(entry);
                } else if (node != null) {
                    children.add(summarize(entry.dentry().inode(), entry.name(), node, 0, level));
                }
            }
            forks.each(level, directories, (entry, below) -> {
                Node node = entry.node();
                if (node != null) {
                    children.add(summarize(entry.dentry().inode(), entry.name(), node, depth, below));
                }
            });
        }
    }

    /// The largest children of a directory and the sum of all. Thread-safe.
    private static final class Children {
        private final int top;
        private final ReentrantLock lock = new ReentrantLock();
        private final PriorityQueue<TreeSummary> largest = new PriorityQueue<>(LARGEST_FIRST.reversed());
        private TreeUse sum = TreeUse.NONE;
        private boolean isCut;

        Children(int top) {
            this.top = top;
        }

        void add(TreeSummary child) {
            lock.lock();
            try {
                sum = sum.plus(child.use());
                largest.add(child);
                if (largest.size() > top) {
                    largest.remove();
                    isCut = true;
                }
            } finally {
                lock.unlock();
            }
        }

        List<TreeSummary> told() {
            List<TreeSummary> told = new ArrayList<>(largest);
            told.sort(LARGEST_FIRST);
            if (isCut) {
                TreeUse rest = sum;
                for (TreeSummary child : told) {
                    rest = rest.minus(child.use());
                }
                told.add(new TreeSummary(0, REST, FileType.FILE, rest, List.of()));
            }
            return told;
        }
    }
}
