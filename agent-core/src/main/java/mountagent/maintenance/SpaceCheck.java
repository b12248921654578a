package mountagent.maintenance;

import java.util.List;
import java.util.Map;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.Counter;
import mountagent.meta.Item;
import mountagent.meta.Node;

/// The counters of used space and inodes equal what all nodes add up to, the two roots left out.
final class SpaceCheck implements VolumeCheck {
    @Override
    public String name() {
        return "space";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        long space = 0;
        long inodes = 0;
        for (Map.Entry<Long, Node> found : image.nodes().entrySet()) {
            if (!Roots.isRoot(found.getKey())) {
                space += spaceOf(found.getValue());
                inodes++;
            }
        }
        compare(image, Counter.USED_SPACE, space, findings);
        compare(image, Counter.TOTAL_INODES, inodes, findings);
    }

    /// What a node adds to the space in use.
    static long spaceOf(Node node) {
        return node.type().hasData() ? Sizes.space(node.length()) : Sizes.SPACE_UNIT;
    }

    private static void compare(VolumeImage image, Counter counter, long expected, Findings findings)
            throws FsException {
        image.readEach(List.of(counter), Item.CounterOf::new, (_, told) -> {
            if (told != expected && !image.hasDetachedTrees()) {
                findings.warning(0, "counter " + counter + " is " + told + ", but all nodes add up to " + expected);
            }
        });
    }
}
