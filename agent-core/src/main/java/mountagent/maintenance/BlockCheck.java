package mountagent.maintenance;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockFormat;
import mountagent.block.BlockKey;
import mountagent.block.Compression;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;

/// Every block of every slice in use is in the object store under its name and as long as it must be; what
/// else lies there is told.
///
/// The metadata is read first and the store after it, so that a block of a slice that was found must be
/// listed: blocks are stored before their slice is committed. Blocks that nobody refers to are leaked, unless
/// they are so young that an upload may not have been committed yet, or their slice is already waiting for
/// its deletion.
public final class BlockCheck implements VolumeCheck {
    private static final int PAGE = 1000;
    private static final String PREFIX = "chunks/";
    /// Compressed forms are longer than their content by this at most (LZ4: 1/255 and 16, zstd: 1/256 and
    /// some).
    private static final int GROWTH = 128;

    private static final int GROWTH_FIXED = 256;

    private final ObjectStore store;
    private final BlockFormat format;
    private final Instant uploadsSince;
    private final Strays strays;
    private final BlockTally tally;

    /// What is said of objects that no record refers to.
    public enum Strays {
        /// Each is a warning.
        WARNED_OF,
        /// Each is a note: gc is there for them.
        NOTED
    }

    /// A check of the blocks in `store`, below the volume's prefix. Objects changed after `uploadsSince` may
    /// belong to uploads that are under way.
    public BlockCheck(ObjectStore store, BlockFormat format, Instant uploadsSince) {
        this(store, format, uploadsSince, Strays.WARNED_OF, new BlockTally());
    }

    /// The same, with what is said of strays; `tally` is told what was counted.
    public BlockCheck(ObjectStore store, BlockFormat format, Instant uploadsSince, Strays strays, BlockTally tally) {
        this.store = store;
        this.format = format;
        this.uploadsSince = uploadsSince;
        this.strays = strays;
        this.tally = tally;
    }

    @Override
    public String name() {
        return "blocks";
    }

    @Override
    public void run(VolumeImage image, Findings findings) throws FsException {
        tally.reset();
        Uses uses = Uses.of(image, tally);
        Map<SliceKey, BitSet> seen = new HashMap<>();
        try {
            String after = "";
            boolean isLast = false;
            while (!isLast) {
                ObjectPage page = store.list(PREFIX, after, PAGE);
                for (ObjectInfo object : page.objects()) {
                    judge(object, uses, seen, findings);
                    after = object.key();
                }
                isLast = page.isLast();
            }
            List<Missing> missing = new ArrayList<>();
            for (Map.Entry<SliceKey, Long> use : uses.users.entrySet()) {
                findMissing(use.getKey(), use.getValue(), seen.get(use.getKey()), missing, findings);
            }
            if (!missing.isEmpty()) {
                tell(missing, image, findings);
            }
        } catch (ObjectStoreException failure) {
            throw new FsException(Errno.EIO, "blocks cannot be checked: " + failure.getMessage(), failure);
        }
    }

    private void judge(ObjectInfo object, Uses uses, Map<SliceKey, BitSet> seen, Findings findings) {
        tally.found(object.size());
        BlockKey block = parse(object.key());
        if (block == null) {
            stray(object, " is no block", findings);
            return;
        }
        SliceKey slice = uses.bySliceId.get(block.sliceId());
        if (slice != null && isBlockOf(block, slice)) {
            seen.computeIfAbsent(slice, _ -> new BitSet()).set(block.index());
            checkLength(object, block, uses.users.getOrDefault(slice, 0L), findings);
        } else if (uses.released.contains(block.sliceId())) {
            findings.note(0, "object " + object.key() + " waits for its deletion");
        } else if (object.modified().isAfter(uploadsSince)) {
            findings.note(0, "object " + object.key() + " is too young to be judged");
        } else {
            stray(object, " (" + object.size() + " bytes) is leaked", findings);
        }
    }

    private void stray(ObjectInfo object, String what, Findings findings) {
        switch (strays) {
            case WARNED_OF -> findings.warning(0, "object " + object.key() + what);
            case NOTED -> findings.note(0, "object " + object.key() + what);
        }
    }

