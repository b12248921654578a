package mountagent.sftp.ssh;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;

/// Deals out the memory that channels may use: the more there are, the less a new one gets, down to what one
/// needs.
///
/// A channel's share is its window (what its client may have sent that is not done with) and its replies.
/// Windows are as large as lines with much delay need as long as there are few. Thread-safe.
final class ChannelShares {
    private static final long PARTS = 32;
    private static final long SHARE_MAX = 12L * Sizes.MIB;

    /// Twice the longest message for the window, since half of a window may be gone before it is given back.
    private static final long SHARE_MIN = 960L * Sizes.KIB;

    private final ReentrantLock lock = new ReentrantLock();
    private long freeBytes;

    ChannelShares(long bytes) {
        this.freeBytes = bytes;
    }

    /// What one channel has, until it is given back.
    final class Share {
        private final long bytes;
        private final AtomicBoolean isBack = new AtomicBoolean();

        private Share(long bytes) {
            this.bytes = bytes;
        }

        long windowBytes() {
            return bytes * 2 / 3;
        }

        int replyBytes() {
            return Math.toIntExact(bytes / 3);
        }

        void giveBack() {
            if (isBack.compareAndSet(false, true)) {
                add(bytes);
            }
        }
    }

    private void add(long bytes) {
        lock.lock();
        try {
            freeBytes += bytes;
        } finally {
            lock.unlock();
        }
    }

    /// A share, or null when there is none left.
    @Nullable
    Share take() {
        lock.lock();
        try {
            long bytes = Math.clamp(freeBytes / PARTS, SHARE_MIN, SHARE_MAX);
            if (bytes > freeBytes) {
                return null;
            }
            freeBytes -= bytes;
            return new Share(bytes);
        } finally {
            lock.unlock();
        }
    }
}
