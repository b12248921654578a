package mountagent.chunk;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.block.BlockBuffer;
import mountagent.meta.ChunkKey;
import mountagent.meta.Slice;
import org.jspecify.annotations.Nullable;

/// Reads an inode: pending bytes from memory, the rest from what is committed. Thread-safe.
final class InodeReader {
    private static final int READ_TRIES = 2;
    private static final int COMPACT_VIEW_RECORDS = 5;

    private final long inode;
    private final FileData data;
    private final InodeState state;
    private final FileReader reader;
    private final int blockSize;
    private final ReentrantLock lock;

    InodeReader(FileData data, InodeState state, FileReader reader, int blockSize) {
        this.inode = state.inode();
        this.data = data;
        this.state = state;
        this.reader = reader;
        this.blockSize = blockSize;
        this.lock = state.lock();
    }

    /// Reads up to the end of `target` or of the file, which is `fileLength` bytes long as the caller knows
    /// it (pending writes included). Returns the count. EIO when a block is missing or damaged: that part
    /// of the file only.
    int read(ReadStream stream, long offset, MemorySegment target, long fileLength) throws FsException {
        int count = (int) Math.clamp(fileLength - offset, 0, target.byteSize());
        if (count == 0) {
            return 0;
        }
        MemorySegment wanted = target.asSlice(0, count);
        for (int attempt = 1; ; attempt++) {
            try {
                reader.run(plan(offset, wanted));
                break;
            } catch (FileReader.BlockException e) {
                // Somebody may have compacted the chunk, or we have stored and given up the slice meanwhile.
                if (attempt == READ_TRIES || !e.isMissing()) {
                    throw reader.failure(inode, e);
                }
                forget();
            }
        }
        readAhead(stream.after(offset, offset + count), fileLength);
        return count;
    }

    /// The same from memory alone: -1, with `target` in any state, unless all of it is there. Never waits
    /// for I/O.
    int tryRead(ReadStream stream, long offset, MemorySegment target, long fileLength) {
        int count = (int) Math.clamp(fileLength - offset, 0, target.byteSize());
        if (count == 0) {
            return 0;
        }
        if (data.blocks().readsRanges() && state.shown() == null) {
            // Nothing of it is kept in memory.
            return -1;
        }
        List<FileReader.Fetch> fetches = new ArrayList<>(2);
        try {
            for (Part part : parts(offset, target.asSlice(0, count))) {
                if (!planInMemory(part, fetches)) {
                    return -1;
                }
            }
        } catch (FsException _) {
            // The full read finds the same and says so.
            return -1;
        }
        if (!reader.tryRun(fetches)) {
            return -1;
        }
        readAhead(stream.after(offset, offset + count), fileLength);
        return count;
    }

    /// A range that lies in one chunk.
    private record Part(int chunk, int from, MemorySegment target) {
        int to() {
            return from + (int) target.byteSize();
        }

        Part between(int start, int end) {
            return new Part(chunk, start, target.asSlice(start - from, end - start));
        }
    }

    private static List<Part> parts(long offset, MemorySegment target) {
        int from = (int) (offset % Sizes.CHUNK);
        int chunk = (int) (offset / Sizes.CHUNK);
        if (from + target.byteSize() <= Sizes.CHUNK) {
            return List.of(new Part(chunk, from, target));
        }
        List<Part> parts = new ArrayList<>();
        for (long done = 0; done < target.byteSize(); ) {
            long count = Math.min(target.byteSize() - done, Sizes.CHUNK - from);
            parts.add(new Part(chunk, from, target.asSlice(done, count)));
            done += count;
            from = 0;
            chunk++;
        }
        return parts;
    }

    private List<FileReader.Fetch> plan(long offset, MemorySegment target) throws FsException {
        List<FileReader.Fetch> fetches = new ArrayList<>(2);
        for (Part part : parts(offset, target)) {
            List<Part> uncovered;
            SliceView view;
            lock.lock();
            try {
                // Pending slices first and the committed ones after: what is committed in between is seen twice,
                // never not at all.
                uncovered = overlay(part, fetches);
                view = state.lists().view(part.chunk, data.nanoTime());
            } finally {
                lock.unlock();
            }
            if (!uncovered.isEmpty()) {
                SliceView known = view == null ? fetchView(part.chunk) : view;
                for (Part rest : uncovered) {
                    reader.plan(new ChunkKey(inode, rest.chunk), known, rest.from, rest.target, fetches);
                }
            }
        }
        return fetches;
    }

