package mountagent.chunk;

import java.util.concurrent.locks.ReentrantLock;

/// The read-ahead state of one handle: where its reads went, and how far ahead of them to fetch.
///
/// Starts with one block after a read at the start of the file or a second one in a row, doubles while the
/// reads go on through what was fetched, and falls back to nothing when they jump (reference:
/// client-data-path.md §3.1). Thread-safe: the kernel sends reads of one stream side by side and out of
/// order.
public final class ReadStream {
    private final ReentrantLock lock = new ReentrantLock();
    private final int blockSize;
    private final long maxBytes;
    private long next;
    private long streak;
    private long ahead;
    private long fetchedTo;

    /// What to fetch: `[from, to)` of the file, nothing when they are equal.
    record Window(long from, long to) {
        static final Window NONE = new Window(0, 0);

        boolean isEmpty() {
            return from >= to;
        }
    }

    ReadStream(int blockSize, long maxBytes) {
        this.blockSize = blockSize;
        this.maxBytes = maxBytes;
    }

    /// Takes note of a read of `[offset, end)` and says what to fetch now.
    Window after(long offset, long end) {
        lock.lock();
        try {
            if (isContinued(offset)) {
                streak += end - offset;
                grow(offset, end);
                next = Math.max(next, end);
            } else {
                restart(offset, end);
            }
            return window(end);
        } finally {
            lock.unlock();
        }
    }

    /// A little before or after the expected place counts too: requests overtake each other.
    private boolean isContinued(long offset) {
        long slack = Math.max(blockSize, ahead);
        return offset >= next - slack && offset <= next + slack && streak > 0;
    }

    private void grow(long offset, long end) {
        if (ahead == 0) {
            if (streak > end - offset) {
                ahead = Math.min(blockSize, maxBytes);
            }
        } else if (ahead < maxBytes && streak >= ahead) {
            ahead = Math.min(2 * ahead, maxBytes);
        }
    }

    private void restart(long offset, long end) {
        next = end;
        streak = end - offset;
        ahead = offset == 0 ? Math.min(blockSize, maxBytes) : 0;
        fetchedTo = end;
    }

    private Window window(long end) {
        long from = Math.max(end, fetchedTo);
        long to = next + ahead;
        // Whole blocks are fetched, so asking again before half a block is missing gains nothing.
        if (ahead == 0 || to - from < blockSize / 2) {
            return Window.NONE;
        }
        fetchedTo = to;
        return new Window(from, to);
    }
}
