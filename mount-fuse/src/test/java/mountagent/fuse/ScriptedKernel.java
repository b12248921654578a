package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mountagent.base.Sizes;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import org.jspecify.annotations.Nullable;

/// The kernel's side of a connection, played from a script: a test sends messages and looks at the bytes that
/// come back.
final class ScriptedKernel implements Transport {
    private static final int DATA_MAX = Sizes.MIB;
    /// Stands for the end of the connection.
    private static final byte[] END = {};

    /// A reply or a notification.
    record Reply(int error, long unique, ByteBuffer body) {
        static Reply of(MemorySegment message) {
            byte[] bytes = message.toArray(ValueLayout.JAVA_BYTE);
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            assertEquals(bytes.length, buffer.getInt(), "the length that a reply says");
            int error = buffer.getInt();
            long unique = buffer.getLong();
            return new Reply(error, unique, buffer.slice().order(ByteOrder.nativeOrder()));
        }
    }

    /// Whether replies find nobody who waits for them.
    volatile boolean callersGone;

    /// What a notification waits for, if anything.
    volatile @Nullable CountDownLatch notifyGate;

    final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    final BlockingQueue<Reply> notifications = new LinkedBlockingQueue<>();

    private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    private final RequestPool pool = new RequestPool(256L * Sizes.MIB, DATA_MAX + 4096);
    private final Request[] current;
    private long nextUnique = 2;
    private @Nullable FuseConnection connection;

    /// One that is read by a single thread.
    ScriptedKernel() {
        this(1);
    }

    /// One that `lanes` threads read.
    ScriptedKernel(int lanes) {
        current = new Request[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            current[lane] = new Request(DATA_MAX + 4096);
        }
    }

    /// A number for the next request, as the kernel counts.
    long unique() {
        long unique = nextUnique;
        nextUnique += 2;
        return unique;
    }

    void send(byte[] message) {
        messages.add(message);
    }

    void send(Message message) {
        send(message.build());
    }

    /// The next reply, whichever request it is for.
    Reply reply() throws InterruptedException {
        Reply reply = replies.poll(10, TimeUnit.SECONDS);
        assertNotNull(reply, "no reply came");
        return reply;
    }

    Reply ask(Message message) throws InterruptedException {
        send(message);
        return reply();
    }

    Reply notification() throws InterruptedException {
        Reply message = notifications.poll(10, TimeUnit.SECONDS);
        assertNotNull(message, "no notification came");
        return message;
    }

    static final EnumSet<MountOption> XATTRS = EnumSet.of(MountOption.EXTENDED_ATTRIBUTES);

    /// The INIT of a kernel that speaks 7.`minor`, in the form it has there, and offers all flags it has.
    static byte[] init(int major, int minor, long flags) {
        Message init = Message.of(Opcode.INIT, 2, 0).int32(major, minor, 131072, (int) flags);
        if (minor >= 36) {
            init.int32((int) (flags >>> 32)).zeros(44);
        }
        return init.build();
    }

    /// Everything that Linux 6.18 offers, and what 5.4 did.
    static final long FLAGS_NEW = 0x7ff_ffff_ffffL;

    static final long FLAGS_OLD = 0x7ff_ffffL;

    /// A connection that is up; the reply to INIT was taken.
    static ScriptedKernel start(MemoryVolume volume, MountRequest request, int minor) throws Exception {
        return start(1, volume, request, minor);
    }

    /// The same, read by `lanes` threads.
    static ScriptedKernel start(int lanes, MemoryVolume volume, MountRequest request, int minor) throws Exception {
        var kernel = new ScriptedKernel(lanes);
        kernel.send(init(7, minor, minor >= 36 ? FLAGS_NEW : FLAGS_OLD));
        kernel.connect(volume, request);
        kernel.reply();
        return kernel;
    }

    void connect(MemoryVolume volume, MountRequest request) throws Exception {
        connect(volume, request, null);
    }

    void connect(MemoryVolume volume, MountRequest request, @Nullable Rings rings) throws Exception {
        FuseSettings settings = FuseSettings.standard().withDrainLimit(Duration.ofSeconds(5));
        FuseConnection made = FuseConnection.negotiate(this, rings, volume, request, settings);
        connection = made;
        made.start();
    }

    /// Ends the connection as an unmount does, and waits until all is given back.
    void unmount() throws InterruptedException {
        for (Request _ : current) {
            messages.add(END);
        }
        FuseConnection up = connection;
        assertNotNull(up);
        assertTrue(up.awaitEnd(Duration.ofSeconds(20)), "the connection does not end");
    }

    /// Whether a connection was made and not unmounted.
    boolean isUp() throws InterruptedException {
        FuseConnection made = connection;
        return made != null && !made.awaitEnd(Duration.ZERO);
    }

    @Override
    public int lanes() {
        return current.length;
    }

    @Override
    public int dataMax() {
        return DATA_MAX;
    }

    @Override
    public @Nullable Request receive(int lane) throws InterruptedException {
        while (true) {
            byte[] message = messages.take();
            if (message.length == 0) {
                return null;
            }
            Request request = current[lane];
            MemorySegment.copy(message, 0, request.messageArea(), ValueLayout.JAVA_BYTE, 0, message.length);
            if (request.begin(message.length)) {
                return request;
            }
        }
    }

    @Override
    public Request detach(int lane) throws InterruptedException {
        Request detached = current[lane];
        current[lane] = pool.take(pool.largest());
        return detached;
    }

    @Override
    public Request widen(Request request, int dataBytes) {
        return request;
    }

    @Override
    public boolean reply(Request request) {
        replies.add(Reply.of(request.replyMessage()));
        return !callersGone;
    }

    @Override
    public void release(Request request) {
        pool.give(request);
    }

    @Override
    public int notify(MemorySegment message) {
        notifications.add(Reply.of(message));
        CountDownLatch gate = notifyGate;
        if (gate != null) {
            try {
                gate.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        return 0;
    }

    @Override
    public void close() {
        for (Request request : current) {
            request.free();
        }
        pool.close();
    }
}
