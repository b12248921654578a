package mountagent.sftp.session;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.Threads;
import mountagent.sftp.files.HandleNumbers;
import mountagent.sftp.files.Operations;
import mountagent.sftp.files.Replies;
import mountagent.sftp.files.View;
import mountagent.sftp.wire.BufferPool;
import mountagent.sftp.wire.Reply;
import mountagent.volume.VolumeFs;
import org.jspecify.annotations.Nullable;

/// One session with a client made of bytes: sends requests, takes replies, without SSH between them.
public final class Bench implements AutoCloseable {
    private static final int REPLY_WAIT_SECONDS = 20;

    /// A user that the core checks.
    public static final Caller ALICE = new Caller(1000, 1000, List.of(), 0, 022, Caller.Checks.CORE);

    private final SftpSession session;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean holdsReplies;

    /// Bytes that the client may send again.
    public final AtomicLong consumed = new AtomicLong();

    /// Why the session ended the channel, or null.
    public final AtomicReference<@Nullable String> failure = new AtomicReference<>();

    private int nextId = 1;

    /// One reply as it came.
    public record Answer(int type, int id, ByteBuffer body) {
        /// The number of a STATUS.
        public int status() {
            return type == 101 ? body.getInt(0) : -1;
        }

        /// The words of a STATUS.
        public String words() {
            byte[] words = new byte[body.getInt(4)];
            body.get(8, words);
            return new String(words, StandardCharsets.UTF_8);
        }

        /// The number in a HANDLE.
        public long handle() {
            if (type != 102) {
                throw new AssertionError("no handle but " + type + " " + (type == 101 ? words() : ""));
            }
            return body.getLong(4);
        }

        /// The bytes in a DATA.
        public byte[] data() {
            byte[] data = new byte[body.getInt(0)];
            body.get(4, data);
            return data;
        }

        /// The names in a NAME.
        public List<String> names() {
            List<String> names = new ArrayList<>();
            ByteBuffer in = body.duplicate();
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                names.add(string(in));
                string(in);
                int flags = in.getInt();
                in.position(in.position()
                        + ((flags & 1) != 0 ? 8 : 0)
                        + ((flags & 2) != 0 ? 8 : 0)
                        + ((flags & 4) != 0 ? 4 : 0)
                        + ((flags & 8) != 0 ? 8 : 0));
            }
            return names;
        }

