package mountagent.sftp.files;

import java.util.Map;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.sftp.wire.BufferPool;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.Status;

/// Builds replies in the memory of one pool. Thread-safe.
public final class Replies {
    private final BufferPool pool;

    public Replies(BufferPool pool) {
        this.pool = pool;
    }

    BufferPool pool() {
        return pool;
    }

    /// The answer to INIT.
    public Reply version(Map<String, String> extensions) {
        return Reply.version(pool, extensions);
    }

    Reply done(int id) {
        return Reply.status(pool, id, Status.OK, "");
    }

    Reply endOfFile(int id) {
        return Reply.status(pool, id, Status.EOF, "end of file");
    }

    /// Says in the text what version 3 has no number for.
    Reply failed(int id, FsException failure) {
        return Reply.status(pool, id, Status.of(failure.errno()), LinuxErrors.words(failure.errno()));
    }

    /// How a request ended, with words.
    public Reply status(int id, Status status, String text) {
        return Reply.status(pool, id, status, text);
    }
}
