package mountagent.sftp.session;

import mountagent.sftp.wire.Reply;

/// Where a session's replies go, and who may send it more. Thread-safe.
public interface Outlet {
    /// Sends a reply, after those that were given before. Does not wait for the client. `sent` runs once it is
    /// out, or once it is certain that it never will be; the reply's memory is given back then.
    void send(Reply reply, Runnable sent);

    /// Says that so many bytes of the client's are done with: it may send as many more.
    void consumed(int bytes);

    /// Ends the channel, soon and on another thread: the client does not speak the protocol. `why` is for the
    /// log.
    void fail(String why);
}
