package mountagent.block;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;
import org.jspecify.annotations.Nullable;

/// One download that several readers wait for. Its end hands each of them the buffer, held once for each.
final class Flight {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int waiters;
    private boolean hasEnded;
    private @Nullable BlockBuffer buffer;
    private @Nullable ObjectStoreException failure;

    /// Joins the readers; false when the download has ended already. Who joined must call [#await].
    boolean join() {
        lock.lock();
        try {
            if (!hasEnded) {
                waiters++;
            }
            return !hasEnded;
        } finally {
            lock.unlock();
        }
    }

    /// The buffer, to be released by the caller; null when the download was given up for lack of memory.
    @Nullable
    BlockBuffer await(long nanos) throws ObjectStoreException {
        lock.lock();
        try {
            for (long left = nanos; !hasEnded; ) {
                if (left <= 0) {
                    waiters--;
                    throw new ObjectStoreException(Kind.TRANSIENT, "waited too long for another reader's download");
                }
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            leave();
            throw new ObjectStoreException(Kind.TRANSIENT, "interrupted while waiting for a download");
        } finally {
            lock.unlock();
        }
        ObjectStoreException cause = failure;
        if (cause != null) {
            throw new ObjectStoreException(cause.kind(), String.valueOf(cause.getMessage()), cause);
        }
        return buffer;
    }

    private void leave() {
        if (!hasEnded) {
            waiters--;
        } else if (buffer != null) {
            buffer.release();
        }
    }

    /// Ends the download with a buffer, which the caller goes on holding, or a failure, or neither.
    void end(@Nullable BlockBuffer result, @Nullable ObjectStoreException cause) {
        lock.lock();
        try {
            hasEnded = true;
            buffer = result;
            failure = cause;
            for (int i = 0; result != null && i < waiters; i++) {
                boolean isHeld = result.retain();
                assert isHeld : "the caller holds the buffer";
            }
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
