package mountagent.maintenance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.DirStat;
import mountagent.meta.Node;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import mountagent.meta.Scan;

/// The usage of each directory quota equals what lies below the directory, itself left out.
final class QuotaCheck implements VolumeCheck {
    @Override
    public String name() {
        return "quotas";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        List<Scan.PlacedQuota> quotas = new ArrayList<>();
        image.forEach(new Scan.Quotas(), quotas::add);
        for (Scan.PlacedQuota placed : quotas) {
            if (placed.key().kind() == QuotaKey.Kind.DIRECTORY) {
                checkDirectory(image, placed.key().id(), placed.quota(), findings);
            }
        }
    }

    private static void checkDirectory(VolumeImage image, long directory, Quota quota, Findings findings) {
        Node node = image.node(directory);
        if (node == null || !node.isDirectory()) {
            findings.warning(directory, "a quota is set on inode " + directory + ", which is no directory");
            return;
        }
        DirStat below = DirStat.ZERO;
        Deque<Long> open = new ArrayDeque<>(List.of(directory));
        while (!open.isEmpty()) {
            long next = open.remove();
            below = below.plus(DirStatCheck.recount(image, next));
            for (Scan.PlacedDentry entry : image.children(next)) {
                Node child = image.node(entry.dentry().inode());
                if (child != null && child.isDirectory()) {
                    open.add(entry.dentry().inode());
                }
            }
        }
        if (quota.usedSpace() != below.space() || quota.usedInodes() != below.inodes()) {
            findings.warning(
                    directory,
                    "the quota of " + image.name(directory) + " says " + quota.usedSpace() + " bytes in "
                            + quota.usedInodes() + " inodes are used, but below it are " + below.space() + " in "
                            + below.inodes());
        }
    }
}
