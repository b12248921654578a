package mountagent.sftp.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.sftp.files.Operations;
import mountagent.sftp.session.RequestOrder.Entry;
import mountagent.sftp.wire.BadMessageException;
import mountagent.sftp.wire.BufferPool;
import mountagent.sftp.wire.Frames;
import mountagent.sftp.wire.Message;
import mountagent.sftp.wire.Protocol;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.RequestDecoder;
import mountagent.sftp.wire.SftpRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The requests of one channel, from bytes to replies. Thread-safe.
///
/// # From message to reply
/// [#receive] cuts messages out of the stream while no more than [SessionLimits#requestsMax] are under way;
/// the rest stays as it came, bounded by the window that the client was given and gets back message by
/// message, when each has run. A message goes through the [RequestOrder]; one with a long reply then waits for
/// [ReplyRoom]. What can be answered from memory is answered by the thread that found it ready, the rest by a
/// virtual thread each. A request counts as under way until its reply is out, so that a client which reads no
/// replies stops its own requests.
public final class SftpSession {
    private static final Logger log = LoggerFactory.getLogger(SftpSession.class);

    private static final int INIT = 1;
    private static final int INIT_LENGTH = 5;

    private final Operations operations;
    private final BufferPool pool;
    private final Outlet outlet;
    private final SessionLimits limits;
    private final Executor threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    // Guarded by lock.
    private final Frames frames;
    private final RequestOrder<Task> order = new RequestOrder<>();
    private final ReplyRoom<Entry<Task>> room;
    private int underWay;
    private boolean isInitialized;
    private boolean isClosed;

    /// One request with the message it came in.
    private record Task(int id, SftpRequest request, Message message) {
        /// How much of a long reply it will have; short ones are bounded by their count.
        long replyBytes() {
            return switch (request) {
                case SftpRequest.Read read -> Math.min(read.length(), Protocol.DATA_MAX);
                case SftpRequest.ReadDirectory _ -> Protocol.LISTING_MAX;
                default -> 0;
            };
        }
    }

    /// A session on `operations`; `threads` runs what waits, each on a thread of its own.
    public SftpSession(Operations operations, BufferPool pool, Outlet outlet, SessionLimits limits, Executor threads) {
        this.operations = operations;
        this.pool = pool;
        this.outlet = outlet;
        this.limits = limits;
        this.threads = threads;
        this.frames = new Frames(pool);
        this.room = new ReplyRoom<>(limits.replyBytesMax());
    }

    /// Takes bytes from the client, in order. Never waits.
    public void receive(byte[] bytes, int from, int count) {
        List<Entry<Task>> ready = new ArrayList<>();
        lock.lock();
        try {
            if (isClosed) {
                return;
            }
            int used = frames.hasWaiting() ? 0 : takeAtOnce(bytes, from, count, ready);
            frames.add(bytes, from + used, count - used);
        } catch (BadMessageException failure) {
            fail(String.valueOf(failure.getMessage()));
        } finally {
            lock.unlock();
        }
        run(ready);
    }

    private int takeAtOnce(byte[] bytes, int from, int count, List<Entry<Task>> ready) throws BadMessageException {
        int used = 0;
        while (used < count && underWay < limits.requestsMax() && !isClosed) {
            used += frames.take(bytes, from + used, count - used);
            Message message = frames.complete();
            if (message != null) {
                accept(message, ready);
            }
        }
        return used;
    }

    /// Goes on with what waits in the stream. Called with the lock held.
    private void takeWaiting(List<Entry<Task>> ready) {
        try {
            while (underWay < limits.requestsMax() && !isClosed) {
                Message message = frames.next();
                if (message == null) {
                    return;
                }
                accept(message, ready);
            }
        } catch (BadMessageException failure) {
            fail(String.valueOf(failure.getMessage()));
        }
    }

    private void accept(Message message, List<Entry<Task>> ready) {
        if (!isInitialized) {
            initialize(message, ready);
        } else if (!RequestDecoder.hasId(message.length()) || message.bytes()[0] == INIT) {
            fail("a message of " + message.length() + " bytes and type " + message.bytes()[0] + " is no request");
        } else {
            int id = RequestDecoder.id(message.bytes(), 0);
            admit(new Task(id, decoded(message), message), ready);
        }
    }

