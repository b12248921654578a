package mountagent.maintenance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.DentryKey;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.Item;
import mountagent.meta.Node;

/// Every node is reachable, says how many entries it has and where, and is what its type asks for.
///
/// Link counts of the trash root and of hour directories are not kept by any client and not looked at; a directory's
/// link count is 2 and one for each directory in it. A file's parent is 0 from its second link on.
final class NodeCheck implements VolumeCheck {
    @Override
    public String name() {
        return "nodes";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        Node root = image.node(Roots.ROOT);
        if (root == null || !root.isDirectory()) {
            findings.error(Roots.ROOT, "the root directory does not exist");
        }
        List<Long> counted = new ArrayList<>();
        List<Long> symlinks = new ArrayList<>();
        image.nodes().forEach((inode, node) -> {
            checkReachable(image, inode, node, findings);
            if (node.isDirectory()) {
                checkDirectory(image, inode, node, findings);
            } else {
                checkLinks(image, inode, node, findings);
                if (node.parent() == 0) {
                    counted.add(inode);
                }
            }
            if (node.type() == FileType.SYMLINK) {
                symlinks.add(inode);
            }
        });
        checkParentLinks(image, counted, findings);
        checkSymlinks(image, symlinks, findings);
    }

    private static void checkReachable(VolumeImage image, long inode, Node node, Findings findings) {
        if (image.isAttached(inode) || image.isDetached(inode)) {
            return;
        }
        if (!image.links(inode).isEmpty()) {
            findings.error(inode, image.name(inode) + " has entries, but none that the root leads to");
        } else if (!image.isSustained(inode)) {
            findings.error(
                    inode,
                    "inode " + inode + " (" + node.type() + ", " + node.length()
                            + " bytes) has no entry, and no session keeps it");
        } else if (!node.isFile() || node.nlink() != 0) {
            findings.error(
                    inode,
                    "inode " + inode + " is kept by a session as unlinked, but is a " + node.type() + " with "
                            + node.nlink() + " links");
        }
    }

    private static void checkDirectory(VolumeImage image, long inode, Node node, Findings findings) {
        List<DentryKey> places = image.links(inode);
        if (places.size() > 1) {
            findings.error(inode, image.name(inode) + " is a directory with " + places.size() + " entries: " + places);
        }
        long parent = Roots.isRoot(inode)
                ? Roots.ROOT
                : places.isEmpty() ? node.parent() : places.getFirst().parent();
        if (node.parent() != parent) {
            findings.error(
                    inode, image.name(inode) + " says its parent is " + node.parent() + ", but it lies in " + parent);
        }
        if (!Roots.isTrash(inode)) {
            long subdirectories = image.children(inode).stream()
                    .filter(entry -> entry.dentry().type() == FileType.DIRECTORY)
                    .count();
            if (node.nlink() != 2 + subdirectories) {
                findings.error(
                        inode,
                        image.name(inode) + " has " + subdirectories + " directories in it, but a link count of "
                                + node.nlink());
            }
        }
        if (node.length() != Node.DIRECTORY_LENGTH) {
            findings.warning(inode, image.name(inode) + " is a directory of length " + node.length());
        }
    }

    private static void checkLinks(VolumeImage image, long inode, Node node, Findings findings) {
        List<DentryKey> places = image.links(inode);
        if (node.nlink() != places.size()) {
            findings.error(
                    inode,
                    image.name(inode) + " has " + places.size() + " entries, but a link count of " + node.nlink());
        }
        if (node.parent() != 0 && places.size() > 1) {
            findings.error(
                    inode,
                    image.name(inode) + " has several entries, but says its parent is " + node.parent() + ": "
                            + places);
        }
        if (node.parent() != 0 && places.size() == 1 && places.getFirst().parent() != node.parent()) {
            findings.error(
                    inode,
                    image.name(inode) + " says its parent is " + node.parent() + ", but it lies in "
                            + places.getFirst().parent());
        }
    }

    /// Of a file whose parent is 0, the counted entries of each directory are the entries.
    private static void checkParentLinks(VolumeImage image, List<Long> inodes, Findings findings) throws FsException {
        image.readEach(inodes, Item.ParentLinks::new, (inode, told) -> {
            Map<Long, Integer> found = new HashMap<>();
            for (DentryKey place : image.links(inode)) {
                found.merge(place.parent(), 1, Integer::sum);
            }
            if (!found.equals(told)) {
                findings.error(
                        inode, image.name(inode) + " has entries by directory " + found + ", but counts " + told);
            }
        });
    }

    private static void checkSymlinks(VolumeImage image, List<Long> inodes, Findings findings) throws FsException {
        image.readEach(inodes, Item.SymlinkOf::new, (inode, target) -> {
            Node node = image.node(inode);
            if (target == null || target.isEmpty()) {
                findings.error(inode, image.name(inode) + " is a symbolic link without a target");
            } else if (node != null && node.length() != target.length()) {
                findings.warning(
                        inode,
                        image.name(inode) + " is a symbolic link of length " + node.length() + " to a target of "
                                + target.length() + " bytes");
            }
        });
    }
}
