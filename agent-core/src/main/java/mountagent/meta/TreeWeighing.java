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
import org.jspecify.annotations.Nullable;

/// Adds up what trees use, from their nodes and not from stored statistics, which others may have let go
/// wrong.
///
/// Memory: one page for each thread and level, and of each directory that is told of no more children than
/// were asked
/// for. The tally counts files (for a summary directories too) and the space of all nodes.
final class TreeWeighing {
    private static final int PAGE = 1000;
    private static final int THREADS = 8;
    private static final FileName REST = FileName.of("...");

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
    TreeUse weigh(Caller caller, long inode, Trees.Depth depth, Tally tally) throws FsException {
        Node node = lookups.node(inode);
        Run run = new Run(caller, tally, 0, Counting.FILES);
        if (depth == Trees.Depth.CHILDREN && node.isDirectory()) {
            run.count(node);
            return run.childrenOf(inode).plus(TreeUse.of(node));
        }
        return run.summarize(inode, FileName.of(""), node, 0, 0).use();
    }

    /// The node with all below it; of the `top` largest children of each directory down to `depth` levels it
    /// is told.
    TreeSummary summarize(Caller caller, long inode, int depth, int top, Tally tally) throws FsException {
        return new Run(caller, tally, top, Counting.NODES)
                .summarize(inode, FileName.of(""), lookups.node(inode), depth, 0);
    }

    /// What the tally counts beside space.
    private enum Counting {
        FILES,
        NODES
    }

    private final class Run {
        private final Caller caller;
        private final Tally tally;
        private final int top;
        private final boolean countsDirectories;
        private final Forks forks;

        Run(Caller caller, Tally tally, int top, Counting counting) {
            this.caller = caller;
            this.countsDirectories = counting == Counting.NODES;
            this.tally = tally;
            this.top = top;
            this.forks = new Forks(THREADS, tally);
        }

        void count(Node node) {
            boolean isCounted = countsDirectories || !node.isDirectory();
            tally.add(isCounted ? 1 : 0, Change.useOf(node).space());
        }

        TreeUse childrenOf(long directory) throws FsException {
            TreeUse[] sum = {TreeUse.NONE};
            checkListing(directory);
            Pages.forEach(context.engine(), new Scan.Directory(directory, Scan.Detail.NODES), entry -> {
                if (entry.node() != null) {
                    count(entry.node());
                    sum[0] = sum[0].plus(TreeUse.of(entry.node()));
                }
            });
            return sum[0];
        }

        private void checkListing(long directory) throws FsException {
            if (caller.isChecked()) {
                lookups.opendir(caller, directory);
                lookups.access(caller, directory, Permission.EXECUTE);
            }
        }

        TreeSummary summarize(long inode, FileName name, Node node, int depth, int level) throws FsException {
            count(node);
            if (!node.isDirectory()) {
                return new TreeSummary(inode, name, node.type(), TreeUse.of(node), List.of());
            }
            checkListing(inode);
            Children children = new Children(depth > 0 ? top : 0);
            @Nullable Cursor next = Cursor.START;
            while (next != null) {
                tally.check();
                Page<Scan.DirEntry> page =
                        context.engine().scan(new Scan.Directory(inode, Scan.Detail.NODES), next, PAGE);
                add(page.records(), depth - 1, level, children);
                next = page.next();
            }
            return new TreeSummary(
                    inode,
                    name,
                    FileType.DIRECTORY,
                    children.sum.plus(TreeUse.of(node)),
                    depth > 0 ? children.told() : List.of());
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
