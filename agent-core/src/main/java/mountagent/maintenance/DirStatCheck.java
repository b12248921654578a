package mountagent.maintenance;

import java.util.HashMap;
import java.util.Map;
import mountagent.base.FsException;
import mountagent.meta.DirStat;
import mountagent.meta.Node;
import mountagent.meta.Scan;

/// The statistics of each directory equal what its entries add up to.
///
/// A volume that keeps none has no such records at all; in one that does, only the trash root has none. A
/// directory
/// without statistics is recounted by whoever needs them, so that only wrong ones are worth a warning.
final class DirStatCheck implements VolumeCheck {
    @Override
    public String name() {
        return "statistics";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        Map<Long, DirStat> stored = new HashMap<>();
        image.forEach(new Scan.DirStats(), found -> stored.put(found.directory(), found.stat()));
        if (stored.isEmpty()) {
            return;
        }
        stored.forEach((directory, told) -> {
            Node node = image.node(directory);
            if (node == null || !node.isDirectory()) {
                findings.warning(directory, "statistics of inode " + directory + ", which is no directory");
            } else if (!image.isDetached(directory) && !told.equals(recount(image, directory))) {
                findings.warning(
                        directory,
                        "statistics of " + image.name(directory) + " say " + told + ", but its entries add up to "
                                + recount(image, directory));
            }
        });
        image.nodes().forEach((inode, node) -> {
            if (node.isDirectory() && inode != Roots.TRASH && !stored.containsKey(inode)) {
                findings.note(inode, image.name(inode) + " has no statistics");
            }
        });
    }

    /// What the entries of a directory add up to.
    static DirStat recount(VolumeImage image, long directory) {
        DirStat sum = DirStat.ZERO;
        for (Scan.PlacedDentry entry : image.children(directory)) {
            Node node = image.node(entry.dentry().inode());
            if (node != null) {
                long length = node.type().hasData() ? node.length() : 0;
                sum = sum.plus(new DirStat(length, SpaceCheck.spaceOf(node), 1));
            }
        }
        return sum;
    }
}
