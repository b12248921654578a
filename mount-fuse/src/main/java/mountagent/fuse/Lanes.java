package mountagent.fuse;

import org.jspecify.annotations.Nullable;

/// The threads that take requests from one source, and how they share its work.
///
/// Each loops over a lane of its own: [#receive], serve, [#reply]. Requests that others wait for must always be
/// taken by one of them, so a lane asks before it waits for an operation ([#isTaken]).
interface Lanes {
    /// Waits for the next request on `lane`, with its header decoded. Null once the connection has ended.
    @Nullable
    Request receive(int lane) throws InterruptedException;

    /// Sends the reply that `request`, received on `lane`, holds. False when nobody waits for it any more.
    boolean reply(int lane, Request request);

    /// Arranges for `request` of `lane`, which may wait: true when another thread serves it, replies and all.
    /// When false, the lane serves it itself.
    boolean isTaken(int lane, Opcode opcode, Request request) throws InterruptedException;
}
