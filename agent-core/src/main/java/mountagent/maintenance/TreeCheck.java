package mountagent.maintenance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Sizes;
import mountagent.block.BlockFormat;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.object.ObjectStore;
import org.jspecify.annotations.Nullable;

/// Checks one place of a volume, or the tree below it, and repairs its directories when asked to: what
/// `fsck --path` does (reference: maintenance.md §3).
///
/// Memory does not depend on the size of the tree, but for the directories that wait to be looked at. On a
/// volume in use a directory is looked at up to [#LOOKS_MAX] times before something is believed to be wrong
/// with it; repairs look again in their transaction. Used once, by one thread.
public final class TreeCheck {
    private static final int LOOKS_MAX = 5;
    private static final int PAGE = 10_000;
    private static final String TRASH_NAME = ".trash";

    /// What is asked of the statistics of directories.
    public enum Statistics {
        /// Nothing: the volume keeps none.
        NONE,
        /// That they are there and possible.
        PRESENT,
        /// That they equal a recount.
        RECOUNTED
    }

    /// What may be done beyond looking.
    public enum Wish {
        /// Go down the whole tree.
        RECURSE,
        /// Repair directories, and statistics as far as they are asked about.
        REPAIR
    }

    /// What to do. Directories that get new attributes get the permission bits `directoryMode`.
    /// With `reading`, blocks are read too.
    public record Order(
            Set<Wish> wishes,
            Statistics statistics,
            int directoryMode,
            @Nullable BlockReading reading) {
        public Order {
            wishes = Set.copyOf(wishes);
        }
    }

    /// What was found and could not be repaired, and how many repairs were made.
    public record Result(CheckReport report, long repairs) {}

    private record Place(@Nullable DentryKey at, long inode, FileType type, String path) {}

    private final MetaStore meta;
    private final MetaEngine engine;
    private final Order order;
    private final FileCheck files;
    private final DirectoryRepair repair;
    private final Findings findings = new Findings();
    private final Progress progress;
    private long repairs;
    private long entries;

    /// A check of `meta` with its objects in `store`; `tally` is told what was counted.
    public TreeCheck(
            MetaStore meta,
            ObjectStore store,
            BlockFormat format,
            Order order,
            BlockTally tally,
            Progress progress,
            Clock clock) {
        this.meta = meta;
        this.engine = meta.engine();
        this.order = order;
        this.progress = progress;
        files = new FileCheck(meta, store, format, order.reading(), findings, tally);
        repair = new DirectoryRepair(engine, clock, order.directoryMode());
    }

    private boolean wants(Wish wish) {
        return order.wishes().contains(wish);
    }

    /// Checks what is at `path`, which begins at the volume's root; `/.trash` is the trash. ENOENT when there
    /// is no such entry, ENOTDIR when it leads through something else than directories.
    public Result run(String path) throws FsException {
        findings.begin("tree");
        Place top = find(path);
        try (Progress.Count count = progress.count("checked entries")) {
            Deque<Place> open = new ArrayDeque<>(List.of(top));
            while (!open.isEmpty()) {
                Place place = open.removeLast();
                if (place.type() == FileType.DIRECTORY) {
                    directory(place, open, count);
                } else {
                    file(place);
                    count.add(1);
                }
            }
        }
        if (top.inode() == Roots.ROOT && wants(Wish.RECURSE) && order.statistics() == Statistics.RECOUNTED) {
            counters();
        }
        return new Result(findings.report(0, entries), repairs);
    }

    /// Follows entries alone, so that a directory whose attributes are lost is found, too.
    private Place find(String path) throws FsException {
        Place place = new Place(null, Roots.ROOT, FileType.DIRECTORY, "/");
        for (String name : path.split("/")) {
            if (name.isEmpty()) {
                continue;
            }
            if (place.type() != FileType.DIRECTORY) {
                throw new FsException(Errno.ENOTDIR, place.path() + " is no directory");
            }
            if (place.inode() == Roots.ROOT && name.equals(TRASH_NAME)) {
                place = trash();
                continue;
            }
            DentryKey key = new DentryKey(place.inode(), FileName.of(name));
            Item.DentryAt item = new Item.DentryAt(key);
            Dentry found = engine.read(ReadPlan.of(item), reader -> reader.get(item));
            if (found == null) {
                throw new FsException(Errno.ENOENT, below(place.path(), name) + ": no such file or directory");
            }
            place = new Place(key, found.inode(), found.type(), below(place.path(), name));
        }
        return place;
    }

    /// The trash; a volume that never had one has no node for it.
    private Place trash() throws FsException {
        Item.NodeOf node = new Item.NodeOf(Roots.TRASH);
        Item.HasEntries entries = new Item.HasEntries(Roots.TRASH);
        boolean isThere =
                engine.read(ReadPlan.of(node, entries), reader -> reader.get(node) != null || reader.get(entries));
        if (!isThere) {
            throw new FsException(Errno.ENOENT, "/.trash: this volume has no trash");
        }
        return new Place(null, Roots.TRASH, FileType.DIRECTORY, "/.trash");
    }

    private static String below(String path, String name) {
        return path.equals("/") ? "/" + name : path + "/" + name;
    }

