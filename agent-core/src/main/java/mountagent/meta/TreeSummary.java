package mountagent.meta;

import java.util.List;
import mountagent.base.FileName;
import mountagent.base.FileType;

/// What a node and everything below it add up to, with its largest children, largest first.
///
/// `name` is empty at the top. Of a directory with more children than were asked for the last of `children`
/// stands for
/// all the others together: its inode is 0.
public record TreeSummary(long inode, FileName name, FileType type, TreeUse use, List<TreeSummary> children) {
    public TreeSummary {
        children = List.copyOf(children);
    }

    /// Whether this stands for several children.
    public boolean isRest() {
        return inode == 0;
    }
}
