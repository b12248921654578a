package mountagent.maintenance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.ChunkKey;
import mountagent.meta.Item;
import mountagent.meta.Node;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;

/// Every chunk belongs to a file, its records make sense, and the references of each slice are counted right.
///
/// A record counts once for its slice, and so does each mention among the delayed slices of a compaction.
final class SliceCheck implements VolumeCheck {
    @Override
    public String name() {
        return "slices";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        References found = References.count(image, findings);
        Map<SliceKey, Long> unseen = new HashMap<>(found.counts());
        Map<SliceKey, Long> counted = new HashMap<>();
        image.forEach(new Scan.SliceCounts(), stored -> counted.put(stored.slice(), stored.refs()));
        counted.forEach((slice, told) -> {
            Long expected = unseen.remove(slice);
            compare(slice, told, expected == null ? 0 : expected, findings);
        });
        image.readEach(
                unseen.keySet(),
                Item.SliceRefs::new,
                (slice, told) -> compare(slice, told, found.counts().getOrDefault(slice, 0L), findings));
    }

    private static void compare(SliceKey slice, long told, long expected, Findings findings) {
        if (told < expected) {
            findings.error(
                    0,
                    "slice " + slice.id() + " (" + slice.size() + " bytes) is referred to " + expected
                            + " times, but counted " + told + " times: its data would be deleted too early");
        } else if (told > expected) {
            findings.warning(
                    0,
                    "slice " + slice.id() + " (" + slice.size() + " bytes) is referred to " + expected
                            + " times, but counted " + told + " times: its data would never be deleted");
        }
    }

    /// Whether `slice` is a record that the data path can work with.
    static boolean isSound(Slice slice) {
        boolean inChunk = slice.pos() >= 0 && slice.len() > 0 && (long) slice.pos() + slice.len() <= Sizes.CHUNK;
        boolean inSlice = slice.id() > 0
                && slice.off() >= 0
                && slice.size() > 0
                && slice.size() <= Sizes.CHUNK
                && (long) slice.off() + slice.len() <= slice.size();
        return inChunk && (slice.isZeros() || inSlice);
    }

    /// How often each slice is referred to.
    record References(Map<SliceKey, Long> counts) {
        static References count(VolumeImage image, Findings findings) throws FsException {
            Map<SliceKey, Long> counts = new HashMap<>();
            Map<Long, Integer> sizes = new HashMap<>();
            Set<ChunkKey> seen = new HashSet<>();
            image.forEach(new Scan.AllChunks(), chunk -> {
                if (!seen.add(chunk.chunk())) {
                    return; // a scan may repeat itself
                }
                checkOwner(image, chunk, findings);
                for (Slice slice : soundSlices(image, chunk, findings)) {
                    if (!slice.isZeros()) {
                        counts.merge(new SliceKey(slice.id(), slice.size()), 1L, Long::sum);
                        checkSize(image, sizes, slice, chunk, findings);
                    }
                }
            });
            Set<Long> delayedSeen = new HashSet<>();
            image.forEach(new Scan.DelayedUntil(Long.MAX_VALUE), delayed -> {
                if (delayedSeen.add(delayed.id())) {
                    delayed.slices().forEach(slice -> counts.merge(slice, 1L, Long::sum));
                }
            });
            return new References(counts);
        }

        private static void checkSize(
                VolumeImage image, Map<Long, Integer> sizes, Slice slice, Scan.PlacedChunk chunk, Findings findings) {
            Integer before = sizes.putIfAbsent(slice.id(), slice.size());
            if (before != null && before != slice.size()) {
                findings.error(
                        chunk.chunk().inode(),
                        "slice " + slice.id() + " has " + slice.size() + " bytes in chunk "
                                + chunk.chunk().index() + " of "
                                + image.name(chunk.chunk().inode()) + ", but " + before + " elsewhere");
            }
        }

        private static void checkOwner(VolumeImage image, Scan.PlacedChunk chunk, Findings findings) {
            long inode = chunk.chunk().inode();
            Node node = image.node(inode);
            String what = "chunk " + chunk.chunk().index() + " belongs to inode " + inode + ", which is ";
            if (node != null) {
                if (!node.isFile()) {
                    findings.error(inode, what + "a " + node.type());
                }
            } else if (!image.deletedFiles().containsKey(inode)) {
                // what the official client leaves on Redis of a file that was cut to nothing and removed
                findings.warning(inode, what + "neither a file nor to be deleted: it takes space");
            }
        }

        private static List<Slice> soundSlices(VolumeImage image, Scan.PlacedChunk chunk, Findings findings) {
            List<Slice> slices = chunk.slices();
            String where = "chunk " + chunk.chunk().index() + " of "
                    + image.name(chunk.chunk().inode());
            if (slices == null) {
                findings.error(chunk.chunk().inode(), where + " is corrupt: its value is no list of records");
                return List.of();
            }
            List<Slice> sound = new ArrayList<>(slices);
            sound.removeIf(slice -> !isSound(slice));
            if (sound.size() != slices.size()) {
                slices.stream()
                        .filter(slice -> !isSound(slice))
                        .forEach(slice -> findings.error(
                                chunk.chunk().inode(), where + " holds a record that makes no sense: " + slice));
            }
            return sound;
        }
    }
}
