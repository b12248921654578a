package mountagent.meta;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
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
        for (DentryKey entry : entries(inode, node)) {
            paths.add(pathOfDirectory(entry.parent()) + "/" + entry.name());
        }
        return paths;
    }

    /// The entries that point to a node. One with a parent of its own has one, in that.
    private List<DentryKey> entries(long inode, Node node) throws FsException {
        if (node.parent() == 0) {
            return context.engine()
                    .scan(new Scan.LinksTo(inode), Cursor.START, NAMES_MAX)
                    .records();
        }
        FileName name = nameIn(node.parent(), inode);
        return name == null ? List.of() : List.of(new DentryKey(node.parent(), name));
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
            FileName name = node.parent() == 0 ? null : nameIn(node.parent(), current);
            if (name == null) {
                names.push("[" + current + "]");
                break;
            }
            names.push(name.toString());
            current = node.parent();
        }
        return names.isEmpty() ? "" : "/" + String.join("/", names);
    }

    /// The first name of `inode` in `directory`, or null. Reads the directory up to there.
    private @Nullable FileName nameIn(long directory, long inode) throws FsException {
        @Nullable Cursor next = Cursor.START;
        while (next != null) {
            Page<Scan.DirEntry> page =
                    context.engine().scan(new Scan.Directory(directory, Scan.Detail.NAMES), next, PAGE);
            for (Scan.DirEntry entry : page.records()) {
                if (entry.dentry().inode() == inode) {
                    return entry.name();
                }
            }
            next = page.next();
        }
        return null;
    }
}
