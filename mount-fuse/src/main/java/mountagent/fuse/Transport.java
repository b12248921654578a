package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// How requests come from the kernel and how replies go back.
///
/// A transport has a fixed number of *lanes*. A platform thread of its own loops over each: [#receive],
/// serve, [#reply]. A request belongs to its lane until the next [#receive] there; one that has to outlive
/// that is detached first, may then be replied to from any thread, and must be released. This is the classic way
/// over `/dev/fuse` ([DeviceTransport]), which every mount has; [Rings] may stand beside it, where a request
/// stays with the lane that received it.
interface Transport extends AutoCloseable {
    /// How many lanes there are.
    int lanes();

    /// The most data that a request or a reply may carry.
    int dataMax();

    /// Waits for the next request on `lane`, with its header decoded. Null once the connection has ended.
    @Nullable
    Request receive(int lane) throws InterruptedException;

    /// Lets the request that was received last on `lane` outlive its turn; what is returned holds the same
    /// message. Waits while too much memory is in detached requests.
    Request detach(int lane) throws InterruptedException;

    /// Exchanges a detached request for one that holds the same message and has room for `dataBytes` of data.
    /// Waits for memory; `request` stays as it is when that is interrupted.
    Request widen(Request request, int dataBytes) throws InterruptedException;

    /// Sends the reply that `request` holds. False when nobody waits for it any more.
    boolean reply(Request request);

    /// Ends a detached request.
    void release(Request request);

    /// Sends a notification: a message with its header. Returns 0 or the negated error number; ENOENT means
    /// that the kernel had nothing cached.
    int notify(MemorySegment message);

    /// Ends the connection from this side and frees everything. Only when no request is in use any more.
    @Override
    void close();
}
