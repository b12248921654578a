package mountagent.fuse;

import java.util.concurrent.ThreadFactory;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.fuse.sys.LinuxErrno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries requests out, and sees to it that each has a reply whatever happens.
///
/// A failure of the facade becomes its number. Anything else a handler throws is a fault of ours: it is
/// logged and answered EIO, and neither ends the thread nor the process. Thread-safe.
final class Handlers {
    private static final Logger log = LoggerFactory.getLogger(Handlers.class);

    private final Operations operations;
    private final ThreadFactory threads;

    /// `threads` makes those that clean up after a reply that nobody waited for.
    Handlers(Operations operations, ThreadFactory threads) {
        this.operations = operations;
        this.threads = threads;
    }

    /// Serves a request without waiting, be it with an error; false (and nothing done) when it would have to
    /// wait.
    boolean attempt(Opcode opcode, Request request) {
        try {
            return operations.attempt(opcode, request);
        } catch (Throwable e) {
            fail(opcode, request, e);
            return true;
        }
    }

    /// Serves a request; may wait.
    void perform(Opcode opcode, Request request) {
        try {
            operations.perform(opcode, request);
        } catch (Throwable e) {
            fail(opcode, request, e);
        }
    }

    /// Has the request reply with what `failure` means.
    void fail(Opcode opcode, Request request, Throwable failure) {
        if (Thread.currentThread().isInterrupted() && opcode.isQuestion()) {
            // Whatever it failed with, it was given up.
            request.fail(ErrorNumbers.of(Errno.EINTR));
            log.debug("{} of inode {} was given up", opcode, request.node(), failure);
        } else if (failure instanceof FsException e) {
            request.fail(ErrorNumbers.of(opcode, e.errno()));
            if (e.errno() == Errno.EIO && !e.isExpected()) {
                log.warn("{} of inode {} failed: {}", opcode, request.node(), e.getMessage(), e.getCause());
            } else {
                log.debug("{} of inode {}: {}", opcode, request.node(), e.getMessage());
            }
        } else {
            request.fail(LinuxErrno.EIO);
            log.error("{} of inode {} failed in a way that it must not", opcode, request.node(), failure);
        }
    }

    /// Takes back what a reply that nobody waited for has handed out. On a thread of its own: releasing a handle
    /// may wait, and the request is used again.
    void takeBack(Opcode opcode, Request request) {
        Runnable undo = operations.undelivered(opcode, request);
        if (undo != null) {
            threads.newThread(undo).start();
        }
    }
}
