package mountagent.volume.control;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// What one handle reads: the answers, placed in the file right behind the request that they answer, so that
/// a program
/// that goes on at its file offset finds them. Messages are handed out whole as long as they fit the read,
/// since tools
/// take them apart by their length. Thread-safe.
final class ControlStream {
    private static final int PROGRESS = 0xFE;
    private static final int DOCUMENT = 0xFF;

    /// Beyond so many unread messages a newer progress takes the place of the last.
    private static final int UNREAD_MAX = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<byte[]> unread = new ArrayDeque<>();

    // Guarded by lock: where the first unread byte lies in the file, and how much of its message is read.
    private long position;
    private int taken;

    /// A request ended at `offset`: its answer begins there, and what nobody read of earlier ones is gone.
    void restart(long offset) {
        lock.lock();
        try {
            unread.clear();
            position = offset;
            taken = 0;
        } finally {
            lock.unlock();
        }
    }

    void progress(long first, long second) {
        byte[] message = new byte[17];
        message[0] = (byte) PROGRESS;
        put(message, 1, first, 8);
        put(message, 9, second, 8);
        lock.lock();
        try {
            byte @Nullable [] last = unread.peekLast();
            if (last != null && unread.size() >= UNREAD_MAX && last.length == message.length) {
                unread.removeLast();
            }
            add(message);
        } finally {
            lock.unlock();
        }
    }

    void errno(int number) {
        add(new byte[] {(byte) number});
    }

    void document(byte[] content) {
        add(framed(new byte[] {(byte) DOCUMENT}, content));
    }

    /// The answer of the oldest tools: a length and a text.
    void text(byte[] content) {
        add(framed(new byte[0], content));
    }

    private static byte[] framed(byte[] mark, byte[] content) {
        byte[] message = new byte[mark.length + 4 + content.length];
        System.arraycopy(mark, 0, message, 0, mark.length);
        put(message, mark.length, content.length, 4);
        System.arraycopy(content, 0, message, mark.length + 4, content.length);
        return message;
    }

    private static void put(byte[] target, int at, long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            target[at + i] = (byte) (value >>> 8 * (bytes - 1 - i));
        }
    }

    private void add(byte[] message) {
        lock.lock();
        try {
            unread.add(message);
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Hands out what is there at `offset`; 0 when nothing came within `wait`. EINTR.
    int read(long offset, MemorySegment target, Duration wait) throws FsException {
        lock.lock();
        try {
            await(wait);
            if (offset < position) {
                return 0;
            }
            skip(offset - position);
            return take(target);
        } finally {
            lock.unlock();
        }
    }

    private void await(Duration wait) throws FsException {
        long left = wait.toNanos();
        try {
            while (unread.isEmpty() && left > 0) {
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            throw FsException.miss(Errno.EINTR);
        }
    }

    /// A reader may leave bytes out, though none has a reason to.
    private void skip(long count) {
        long left = count;
        while (left > 0 && !unread.isEmpty()) {
            int step = (int) Math.min(left, unread.getFirst().length - taken);
            advance(step);
            left -= step;
        }
    }

    private int take(MemorySegment target) {
        int count = 0;
        while (!unread.isEmpty()) {
            byte[] first = unread.getFirst();
            int rest = first.length - taken;
            long room = target.byteSize() - count;
            if (room == 0 || rest > room && count > 0) {
                break;
            }
            int step = (int) Math.min(rest, room);
            MemorySegment.copy(first, taken, target, ValueLayout.JAVA_BYTE, count, step);
            advance(step);
            count += step;
        }
        return count;
    }

    private void advance(int step) {
        position += step;
        taken += step;
        if (taken == unread.getFirst().length) {
            unread.removeFirst();
            taken = 0;
        }
    }
}
