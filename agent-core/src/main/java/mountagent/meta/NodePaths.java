package mountagent.meta;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// Where inodes are: the paths from the root, one for each name.
final class NodePaths {
    /// More names of one file than these are not told.
    private static final int NAMES_MAX = 1000;

    private static final int PAGE = 1000;

    private final StoreContext context;
    private final Lookups lookups;

    NodePaths(StoreContext context, Lookups lookups) {
        this.context = context;
        this.lookups = lookups;
    }

    /// The paths of an inode; none for one that has no name. A directory whose own entry is missing shows as
    /// its
    /// number in brackets.
    List<String> of(long inode, Node node) throws FsException {
        if (inode == Inodes.ROOT) {
            return List.of("/");
        }
        if (inode == Inodes.TRASH_ROOT) {
            return List.of("/.trash");
        }
        List<String> paths = new ArrayList<>();
        for (long parent : parents(inode, node)) {
            String above = pathOfDirectory(parent);
            for (Scan.DirEntry entry : entries(parent, inode)) {
                paths.add(above + "/" + entry.name());
            }
        }
        return paths;
    }

    private List<Long> parents(long inode, Node node) throws FsException {
        if (node.parent() != 0) {
            return List.of(node.parent());
        }
        List<Long> parents = new ArrayList<>();
        Page<DentryKey> links = context.engine().scan(new Scan.LinksTo(inode), Cursor.START, NAMES_MAX);
        links.records().stream().map(DentryKey::parent).distinct().forEach(parents::add);
        return parents;
    }

    /// Empty for the root.
    private String pathOfDirectory(long directory) throws FsException {
        Deque<String> names = new ArrayDeque<>();
        long current = directory;
        while (current != Inodes.ROOT) {
            if (current == Inodes.TRASH_ROOT) {
                names.push(".trash");
                break;
            }
            Node node = lookups.node(current);
            List<Scan.DirEntry> found = node.parent() == 0 ? List.of() : entries(node.parent(), current);
            if (found.isEmpty()) {
                names.push("[" + current + "]");
                break;
            }
            names.push(found.getFirst().name().toString());
            current = node.parent();
        }
        return names.isEmpty() ? "" : "/" + String.join("/", names);
    }

    /// The entries of `directory` that point to `inode`.
    private List<Scan.DirEntry> entries(long directory, long inode) throws FsException {
        List<Scan.DirEntry> found = new ArrayList<>();
        @Nullable Cursor next = Cursor.START;
        while (next != null && found.size() < NAMES_MAX) {
            Page<Scan.DirEntry> page =
                    context.engine().scan(new Scan.Directory(directory, Scan.Detail.NAMES), next, PAGE);
            for (Scan.DirEntry entry : page.records()) {
                if (entry.dentry().inode() == inode) {
                    found.add(entry);
                }
            }
            next = page.next();
        }
        return found;
    }
}
