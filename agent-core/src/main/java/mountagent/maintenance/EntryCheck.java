package mountagent.maintenance;

import mountagent.base.FsException;
import mountagent.meta.Node;
import mountagent.meta.Scan;

/// Every entry lies in a directory that exists and points to a node of the type it tells.
final class EntryCheck implements VolumeCheck {
    @Override
    public String name() {
        return "entries";
    }

    @Override
    public void run(VolumeImage image, Findings findings) {
        for (long directory : image.parents()) {
            Node node = image.node(directory);
            if (node == null) {
                findings.error(
                        directory,
                        image.children(directory).size() + " entries lie in inode " + directory
                                + ", which does not exist; one is "
                                + image.children(directory).getFirst().key());
            } else if (!node.isDirectory()) {
                findings.error(
                        directory,
                        image.children(directory).size() + " entries lie in " + image.name(directory) + ", which is a "
                                + node.type());
            }
            for (Scan.PlacedDentry entry : image.children(directory)) {
                checkEntry(image, entry, findings);
            }
        }
    }

    private static void checkEntry(VolumeImage image, Scan.PlacedDentry entry, Findings findings) {
        long inode = entry.dentry().inode();
        Node node = image.node(inode);
        if (node == null) {
            findings.error(inode, "entry " + entry.key() + " points to inode " + inode + ", which does not exist");
        } else if (node.type() != entry.dentry().type()) {
            findings.error(
                    inode,
                    "entry " + entry.key() + " says " + entry.dentry().type() + ", but " + image.name(inode) + " is a "
                            + node.type());
        }
        checkName(entry, findings);
    }

    private static void checkName(Scan.PlacedDentry entry, Findings findings) {
        try {
            entry.key().name().check();
        } catch (FsException refused) {
            findings.error(entry.dentry().inode(), "entry " + entry.key() + " has a bad name: " + refused.getMessage());
        }
        if (entry.key().name().isDots()) {
            findings.error(entry.dentry().inode(), "entry " + entry.key() + " has a bad name");
        }
    }
}