    private boolean planInMemory(Part part, List<FileReader.Fetch> fetches) throws FsException {
        List<Part> uncovered;
        SliceView view;
        lock.lock();
        try {
            view = state.lists().view(part.chunk, data.nanoTime());
            if (view == null && state.pending().of(part.chunk).isEmpty()) {
                return false;
            }
            uncovered = overlay(part, fetches);
        } finally {
            lock.unlock();
        }
        for (Part rest : uncovered) {
            if (view == null) {
                return false;
            }
            reader.plan(new ChunkKey(inode, rest.chunk), view, rest.from, rest.target, fetches);
        }
        return true;
    }

    /// Copies what pending slices have of a part, newest first; returns what they have not.
    private List<Part> overlay(Part part, List<FileReader.Fetch> fetches) {
        List<Part> uncovered = List.of(part);
        List<PendingSlice> slices = state.pending().of(part.chunk);
        for (int i = slices.size() - 1; i >= 0 && !uncovered.isEmpty(); i--) {
            PendingSlice slice = slices.get(i);
            if (slice.overlaps(part.from, part.to()) && slice.failure() == null) {
                uncovered = overlay(slice, uncovered, fetches);
            }
        }
        return uncovered;
    }

    private List<Part> overlay(PendingSlice slice, List<Part> wanted, List<FileReader.Fetch> fetches) {
        List<Part> rest = new ArrayList<>();
        for (Part part : wanted) {
            int from = Math.max(part.from, slice.pos());
            int to = Math.min(part.to(), slice.pos() + slice.length());
            if (from >= to) {
                rest.add(part);
                continue;
            }
            copyOut(slice, part.between(from, to), fetches);
            if (part.from < from) {
                rest.add(part.between(part.from, from));
            }
            if (to < part.to()) {
                rest.add(part.between(to, part.to()));
            }
        }
        return rest;
    }

    private void copyOut(PendingSlice slice, Part part, List<FileReader.Fetch> fetches) {
        int at = part.from;
        while (at < part.to()) {
            int end = Math.min(part.to(), at + slice.roomAfter(at));
            BlockBuffer buffer = slice.buffer(slice.blockAt(at));
            MemorySegment target = part.between(at, end).target;
            int offset = at - slice.pos();
            if (buffer == null) {
                Slice record = slice.record();
                reader.addBlocks(record.id(), record.size(), offset, target, fetches);
            } else {
                MemorySegment.copy(buffer.memory(), offset % blockSize, target, 0, target.byteSize());
            }
            at = end;
        }
    }

    /// Changes with all that may make records wrong.
    long changes() {
        lock.lock();
        try {
            return state.lists().changes();
        } finally {
            lock.unlock();
        }
    }

    /// Forgets the lists of slices, but for the records `first` of the first chunk, unless something changed since
    /// [#changes] was `seen`.
    void renew(@Nullable List<Slice> first, long seen) {
        lock.lock();
        try {
            state.lists().renew(first, data.nanoTime(), seen);
        } finally {
            lock.unlock();
        }
        if (first != null) {
            compactIfLong(0, first);
        }
    }

    /// Forgets the lists of slices.
    void forget() {
        lock.lock();
        try {
            state.lists().forget();
        } finally {
            lock.unlock();
        }
    }

    private SliceView fetchView(int chunk) throws FsException {
        long seen = changes();
        return learn(chunk, data.log().slices(new ChunkKey(inode, chunk)), seen);
    }

    /// Takes note of the records of a chunk, unless something changed since [#changes] was `seen`.
    SliceView learn(int chunk, List<Slice> records, long seen) {
        SliceView view = SliceView.of(records);
        lock.lock();
        try {
            state.lists().learn(chunk, records, view, data.nanoTime(), seen);
        } finally {
            lock.unlock();
        }
        compactIfLong(chunk, records);
        return view;
    }

    private void compactIfLong(int chunk, List<Slice> records) {
        if (records.size() >= COMPACT_VIEW_RECORDS && !data.isReadOnly()) {
            data.compactor().afterRead(new ChunkKey(inode, chunk));
        }
    }

    private void readAhead(ReadStream.Window window, long fileLength) {
        if (window.isEmpty() || data.blocks().readsRanges() || window.from() >= fileLength) {
            return;
        }
        long end = Math.min(window.to(), fileLength);
        for (long at = window.from(); at < end; ) {
            int chunk = (int) (at / Sizes.CHUNK);
            int from = (int) (at % Sizes.CHUNK);
            int to = (int) Math.min(from + (end - at), Sizes.CHUNK);
            readAhead(chunk, from, to);
            at += to - from;
        }
    }

    private void readAhead(int chunk, int from, int to) {
        SliceView view;
        lock.lock();
        try {
            view = state.lists().view(chunk, data.nanoTime());
        } finally {
            lock.unlock();
        }
        if (view == null) {
            data.inBackground(() -> {
                try {
                    reader.prefetch(fetchView(chunk), from, to);
                } catch (FsException _) {
                    // Whoever reads there will be told.
                }
            });
        } else {
            reader.prefetch(view, from, to);
        }
    }
}