    private void file(Place place) throws FsException {
        Item.NodeOf item = new Item.NodeOf(place.inode());
        Node node = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        DentryKey at = place.at();
        if (at != null) {
            Scan.DirEntry entry = new Scan.DirEntry(at.name(), new Dentry(place.inode(), place.type()), node);
            files.check(at.parent(), parentOf(place.path()), List.of(entry));
            entries++;
        }
    }

    private static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash == 0 ? "/" : path.substring(0, slash);
    }

    /// Looks until nothing is wrong, until what is wrong is repaired, or until it has been wrong each time.
    private void directory(Place place, Deque<Place> open, Progress.Count count) throws FsException {
        String name = "inode " + place.inode() + " (" + place.path() + ")";
        List<Place> below = new ArrayList<>();
        DirectoryLook look = DirectoryLook.at(engine, place.inode(), page -> visit(place, page, below, count));
        List<String> problems = look.problems(name, order.statistics());
        for (int again = 1; again < LOOKS_MAX && !problems.isEmpty(); again++) {
            if (wants(Wish.REPAIR)) {
                repairs += repaired(place, look);
            }
            look = DirectoryLook.at(engine, place.inode(), _ -> {});
            problems = look.problems(name, order.statistics());
        }
        if (look.node() == null && place.at() != null && isGone(place)) {
            return;
        }
        problems.forEach(problem -> findings.error(place.inode(), problem));
        if (wants(Wish.RECURSE)) {
            open.addAll(below);
        }
    }

    /// Whether the entry has gone meanwhile: nothing is wrong then.
    private boolean isGone(Place place) throws FsException {
        DentryKey at = place.at();
        if (at == null) {
            return false;
        }
        Item.DentryAt item = new Item.DentryAt(at);
        Dentry now = engine.read(ReadPlan.of(item), reader -> reader.get(item));
        return now == null || now.inode() != place.inode();
    }

    private void visit(Place directory, List<Scan.DirEntry> page, List<Place> below, Progress.Count count)
            throws FsException {
        List<Scan.DirEntry> others = new ArrayList<>();
        for (Scan.DirEntry entry : page) {
            if (entry.dentry().type() == FileType.DIRECTORY) {
                DentryKey key = new DentryKey(directory.inode(), entry.name());
                String path = below(directory.path(), entry.name().toString());
                below.add(new Place(key, entry.dentry().inode(), FileType.DIRECTORY, path));
                files.checkDirectoryEntry(directory.inode(), path, entry);
            } else {
                others.add(entry);
            }
        }
        if (wants(Wish.RECURSE)) {
            files.check(directory.inode(), directory.path(), others);
        }
        entries += page.size();
        count.add(page.size());
    }

    /// Repairs one thing, the first that stands in the way of the others; 1 when that was done.
    private int repaired(Place place, DirectoryLook look) throws FsException {
        if (look.node() == null) {
            return repair.restoreNode(place.at(), look) ? 1 : 0;
        }
        if (look.hasWrongLinks()) {
            return repair.correctLinks(look) ? 1 : 0;
        }
        return repair.correctStat(look) ? 1 : 0;
    }

    /// Compares the counters of the volume with all its nodes, those of the trash, of unlinked files and of
    /// copies under way included.
    private void counters() throws FsException {
        for (int look = 1; look <= LOOKS_MAX; look++) {
            Map<Counter, Long> told = told();
            Map<Counter, Long> counted = counted();
            boolean isQuiet = told.equals(told());
            if (told.equals(counted)) {
                return;
            }
            if (isQuiet && wants(Wish.REPAIR)) {
                for (Counter counter : counted.keySet()) {
                    long before = told.getOrDefault(counter, 0L);
                    long right = counted.getOrDefault(counter, 0L);
                    repairs += before != right && repair.correctCounter(counter, before, right) ? 1 : 0;
                }
            } else if (look == LOOKS_MAX || isQuiet) {
                findings.error(
                        0,
                        "the volume's counters are " + told + ", but all nodes add up to " + counted
                                + (isQuiet ? "" : " (it was changed meanwhile)"));
                return;
            }
        }
    }

    private Map<Counter, Long> told() throws FsException {
        Item.CounterOf space = new Item.CounterOf(Counter.USED_SPACE);
        Item.CounterOf inodes = new Item.CounterOf(Counter.TOTAL_INODES);
        return engine.read(ReadPlan.of(space, inodes), reader -> counters(reader.get(space), reader.get(inodes)));
    }

    private Map<Counter, Long> counted() throws FsException {
        long space = 0;
        long inodes = 0;
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.PlacedNode> page = meta.engine().scan(new Scan.Nodes(), at, PAGE);
            for (Scan.PlacedNode placed : page.records()) {
                if (!Roots.isRoot(placed.inode())) {
                    Node node = placed.node();
                    space += node.type().hasData() ? Sizes.space(node.length()) : Sizes.SPACE_UNIT;
                    inodes++;
                }
            }
            at = page.next();
        }
        return counters(space, inodes);
    }

    private static Map<Counter, Long> counters(long space, long inodes) {
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        counters.put(Counter.USED_SPACE, space);
        counters.put(Counter.TOTAL_INODES, inodes);
        return counters;
    }
}