    private boolean isBlockOf(BlockKey block, SliceKey slice) {
        return block.index() < BlockKey.count(slice.size(), format.blockSizeBytes())
                && block.equals(BlockKey.at(
                        slice.id(), slice.size(), block.index() * format.blockSizeBytes(), format.blockSizeBytes()));
    }

    /// The block that an object's key names, or null when it is not what this volume calls a block.
    private @Nullable BlockKey parse(String key) {
        String[] parts = key.substring(key.lastIndexOf('/') + 1).split("_", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            var block = new BlockKey(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            return block.objectKey(format).equals(key) ? block : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /// Whether an object of `stored` bytes can be the block.
    static boolean canBe(BlockKey block, long stored, BlockFormat format) {
        long size = stored - format.encryptionBytes();
        long longest = block.length() + (long) block.length() / GROWTH + GROWTH_FIXED;
        return format.compression() == Compression.NONE ? size == block.length() : size > 0 && size <= longest;
    }

    private void checkLength(ObjectInfo object, BlockKey block, long inode, Findings findings) {
        long size = object.size();
        if (!canBe(block, size, format)) {
            findings.error(
                    inode,
                    "object " + object.key() + " has " + size + " bytes, which is no block of " + block.length()
                            + " bytes with compression " + format.compression());
        }
    }

    /// A block of a slice that was found in no place, and an inode that needs it (0: a delayed slice).
    private record Missing(SliceKey slice, BlockKey block, long inode) {}

    private void findMissing(
            SliceKey slice, long inode, @Nullable BitSet seen, List<Missing> missing, Findings findings)
            throws ObjectStoreException {
        int count = BlockKey.count(slice.size(), format.blockSizeBytes());
        for (int index = 0; index < count; index++) {
            if (seen != null && seen.get(index)) {
                continue;
            }
            BlockKey block =
                    BlockKey.at(slice.id(), slice.size(), index * format.blockSizeBytes(), format.blockSizeBytes());
            Optional<ObjectInfo> there = store.head(block.objectKey(format));
            if (there.isEmpty()) {
                missing.add(new Missing(slice, block, inode));
            } else {
                checkLength(there.get(), block, inode, findings);
            }
        }
    }

    /// Reads the records once more: blocks of slices that were replaced or deleted meanwhile are rightly
    /// gone.
    private void tell(List<Missing> missing, VolumeImage image, Findings findings) throws FsException {
        Uses now = Uses.of(image, new BlockTally());
        for (Missing each : missing) {
            Long inode = now.users.get(each.slice);
            if (inode != null) {
                tally.lost(inode, each.block.length());
                String user = inode == 0 ? "a compaction that can be undone" : image.name(inode);
                findings.error(
                        inode, "object " + each.block.objectKey(format) + " is missing, which belongs to " + user);
            }
        }
    }

    /// The slices that records refer to, each with one inode that does (0 for a delayed one), and the ids of
    /// those that nothing refers to any more.
    private static final class Uses {
        private final Map<SliceKey, Long> users = new HashMap<>();
        private final Map<Long, SliceKey> bySliceId = new HashMap<>();
        private final Set<Long> released = new HashSet<>();

        static Uses of(VolumeImage image, BlockTally tally) throws FsException {
            Uses uses = new Uses();
            image.forEach(new Scan.AllChunks(), chunk -> {
                long inode = chunk.chunk().inode();
                List<Slice> slices = chunk.slices();
                if (slices != null && !image.deletedFiles().containsKey(inode)) {
                    slices.stream()
                            .filter(slice -> !slice.isZeros() && SliceCheck.isSound(slice))
                            .forEach(slice -> uses.use(new SliceKey(slice.id(), slice.size()), inode, tally));
                }
                if (slices != null && image.deletedFiles().containsKey(inode)) {
                    slices.forEach(slice -> uses.released.add(slice.id()));
                }
            });
            image.forEach(
                    new Scan.DelayedUntil(Long.MAX_VALUE),
                    delayed -> delayed.slices().forEach(slice -> uses.use(slice, 0, tally)));
            image.forEach(new Scan.SliceCounts(), counted -> {
                if (counted.refs() <= 0) {
                    uses.released.add(counted.slice().id());
                }
            });
            return uses;
        }

        private void use(SliceKey slice, long inode, BlockTally tally) {
            tally.used(slice.size());
            users.putIfAbsent(slice, inode);
            bySliceId.putIfAbsent(slice.id(), slice);
        }
    }
}
