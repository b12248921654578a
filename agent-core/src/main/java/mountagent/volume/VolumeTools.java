package mountagent.volume;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Tally;
import mountagent.base.Threads;
import mountagent.chunk.BlockWarming;
import mountagent.chunk.TreeCompactor;
import mountagent.meta.ChunkKey;
import mountagent.meta.CopyOrder;
import mountagent.meta.Cursor;
import mountagent.meta.Kept;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.TreeSummary;
import mountagent.meta.Trees;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the tools of a volume do with whole trees, in step with everything that is open here and told to all
/// front
/// ends. Long work: each call tells its progress in a [Tally] and ends with EINTR soon after that is
/// cancelled.
/// Thread-safe.
public final class VolumeTools {
    private static final Logger log = LoggerFactory.getLogger(VolumeTools.class);
    private static final int WRITE = 2;
    private static final int READ = 4;
    private static final int CHUNKS_AT_ONCE = 64;
    private static final int ENTRIES_AT_ONCE = 1000;

    private final VolumeParts parts;
    private final Origin origin;

    VolumeTools(VolumeParts parts, Origin origin) {
        this.parts = parts;
        this.origin = origin;
    }

    private Trees trees() {
        return parts.meta().trees();
    }

    private void requireWritable() throws FsException {
        if (parts.isReadOnly()) {
            throw FsException.miss(Errno.EROFS);
        }
    }

    /// Removes a name and everything below it. Front ends are told of the name, since what is below it goes
    /// with it,
    /// and of files that are open here.
    public void remove(Caller caller, DentryKey at, Kept kept, int threads, Tally tally) throws FsException {
        requireWritable();
        try {
            trees().remove(caller, at, kept, threads, tally, this::removed);
        } finally {
            parts.listings().touched(at);
            parts.listings().touched(at.parent());
            parts.events().entry(origin, at.parent(), at.name());
            parts.events().attr(origin, at.parent());
        }
    }

    private void removed(DentryKey at, MetaStore.Removed removed) {
        parts.beliefs().forget(at);
        parts.listings().touched(at);
        parts.listings().touched(removed.inode());
        if (removed.sustained()) {
            parts.events().attr(origin, removed.inode());
        }
        try {
            parts.removedData().accept(removed);
        } catch (FsException e) {
            log.warn("data of removed inode {} stays until the next clean-up: {}", removed.inode(), e.getMessage());
        }
    }

    /// Everything about one node; of a file that holds more than `piecesMax` pieces EFBIG.
    public NodeInfo describe(
            Caller caller, long inode, Trees.Depth depth, Trees.Counting counting, int piecesMax, Tally tally)
            throws FsException {
        Node node = parts.meta().node(inode);
        var use = trees().weigh(caller, inode, depth, counting, tally);
        return new NodeInfo(
                inode,
                node.isFile(),
                node.tier(),
                use,
                trees().paths(inode),
                node.isFile() ? pieces(inode, node.length(), piecesMax, tally) : List.of(),
                trees().flocks(inode),
                trees().posixLocks(inode));
    }

    private List<NodeInfo.Piece> pieces(long inode, long length, int piecesMax, Tally tally) throws FsException {
        List<NodeInfo.Piece> pieces = new ArrayList<>();
        for (ChunkKey chunk : chunks(inode, length, tally)) {
            for (Slice slice : trees().shown(chunk)) {
                pieces.add(new NodeInfo.Piece(chunk, slice));
            }
            if (pieces.size() > piecesMax) {
                throw new FsException(Errno.EFBIG, "inode " + inode + " has more than " + piecesMax + " pieces");
            }
        }
        return pieces;
    }

    /// The chunks of a file that have records, in ascending order.
    private List<ChunkKey> chunks(long inode, long length, Tally tally) throws FsException {
        List<ChunkKey> chunks = new ArrayList<>();
        @Nullable Cursor next = Cursor.START;
        while (next != null) {
            tally.check();
            Page<Scan.PlacedChunk> page = parts.meta().chunksOf(inode, length, next, CHUNKS_AT_ONCE);
            page.records().forEach(placed -> chunks.add(placed.chunk()));
            next = page.next();
        }
        chunks.sort(Comparator.comparingInt(ChunkKey::index));
        return chunks;
    }

    /// What a tree uses, with its largest directories and files.
    public TreeSummary summarize(Caller caller, long inode, Trees.Shape shape, Trees.Counting counting, Tally tally)
            throws FsException {
        return trees().summarize(caller, inode, shape, counting, tally);
    }

    /// Copies a tree without its data. What was written here before the call is in the copy, and what the
    /// copy shares
    /// survives a power cut when it returns; when that fails the copy is there all the same.
    public long copy(Caller caller, CopyOrder order, Tally tally) throws FsException {
        requireWritable();
        for (OpenInode open : parts.table().all()) {
            tally.check();
            open.data().settle();
        }
        parts.data().barrierAll();
        long inode = trees().copy(caller, order, tally);
        DentryKey at = order.target();
        parts.listings().touched(at);
        parts.listings().touched(at.parent());
        parts.events().entry(origin, at.parent(), at.name());
        parts.events().attr(origin, at.parent());
        parts.data().syncAll();
        return inode;
    }

