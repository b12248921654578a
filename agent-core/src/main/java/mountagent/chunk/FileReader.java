package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.block.BlockKey;
import mountagent.block.BlockStore;
import mountagent.meta.ChunkKey;
import mountagent.meta.Slice;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;

/// Finds the blocks behind a range of a chunk's view and fetches them. Thread-safe.
final class FileReader {
    private final BlockStore blocks;
    private final ExecutorService threads;
    private final int blockSize;

    /// A part of a block and where its bytes go.
    record Fetch(BlockKey key, int offset, MemorySegment target) {}

    /// A block that a read needed was not to be had.
    static final class BlockException extends Exception {
        private final BlockKey key;
        private final ObjectStoreException reason;

        BlockException(BlockKey key, ObjectStoreException reason) {
            super(reason);
            this.key = key;
            this.reason = reason;
        }

        boolean isMissing() {
            return reason.kind() == Kind.MISSING;
        }
    }

    /// Reads with several fetches run them on `threads` when the store is far away.
    FileReader(BlockStore blocks, ExecutorService threads) {
        this.blocks = blocks;
        this.threads = threads;
        this.blockSize = blocks.format().blockSizeBytes();
    }

    /// Plans `[from, from + target.byteSize())` of a chunk: zeros are written at once, the rest is added to
    /// `fetches`.
    void plan(ChunkKey chunk, SliceView view, int from, MemorySegment target, List<Fetch> fetches) throws FsException {
        int end = from + (int) target.byteSize();
        int at = from;
        List<Slice> pieces = view.pieces();
        for (int i = view.indexAt(from); at < end && i < pieces.size(); i++) {
            Slice piece = pieces.get(i);
            int to = Math.min(end, piece.end());
            MemorySegment part = target.asSlice(at - from, to - at);
            if (piece.isZeros()) {
                part.fill((byte) 0);
            } else {
                check(chunk, piece);
                addBlocks(piece.id(), piece.size(), piece.off() + at - piece.pos(), part, fetches);
            }
            at = to;
        }
        if (at < end) {
            target.asSlice(at - from).fill((byte) 0);
        }
    }

    private static void check(ChunkKey chunk, Slice piece) throws FsException {
        if (piece.id() < 0 || piece.off() < 0 || piece.off() > piece.size() - piece.len()) {
            throw new FsException(Errno.EIO, "the record " + piece + " of " + chunk + " makes no sense");
        }
    }

    /// The blocks behind bytes `[offset, offset + target.byteSize())` of a slice.
    void addBlocks(long id, int size, int offset, MemorySegment target, List<Fetch> fetches) {
        int done = 0;
        while (done < target.byteSize()) {
            int at = offset + done;
            var key = BlockKey.at(id, size, at, blockSize);
            int within = at % blockSize;
            int count = (int) Math.min(target.byteSize() - done, key.length() - within);
            fetches.add(new Fetch(key, within, target.asSlice(done, count)));
            done += count;
        }
    }

    /// Runs all fetches.
    void run(List<Fetch> fetches) throws BlockException {
        if (fetches.size() <= 1 || blocks.readsRanges()) {
            for (Fetch fetch : fetches) {
                run(fetch);
            }
            return;
        }
        List<Future<?>> running = new ArrayList<>(fetches.size());
        for (Fetch fetch : fetches) {
            running.add(threads.submit(() -> {
                run(fetch);
                return fetch;
            }));
        }
        awaitAll(fetches, running);
    }

    /// Waits for all, so that nobody writes to the targets after the return, and then throws the first
    /// failure.
    private static void awaitAll(List<Fetch> fetches, List<Future<?>> running) throws BlockException {
        BlockException failure = null;
        boolean wasInterrupted = false;
        for (int i = 0; i < running.size(); ) {
            try {
                running.get(i).get();
                i++;
            } catch (InterruptedException _) {
                wasInterrupted = true;
            } catch (ExecutionException e) {
                failure = failure == null ? asFailure(fetches.get(i).key(), e.getCause()) : failure;
                i++;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static BlockException asFailure(BlockKey key, @Nullable Throwable cause) {
        return cause instanceof BlockException block
                ? block
                : new BlockException(key, new ObjectStoreException(Kind.TRANSIENT, "reading broke off", cause));
    }

    private void run(Fetch fetch) throws BlockException {
        try {
            blocks.read(fetch.key, fetch.offset, fetch.target);
        } catch (ObjectStoreException e) {
            throw new BlockException(fetch.key, e);
        }
    }

    /// Runs all fetches if memory has them all.
    boolean tryRun(List<Fetch> fetches) {
        for (Fetch fetch : fetches) {
            if (!blocks.tryRead(fetch.key, fetch.offset, fetch.target)) {
                return false;
            }
        }
        return true;
    }

    /// Has the blocks behind `[from, to)` of a chunk fetched in the background.
    void prefetch(SliceView view, int from, int to) {
        List<Slice> pieces = view.pieces();
        for (int i = view.indexAt(from); i < pieces.size() && pieces.get(i).pos() < to; i++) {
            Slice piece = pieces.get(i);
            if (!piece.isZeros()) {
                int first = piece.off() + Math.max(from, piece.pos()) - piece.pos();
                int end = piece.off() + Math.min(to, piece.end()) - piece.pos();
                for (int at = first - first % blockSize; at < end && at < piece.size(); at += blockSize) {
                    blocks.prefetch(BlockKey.at(piece.id(), piece.size(), at, blockSize));
                }
            }
        }
    }

    /// What a reader is told; damage is logged, once for each block.
    FsException failure(long inode, BlockException failure) {
        String message = "cannot read inode " + inode + ": " + failure.reason.getMessage();
        if (Thread.currentThread().isInterrupted()) {
            return new FsException(Errno.EINTR, message, failure.reason);
        }
        blocks.report(failure.key, failure.reason);
        return new FsException(Errno.EIO, message, failure.reason);
    }
}
