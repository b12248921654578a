package mountagent.sftp.wire;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Sizes;

/// Memory for long messages, used again and again: only a few arrays that are free are kept. How much is in
/// use at once is limited by those who take it. Thread-safe.
public final class BufferPool {
    /// Shorter ones are cheaper to make than to keep.
    private static final int POOLED_FROM = 4 * Sizes.KIB;

    private static final int KEPT_EACH = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final SizeClass[] classes = {
        new SizeClass(36 * Sizes.KIB, new ArrayDeque<>()),
        new SizeClass(Protocol.LISTING_MAX + 8 * Sizes.KIB, new ArrayDeque<>()),
        new SizeClass(Protocol.MESSAGE_MAX + 4 * Sizes.KIB, new ArrayDeque<>())
    };

    /// Free arrays of one length, newest first. Guarded by `lock`.
    private record SizeClass(int length, Deque<byte[]> free) {}

    /// An array of at least `length` bytes with whatever is in it.
    public byte[] take(int length) {
        if (length < POOLED_FROM) {
            return new byte[length];
        }
        for (SizeClass size : classes) {
            if (length <= size.length) {
                return take(size);
            }
        }
        throw new IllegalArgumentException(length + " bytes are more than a message has");
    }

    private byte[] take(SizeClass size) {
        lock.lock();
        try {
            byte[] free = size.free.pollFirst();
            if (free != null) {
                return free;
            }
        } finally {
            lock.unlock();
        }
        return new byte[size.length];
    }

    /// Takes back what [#take] gave.
    public void give(byte[] array) {
        for (SizeClass size : classes) {
            if (array.length == size.length) {
                keep(size, array);
                return;
            }
        }
    }

    private void keep(SizeClass size, byte[] array) {
        lock.lock();
        try {
            if (size.free.size() < KEPT_EACH) {
                size.free.addFirst(array);
            }
        } finally {
            lock.unlock();
        }
    }
}