        private static String string(ByteBuffer in) {
            byte[] bytes = new byte[in.getInt()];
            in.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// A session of `caller` in `root`; nothing is sent yet.
    public static Bench raw(VolumeFs volume, Caller caller, long root, View.Rights rights) {
        return new Bench(volume, caller, root, rights, View.Extras.NONE);
    }

    /// The same with INIT done.
    public static Bench open(VolumeFs volume, Caller caller, long root, View.Rights rights) throws Exception {
        var bench = raw(volume, caller, root, rights);
        bench.init(3);
        bench.answer();
        return bench;
    }

    /// One of the super user in the volume's root.
    public static Bench open(VolumeFs volume) throws Exception {
        var root = new Caller(0, 0, List.of(), 0, 022, Caller.Checks.CORE);
        return open(volume, root, VolumeFs.ROOT, View.Rights.READ_WRITE);
    }

    /// One of the super user in the volume's root, with what a server may be asked for.
    public static Bench open(VolumeFs volume, View.Extras extras) throws Exception {
        var root = new Caller(0, 0, List.of(), 0, 022, Caller.Checks.CORE);
        return open(volume, root, VolumeFs.ROOT, extras);
    }

    /// One of `caller` in `root`, with what a server may be asked for.
    public static Bench open(VolumeFs volume, Caller caller, long root, View.Extras extras) throws Exception {
        var bench = new Bench(volume, caller, root, View.Rights.READ_WRITE, extras);
        bench.init(3);
        bench.answer();
        return bench;
    }

    private Bench(VolumeFs volume, Caller caller, long root, View.Rights rights, View.Extras extras) {
        var pool = new BufferPool();
        var view = new View(volume, caller, root, rights, uid -> uid == 1000 ? "alice" : "", Clock.SYSTEM, extras);
        var operations = new Operations(view, new HandleNumbers(), 1024, new Replies(pool));
        var threads = Threads.virtual("bench-");
        this.session = new SftpSession(
                operations,
                pool,
                new Outlet() {
                    @Override
                    public void send(Reply reply, Runnable sent) {
                        take(reply, sent);
                    }

                    @Override
                    public void consumed(int bytes) {
                        consumed.addAndGet(bytes);
                    }

                    @Override
                    public void fail(String why) {
                        failure.set(why);
                    }
                },
                SessionLimits.usual(4 << 20),
                task -> threads.newThread(task).start());
    }

    private void take(Reply reply, Runnable sent) {
        int length = reply.length();
        var copy = ByteBuffer.wrap(reply.bytes().clone(), 0, length);
        if (copy.getInt() != length - 4) {
            throw new AssertionError("a reply has not the length it says");
        }
        var answer = new Answer(copy.get() & 0xff, copy.getInt(), copy.slice());
        reply.free();
        boolean isHeld;
        holding.lock();
        try {
            isHeld = holdsReplies;
            if (isHeld) {
                held.add(sent);
            }
        } finally {
            holding.unlock();
        }
        answers.add(answer);
        if (!isHeld) {
            sent.run();
        }
    }

    private final java.util.concurrent.locks.ReentrantLock holding = new java.util.concurrent.locks.ReentrantLock();

    /// From now on no reply gets out, as when the client does not read.
    public void holdReplies() {
        holdsReplies = true;
    }

    /// Lets them out.
    public void letGo() {
        List<Runnable> out;
        holding.lock();
        try {
            holdsReplies = false;
            out = List.copyOf(held);
            held.clear();
        } finally {
            holding.unlock();
        }
        out.forEach(Runnable::run);
    }

    /// How many replies came that were not taken.
    public int answersWaiting() {
        return answers.size();
    }

    /// How many files and directories are open.
    public int openCount() {
        return session.openCount();
    }

    /// Sends bytes as they are.
    public void send(byte[] bytes) {
        session.receive(bytes, 0, bytes.length);
    }

    /// Sends INIT.
    public void init(int version) {
        send(ByteBuffer.allocate(9).putInt(5).put((byte) 1).putInt(version).array());
    }

    /// A request's bytes: fields are `Integer`, `Long`, `String`, `byte[]` (a string), [Byte] or [Handle].
    public byte[] message(int type, int id, Object... fields) {
        return bytes(type, id, fields);
    }

    /// The same for whoever has no session of this kind.
    public static byte[] bytes(int type, int id, Object... fields) {
        var body = new java.io.ByteArrayOutputStream();
        body.write(type);
        body.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        for (Object field : fields) {
            switch (field) {
                case Integer number ->
                    body.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
                case Long number ->
                    body.writeBytes(ByteBuffer.allocate(8).putLong(number).array());
                case String text -> string(body, text.getBytes(StandardCharsets.UTF_8));
                case byte[] bytes -> string(body, bytes);
                case Handle handle ->
                    string(body, ByteBuffer.allocate(8).putLong(handle.number).array());
                case Byte one -> body.write(one.value);
                default -> throw new IllegalArgumentException(field.toString());
            }
        }
        return ByteBuffer.allocate(4 + body.size())
                .putInt(body.size())
                .put(body.toByteArray())
                .array();
    }

    /// One byte as a field.
    public record Byte(byte value) {}

    /// A handle as a field.
    public record Handle(long number) {}

    private static void string(java.io.ByteArrayOutputStream body, byte[] bytes) {
        body.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
        body.writeBytes(bytes);
    }

    /// Sends a request and does not wait; its id.
    public int post(int type, Object... fields) {
        int id = nextId++;
        send(message(type, id, fields));
        return id;
    }

    /// Sends a request and returns its reply.
    public Answer ask(int type, Object... fields) throws InterruptedException {
        int id = post(type, fields);
        Answer answer = answer();
        if (answer.id != id) {
            throw new AssertionError("reply to " + answer.id + " instead of " + id);
        }
        return answer;
    }

    /// The next reply.
    public Answer answer() throws InterruptedException {
        Answer answer = answers.poll(REPLY_WAIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(answer, () -> "no reply within " + REPLY_WAIT_SECONDS + " s; ended: " + failure.get());
        return answer;
    }

    /// Opens a file; `flags` as in SSH_FXP_OPEN.
    public Handle open(String path, int flags) throws InterruptedException {
        return new Handle(ask(3, path, flags, 0).handle());
    }

    /// Makes a file with contents.
    public void put(String path, String text) throws InterruptedException {
        Handle handle = open(path, 0x1a);
        ask(6, handle, 0L, text);
        ask(4, handle);
    }

    /// The contents of a file, or what went wrong.
    public String get(String path) throws InterruptedException {
        Answer opened = ask(3, path, 1, 0);
        if (opened.type() != 102) {
            return "status " + opened.status();
        }
        Handle handle = new Handle(opened.handle());
        Answer data = ask(5, handle, 0L, 1 << 17);
        ask(4, handle);
        return data.type() == 103 ? new String(data.data(), StandardCharsets.UTF_8) : "status " + data.status();
    }

    @Override
    public void close() {
        letGo();
        session.close(java.time.Duration.ofSeconds(20));
    }
}
