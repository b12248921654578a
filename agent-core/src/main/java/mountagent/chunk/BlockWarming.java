package mountagent.chunk;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Tally;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.cache.CacheLocation;
import mountagent.meta.Cursor;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceLog;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;

/// Brings the blocks of files into the cache of this machine, takes them out of it, or says where they are;
/// whole
/// slices, whatever part of them a file shows (reference: client-data-path.md §9). Thread-safe.
public final class BlockWarming {
    private static final int CHUNKS_AT_ONCE = 64;

    /// What is done with each block.
    public enum Action {
        FILL,
        EVICT,
        CHECK
    }

    /// What was found. Thread-safe.
    public static final class Result {
        private final LongAdder files = new LongAdder();
        private final LongAdder slices = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private final LongAdder missing = new LongAdder();
        private final Map<String, LongAdder> locations = new ConcurrentHashMap<>();

        public long files() {
            return files.sum();
        }

        public long slices() {
            return slices.sum();
        }

        /// Bytes of all slices.
        public long bytes() {
            return bytes.sum();
        }

        /// Bytes of blocks that are nowhere on this machine; only looked for by [Action#CHECK].
        public long missingBytes() {
            return missing.sum();
        }

        /// Bytes by place; only by [Action#CHECK].
        public Map<String, Long> locations() {
            Map<String, Long> sums = new TreeMap<>();
            locations.forEach((where, sum) -> sums.put(where, sum.sum()));
            return sums;
        }

        private void found(CacheLocation location) {
            locations.computeIfAbsent(location.where(), _ -> new LongAdder()).add(location.bytes());
        }
    }

    private final SliceLog log;
    private final BlockStore blocks;

    BlockWarming(SliceLog log, BlockStore blocks) {
        this.log = log;
        this.blocks = blocks;
    }

    /// Does `action` with the blocks of a file of `length` bytes. EIO when a block cannot be read; EINTR
    /// when `tally`,
    /// which counts files and bytes, is cancelled.
    public void run(Action action, long inode, long length, Result result, Tally tally) throws FsException {
        Set<Long> seen = new HashSet<>();
        @Nullable Cursor next = Cursor.START;
        while (next != null) {
            Page<Scan.PlacedChunk> page = log.chunksOf(inode, length, next, CHUNKS_AT_ONCE);
            for (Scan.PlacedChunk chunk : page.records()) {
                if (chunk.slices() != null) {
                    for (Slice slice : SliceView.of(chunk.slices()).pieces()) {
                        if (!slice.isZeros() && seen.add(slice.id())) {
                            run(action, slice, result, tally);
                        }
                    }
                }
            }
            next = page.next();
        }
        result.files.increment();
        tally.add(1, 0);
    }

    private void run(Action action, Slice slice, Result result, Tally tally) throws FsException {
        int blockSize = blocks.format().blockSizeBytes();
        for (int offset = 0; offset < slice.size(); offset += blockSize) {
            tally.check();
            BlockKey key = BlockKey.at(slice.id(), slice.size(), offset, blockSize);
            run(action, key, result);
            tally.add(0, key.length());
        }
        result.slices.increment();
        result.bytes.add(slice.size());
    }

    private void run(Action action, BlockKey key, Result result) throws FsException {
        switch (action) {
            case FILL -> fill(key);
            case EVICT -> blocks.evict(key);
            case CHECK -> {
                CacheLocation location = blocks.cached(key);
                if (location == null) {
                    result.missing.add(key.length());
                } else {
                    result.found(location);
                }
            }
        }
    }

    private void fill(BlockKey key) throws FsException {
        try {
            blocks.fill(key);
        } catch (ObjectStoreException e) {
            throw new FsException(Errno.EIO, "block " + key + " cannot be read: " + e.getMessage(), e);
        }
    }
}