    /// INIT: a client that offers version 3 or more gets 3. What else it says in it is passed over.
    private void initialize(Message message, List<Entry<Task>> ready) {
        byte[] bytes = message.bytes();
        if (message.length() < INIT_LENGTH || bytes[0] != INIT) {
            fail("the first message is no INIT");
            return;
        }
        int version = RequestDecoder.id(bytes, 0);
        if (Integer.compareUnsigned(version, Protocol.VERSION) < 0) {
            fail("the client speaks version " + version + " at most, which is not spoken here");
            return;
        }
        isInitialized = true;
        admit(new Task(version, new SftpRequest.Init(), message), ready);
    }

    private static SftpRequest decoded(Message message) {
        try {
            return RequestDecoder.decode(message.bytes(), 0, message.length());
        } catch (BadMessageException failure) {
            return new SftpRequest.Malformed(String.valueOf(failure.getMessage()));
        }
    }

    private void admit(Task task, List<Entry<Task>> ready) {
        underWay++;
        var entry = order.admit(task, Footprint.of(task.request(), operations::inode));
        if (entry.isReady()) {
            ready.add(entry);
        }
    }

    /// Runs requests whose turn it is. Called without the lock.
    private void run(List<Entry<Task>> ready) {
        List<Entry<Task>> next = ready;
        while (!next.isEmpty()) {
            List<Entry<Task>> more = new ArrayList<>();
            for (Entry<Task> entry : next) {
                begin(entry, more);
            }
            next = more;
        }
    }

    private void begin(Entry<Task> entry, List<Entry<Task>> more) {
        lock.lock();
        try {
            if (!room.take(entry, entry.request().replyBytes())) {
                return;
            }
        } finally {
            lock.unlock();
        }
        runWithRoom(entry, more);
    }

    private void runWithRoom(Entry<Task> entry, List<Entry<Task>> more) {
        Task task = entry.request();
        Reply reply = operations.tryServe(task.id(), task.request());
        if (reply != null) {
            finish(entry, reply, more);
        } else {
            threads.execute(() -> serve(entry));
        }
    }

    private void serve(Entry<Task> entry) {
        Task task = entry.request();
        List<Entry<Task>> more = new ArrayList<>();
        finish(entry, operations.serve(task.id(), task.request()), more);
        run(more);
    }

    private void finish(Entry<Task> entry, Reply reply, List<Entry<Task>> more) {
        Task task = entry.request();
        lock.lock();
        try {
            order.done(entry, more);
        } finally {
            lock.unlock();
        }
        int wireBytes = task.message().wireBytes();
        pool.give(task.message().bytes());
        outlet.consumed(wireBytes);
        outlet.send(reply, () -> sent(task.replyBytes()));
    }

    private void sent(long roomBytes) {
        List<Entry<Task>> ready = new ArrayList<>();
        List<Entry<Task>> roomy = new ArrayList<>();
        lock.lock();
        try {
            underWay--;
            room.give(roomBytes);
            for (Entry<Task> next = room.next(); next != null; next = room.next()) {
                roomy.add(next);
            }
            takeWaiting(ready);
            if (underWay == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
        roomy.forEach(entry -> runWithRoom(entry, ready));
        run(ready);
    }

    private void fail(String why) {
        isClosed = true;
        outlet.fail(why);
    }

    /// How many files and directories are open.
    public int openCount() {
        return operations.openCount();
    }

    /// Takes nothing more from the client.
    public void stop() {
        lock.lock();
        try {
            isClosed = true;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until what is under way has run, for `limit` at most, and ends every handle: what they have
    /// pending is committed when this returns.
    public void close(Duration limit) {
        stop();
        if (!awaitIdle(limit)) {
            log.warn("requests of a closed channel are still running after {} s", limit.toSeconds());
        }
        operations.closeAll();
    }

    private boolean awaitIdle(Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (order.count() > 0) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
            }
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
