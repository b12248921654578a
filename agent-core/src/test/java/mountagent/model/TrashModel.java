package mountagent.model;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.ToLongFunction;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.NodeFlag;

/// The trash of the reference tree (semantics.md §7).
final class TrashModel {
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH").withZone(ZoneOffset.UTC);

    private final ModelTree tree;
    private final ToLongFunction<FileName> hourInode;

    /// `hourInode` tells the inode that the system gave to an hour directory it has just made.
    TrashModel(ModelTree tree, ToLongFunction<FileName> hourInode) {
        this.tree = tree;
        this.hourInode = hourInode;
    }

    /// Keeps a node that has lost its name in `parent`, if the trash is to keep such nodes and can.
    boolean keeps(ModelNode parent, FileName name, ModelNode node) {
        return wants(parent, node) && put(parent, name, node);
    }

    private boolean wants(ModelNode parent, ModelNode node) {
        return tree.trashDays > 0 && !ModelTree.isTrash(parent.inode) && (node.flags & NodeFlag.SKIP_TRASH) == 0;
    }

    /// Moves a node that has lost its name to the hour directory; false when an entry of that name is there.
    private boolean put(ModelNode parent, FileName name, ModelNode node) {
        ModelNode hour = hourDirectory();
        FileName kept = trashName(parent, node, name);
        if (hour.children.containsKey(kept)) {
            return false;
        }
        hour.children.put(kept, node.inode);
        if (node.parent > 0) {
            node.parent = hour.inode;
        } else {
            node.addParentLink(parent.inode, -1);
            node.addParentLink(hour.inode, 1);
        }
        return true;
    }

    private static FileName trashName(ModelNode parent, ModelNode node, FileName name) {
        byte[] front = (parent.inode + "-" + node.inode + "-").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(front, front.length + name.length());
        System.arraycopy(name.toArray(), 0, all, front.length, name.length());
        return FileName.of(Arrays.copyOf(all, Math.min(all.length, FileName.LENGTH_MAX)));
    }

    private ModelNode hourDirectory() {
        ModelNode trash = tree.present(ModelTree.TRASH);
        FileName name = FileName.of(HOUR.format(Instant.ofEpochSecond(tree.now().seconds())));
        Long there = trash.children.get(name);
        if (there != null) {
            return tree.present(there);
        }
        ModelNode hour = new ModelNode(hourInode.applyAsLong(name), FileType.DIRECTORY, tree.now());
        hour.mode = 0555;
        hour.nlink = 2;
        hour.length = 4096;
        hour.parent = ModelTree.TRASH;
        tree.add(hour);
        trash.children.put(name, hour.inode);
        return hour;
    }

    /// Removes what the trash has kept longer than until `before` (Unix seconds); how many entries that were.
    int expire(int client, long before, NameModel names) {
        ModelNode trash = tree.nodes.get(ModelTree.TRASH);
        int removed = 0;
        if (trash == null) {
            return removed;
        }
        for (FileName name : trash.children.keySet().toArray(FileName[]::new)) {
            ModelNode hour = tree.present(Objects.requireNonNull(trash.children.get(name)));
            long time = LocalDateTime.parse(name.toString(), HOUR).toEpochSecond(ZoneOffset.UTC);
            if (time < before) {
                removed += empty(client, hour, names);
                trash.children.remove(name);
                tree.forget(hour);
            }
        }
        return removed;
    }

    private int empty(int client, ModelNode hour, NameModel names) {
        int removed = 0;
        for (long inode : hour.children.values()) {
            ModelNode node = tree.present(inode);
            removed++;
            if (node.isDirectory()) {
                names.end(node);
            } else {
                names.dropName(client, hour, FileName.SELF, node);
            }
        }
        return removed;
    }
}