    /// Merges the slices of every file at or below `inode`, `threads` chunks at a time. The tally counts
    /// chunks that
    /// have several records and chunks that are done. Goes on after a chunk that fails, and then throws EIO.
    public void compact(Caller caller, long inode, int threads, Tally tally) throws FsException {
        requireWritable();
        parts.meta().access(caller, inode, WRITE);
        var compactor = new TreeCompactor(parts.meta(), parts.data().compactor(), threads);
        var result = compactor.compact(inode, new CountedChunks(tally), tally::isCancelled);
        if (result.failed() > 0) {
            throw new FsException(Errno.EIO, result.failed() + " chunks of inode " + inode + " cannot be compacted");
        }
    }

    /// Tells a tally of chunks that were found and chunks that are done.
    private record CountedChunks(Tally tally) implements Progress.Count {
        @Override
        public void expect(long more) {
            tally.add(more, 0);
        }

        @Override
        public void add(long done) {
            tally.add(0, done);
        }

        @Override
        public long done() {
            return tally.amount();
        }

        @Override
        public void close() {
            // a tally has no end
        }
    }

    /// Fills, empties or checks the cache for every file at or below each of `inodes`. A file that fails is
    /// logged
    /// and left out.
    public void warm(
            Caller caller,
            List<Long> inodes,
            BlockWarming.Action action,
            int threads,
            BlockWarming.Result result,
            Tally tally)
            throws FsException {
        BlockWarming warming = parts.data().warming();
        try (var work = new Workers("warm-up-", threads)) {
            for (long inode : inodes) {
                forEachFile(caller, inode, tally, (file, node) -> {
                    if (!mayRead(caller, file)) {
                        return;
                    }
                    work.run(() -> {
                        try {
                            warming.run(action, file, node.length(), result, tally);
                        } catch (FsException e) {
                            log.warn("cache of inode {}: {}", file, e.getMessage());
                        }
                    });
                });
            }
        }
        tally.check();
    }

    private boolean mayRead(Caller caller, long inode) {
        try {
            parts.meta().access(caller, inode, READ);
            return true;
        } catch (FsException e) {
            log.debug("inode {} is not for user {}: {}", inode, caller.uid(), e.getMessage());
            return false;
        }
    }

    /// The inode that a path from the root names, links in its directories followed. ENOENT, ENOTDIR,
    /// EACCES, ELOOP.
    public long resolve(Caller caller, String path) throws FsException {
        return new PathWalk(parts.meta(), caller).resolve(path);
    }

    @FunctionalInterface
    private interface FileVisitor {
        void visit(long inode, Node node) throws FsException;
    }

    /// Visits the regular files at or below an inode, in one thread; holds one page for each level.
    private void forEachFile(Caller caller, long inode, Tally tally, FileVisitor visitor) throws FsException {
        Node node = parts.meta().node(inode);
        if (node.isFile()) {
            visitor.visit(inode, node);
        }
        if (!node.isDirectory()) {
            return;
        }
        var open = new ArrayDeque<Level>();
        open.push(level(caller, inode));
        while (!open.isEmpty()) {
            tally.check();
            Level level = open.peek();
            Scan.DirEntry entry = level.next(parts.meta());
            if (entry == null) {
                open.pop();
            } else if (entry.dentry().type() == FileType.DIRECTORY) {
                open.push(level(caller, entry.dentry().inode()));
            } else if (entry.node() != null && entry.node().isFile()) {
                visitor.visit(entry.dentry().inode(), entry.node());
            }
        }
    }

    private Level level(Caller caller, long directory) throws FsException {
        if (caller.isChecked()) {
            parts.meta().access(caller, directory, READ | 1);
        }
        return new Level(directory);
    }

    /// How far the listing of one directory has come.
    private static final class Level {
        private final long directory;
        private @Nullable Cursor next = Cursor.START;
        private List<Scan.DirEntry> page = List.of();
        private int place;

        Level(long directory) {
            this.directory = directory;
        }

        Scan.@Nullable DirEntry next(MetaStore meta) throws FsException {
            while (place == page.size()) {
                if (next == null) {
                    return null;
                }
                Page<Scan.DirEntry> read = meta.list(directory, Scan.Detail.NODES, next, ENTRIES_AT_ONCE);
                page = read.records();
                next = read.next();
                place = 0;
            }
            return page.get(place++);
        }
    }

    /// Tasks that run at the same time, a bounded number of them; closing waits for all.
    private static final class Workers implements AutoCloseable {
        private final ExecutorService threads;
        private final Semaphore places;

        Workers(String name, int count) {
            threads = Executors.newThreadPerTaskExecutor(Threads.virtual(name));
            places = new Semaphore(count);
        }

        /// Runs `task` as soon as a place is free.
        void run(Runnable task) {
            places.acquireUninterruptibly();
            threads.execute(() -> {
                try {
                    task.run();
                } finally {
                    places.release();
                }
            });
        }

        @Override
        public void close() {
            threads.close();
        }
    }
}
