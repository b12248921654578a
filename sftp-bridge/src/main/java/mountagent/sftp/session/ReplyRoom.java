package mountagent.sftp.session;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// How many bytes of long replies a channel may have on their way, and who waits for room, in order. One that
/// asks for more than all there is gets it alone. Not thread-safe.
final class ReplyRoom<T> {
    private final long bytesMax;
    private final Deque<Waiting<T>> waiting = new ArrayDeque<>();
    private long taken;

    private record Waiting<T>(T request, long bytes) {}

    ReplyRoom(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Takes `bytes` for `request`; if they are not to be had, or others wait, it waits, too.
    boolean take(T request, long bytes) {
        if (bytes > 0 && (!waiting.isEmpty() || isTooMuch(bytes))) {
            waiting.addLast(new Waiting<>(request, bytes));
            return false;
        }
        taken += bytes;
        return true;
    }

    private boolean isTooMuch(long bytes) {
        return taken > 0 && taken + bytes > bytesMax;
    }

    /// Gives bytes back.
    void give(long bytes) {
        taken -= bytes;
    }

    /// Who has room now and waited for it, or null.
    @Nullable
    T next() {
        Waiting<T> first = waiting.peekFirst();
        if (first == null || isTooMuch(first.bytes)) {
            return null;
        }
        waiting.removeFirst();
        taken += first.bytes;
        return first.request;
    }
}
