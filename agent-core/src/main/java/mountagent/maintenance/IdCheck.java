package mountagent.maintenance;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.FsException;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.Scan;
import mountagent.meta.Slice;

/// The sequences that ids are drawn from are above every id in use, so that none is handed out again.
final class IdCheck implements VolumeCheck {
    @Override
    public String name() {
        return "ids";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        long inode = Roots.ROOT;
        long trash = 0;
        List<Long> inodes = new ArrayList<>(image.nodes().keySet());
        inodes.addAll(image.deletedFiles().keySet());
        for (long used : inodes) {
            if (Roots.isTrash(used)) {
                trash = Math.max(trash, used - Roots.TRASH);
            } else {
                inode = Math.max(inode, used);
            }
        }
        compare(image, IdKind.INODE, inode, findings);
        compare(image, IdKind.TRASH, trash, findings);
        compare(image, IdKind.SLICE, highestSlice(image), findings);
        long[] session = new long[1];
        image.forEach(new Scan.Sessions(), found -> session[0] = Math.max(session[0], found.id()));
        compare(image, IdKind.SESSION, session[0], findings);
        long[] rule = new long[1];
        image.forEach(new Scan.Acls(0), placed -> rule[0] = Math.max(rule[0], Integer.toUnsignedLong(placed.id())));
        compare(image, IdKind.ACL, rule[0], findings);
    }

    private static long highestSlice(VolumeImage image) throws FsException {
        long[] highest = new long[1];
        image.forEach(new Scan.AllChunks(), chunk -> {
            List<Slice> slices = chunk.slices();
            if (slices != null) {
                slices.forEach(slice -> highest[0] = Math.max(highest[0], slice.id()));
            }
        });
        image.forEach(
                new Scan.SliceCounts(),
                counted -> highest[0] = Math.max(highest[0], counted.slice().id()));
        image.forEach(
                new Scan.DelayedUntil(Long.MAX_VALUE),
                delayed -> delayed.slices().forEach(slice -> highest[0] = Math.max(highest[0], slice.id())));
        return highest[0];
    }

    private static void compare(VolumeImage image, IdKind kind, long used, Findings findings) throws FsException {
        image.readEach(List.of(kind), Item.NextId::new, (_, next) -> {
            if (next <= used) {
                findings.error(0, "id " + used + " of " + kind + " is in use, but the next to be drawn is " + next);
            }
        });
    }
}
