package mountagent.chunk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.base.Threads;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compacts every chunk below an inode that has more than one record, however few: what `compact PATH` and
/// `gc --compact` do.
///
/// Chunks are compacted by several threads, found by the caller's. One that fails is logged and counted, and the others
/// go on; a failure of the listing ends it. What was compacted until then stays so. Memory does not depend on the size
/// of the tree, but for the directories that wait to be listed. Thread-safe.
public final class TreeCompactor {
    private static final Logger LOG = LoggerFactory.getLogger(TreeCompactor.class);
    private static final int PAGE = 1000;
    private static final int WAITING_MAX = 1000;
    /// A chunk that others go on writing to is left to its writer after this many rounds.
    private static final int ROUNDS_MAX = 100;

    private final MetaStore meta;
    private final Compactor compactor;
    private final int threads;

    /// `threads` chunks at the same time.
    public TreeCompactor(MetaStore meta, Compactor compactor, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads (" + threads + ") must be > 0");
        }
        this.meta = meta;
        this.compactor = compactor;
        this.threads = threads;
    }

    /// How many chunks had several records, how many of them have fewer now, and how many could not be compacted.
    public record Result(long found, long compacted, long failed) {}

    /// Compacts all chunks of the file `inode`, or of all files below the directory `inode`. `chunks` expects each
    /// chunk
    /// that is found and counts each that is done. ENOENT; ECANCELED once `isCanceled` says so.
    public Result compact(long inode, Progress.Count chunks, BooleanSupplier isCanceled) throws FsException {
        Node top = meta.node(inode);
        try (Run run = new Run(chunks, isCanceled)) {
            if (top.isFile()) {
                run.file(inode, top.length());
            } else if (top.isDirectory()) {
                run.tree(inode);
            }
            return run.finished();
        }
    }

    /// The same for all chunks of the volume, those of unlinked files that somebody has open too.
    public Result compactAll(Progress.Count chunks, BooleanSupplier isCanceled) throws FsException {
        try (Run run = new Run(chunks, isCanceled)) {
            Cursor at = Cursor.START;
            while (at != null) {
                Page<Scan.PlacedChunk> page = meta.engine().scan(new Scan.AllChunks(), at, PAGE);
                run.chunks(page.records());
                at = page.next();
            }
            return run.finished();
        }
    }

    /// One call: its threads and sums.
    private final class Run implements AutoCloseable {
        private final Progress.Count chunks;
        private final BooleanSupplier isCanceled;
        private final ExecutorService pool = Executors.newFixedThreadPool(threads, Threads.platform("compact-tree-"));
        private final Deque<Future<?>> waiting = new ArrayDeque<>();
        private final AtomicLong compacted = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private long found;

        Run(Progress.Count chunks, BooleanSupplier isCanceled) {
            this.chunks = chunks;
            this.isCanceled = isCanceled;
        }

        void tree(long top) throws FsException {
            Deque<Long> open = new ArrayDeque<>(List.of(top));
            while (!open.isEmpty()) {
                long directory = open.removeLast();
                Cursor at = Cursor.START;
                while (at != null) {
                    Page<Scan.DirEntry> page = meta.list(directory, Scan.Detail.NODES, at, PAGE);
                    for (Scan.DirEntry entry : page.records()) {
                        Node node = entry.node();
                        if (entry.dentry().type() == FileType.DIRECTORY) {
                            open.addLast(entry.dentry().inode());
                        } else if (node != null && node.isFile() && node.length() > 0) {
                            file(entry.dentry().inode(), node.length());
                        }
                    }
                    at = page.next();
                }
            }
        }

        void file(long inode, long length) throws FsException {
            Cursor at = Cursor.START;
            while (at != null) {
                Page<Scan.PlacedChunk> page = meta.chunksOf(inode, length, at, PAGE);
                chunks(page.records());
                at = page.next();
            }
        }

        void chunks(List<Scan.PlacedChunk> placed) throws FsException {
            for (Scan.PlacedChunk chunk : placed) {
                checkCanceled();
                List<?> slices = chunk.slices();
                if (slices == null) {
                    failed.incrementAndGet();
                    LOG.warn("{} is left as it is: its records cannot be understood", chunk.chunk());
                } else if (slices.size() > 1) {
                    found++;
                    chunks.expect(1);
                    enqueue(chunk.chunk());
                }
            }
        }

        private void enqueue(ChunkKey chunk) throws FsException {
            while (waiting.size() >= WAITING_MAX) {
                await(waiting.removeFirst());
            }
            waiting.addLast(pool.submit(() -> compact(chunk)));
        }

        private void compact(ChunkKey chunk) {
            try {
                int rounds = 0;
                while (rounds < ROUNDS_MAX && !isCanceled.getAsBoolean() && compactor.compact(chunk)) {
                    rounds++;
                }
                compacted.addAndGet(rounds > 0 ? 1 : 0);
            } catch (FsException failure) {
                if (failure.isExpected()) {
                    return; // its file has gone or changed meanwhile
                }
                failed.incrementAndGet();
                LOG.warn("cannot compact {}: {}", chunk, failure.getMessage());
            } finally {
                chunks.add(1);
            }
        }

        private void await(Future<?> one) throws FsException {
            try {
                one.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FsException(Errno.EINTR, "interrupted while compacting", e);
            } catch (ExecutionException e) {
                throw new FsException(Errno.EIO, "compacting failed: " + e.getCause(), e);
            }
        }

        private void checkCanceled() throws FsException {
            if (isCanceled.getAsBoolean()) {
                throw FsException.miss(Errno.ECANCELED);
            }
        }

        Result finished() throws FsException {
            for (Future<?> one : new ArrayList<>(waiting)) {
                await(one);
            }
            checkCanceled();
            return new Result(found, compacted.get(), failed.get());
        }

        /// Ends what waits; what runs ends with its chunk.
        @Override
        public void close() {
            waiting.forEach(one -> one.cancel(false));
            pool.shutdown();
        }
    }
}
