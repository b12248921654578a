package mountagent.maintenance.dump;

import java.util.ArrayDeque;
import java.util.Deque;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.meta.DirStat;
import org.jspecify.annotations.Nullable;

/// A node of the document that is being read, and what is known of it so far; `parent` and `name` are null
/// for the root of a tree.
final class LoadedNode {
    final @Nullable LoadedNode parent;
    final @Nullable FileName name;
    private @Nullable LoadedAttr attr;

    /// Its number in the volume that is made: that of the document, but for a root.
    long inode;

    /// Whether the inode has been met before, under another name.
    boolean isRepeated;

    /// Whether its entries are being read.
    boolean isInEntries;

    int accessAcl;
    int defaultAcl;

    @Nullable
    Bytes target;

    int subdirectories;
    DirStat entries = DirStat.ZERO;
    DirStat below = DirStat.ZERO;

    LoadedNode(@Nullable LoadedNode parent, @Nullable FileName name) {
        this.parent = parent;
        this.name = name;
    }

    /// The attributes, which come before everything else.
    LoadedAttr attr() throws FsException {
        LoadedAttr known = attr;
        if (known == null) {
            throw new FsException(Errno.EINVAL, "the member 'attr' must come first");
        }
        return known;
    }

    boolean hasAttr() {
        return attr != null;
    }

    void attr(LoadedAttr value) {
        attr = value;
        inode = value.inode();
    }

    /// Its place in the tree, for messages.
    String path() {
        Deque<String> parts = new ArrayDeque<>();
        for (LoadedNode at = this; at != null && at.name != null; at = at.parent) {
            parts.push(at.name.toString());
        }
        return "/" + String.join("/", parts);
    }
}
