package mountagent.maintenance;

import mountagent.base.FsException;
import mountagent.meta.Node;

/// What waits for its end does so rightly: files to be deleted have no node any more, unlinked inodes that sessions
/// keep alive still have theirs.
final class LeftoverCheck implements VolumeCheck {
    @Override
    public String name() {
        return "leftovers";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        image.deletedFiles().forEach((inode, file) -> {
            Node node = image.node(inode);
            if (node != null) {
                findings.error(
                        inode, image.name(inode) + " exists with " + node.nlink() + " links, but is to be deleted");
            }
            if (file.length() < 0) {
                findings.error(inode, "inode " + inode + " is to be deleted with a length of " + file.length());
            }
        });
        image.sustained().forEach((inode, session) -> {
            if (image.node(inode) == null) {
                findings.warning(
                        inode, "session " + session + " keeps inode " + inode + " alive, which does not exist");
            }
        });
    }
}
