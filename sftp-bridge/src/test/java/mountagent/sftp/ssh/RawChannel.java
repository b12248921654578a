package mountagent.sftp.ssh;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import mountagent.sftp.session.Bench;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/// A client's channel of any type with any requests. What comes from the server is counted and its window is not given
/// back.
final class RawChannel extends AbstractClientChannel {
    private static final int WAIT_SECONDS = 20;
    private static final int FIELDS_ROOM = 256;
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final BlockingQueue<Boolean> replies = new LinkedBlockingQueue<>();
    private final Object[] fields;

    /// Who looks at what comes.
    volatile Consumer<byte[]> reader = _ -> {};

    /// Bytes that came.
    final AtomicLong received = new AtomicLong();

    private RawChannel(String type, Object[] fields) {
        super(type);
        this.fields = fields;
    }

    /// One of `session`, with what follows the type in the request to open it; not open yet.
    static RawChannel of(ClientSession session, String type, Object... fields) throws IOException {
        var channel = new RawChannel(type, fields);
        session.getService(ConnectionService.class).registerChannel(channel);
        return channel;
    }

    /// A channel for a session that is open.
    static RawChannel session(ClientSession session) throws IOException {
        RawChannel channel = of(session, "session");
        channel.open().verify(ServerFixture.WAIT);
        return channel;
    }

    /// Opens it; the reason why the server does not, 0 when it does.
    int refusal() throws IOException {
        try {
            open().verify(ServerFixture.WAIT);
            return 0;
        } catch (SshException e) {
            if (e.getCause() instanceof SshChannelOpenException refusal) {
                return refusal.getReasonCode();
            }
            throw e;
        }
    }

    @Override
    public IoWriteFuture writePacket(Buffer packet) throws IOException {
        if (packet.rawByte(packet.rpos()) == SshConstants.SSH_MSG_CHANNEL_OPEN) {
            put(packet, fields);
        }
        return super.writePacket(packet);
    }

    /// Sends a request that wants an answer; whether it is granted.
    boolean isGranted(String request, Object... values) throws Exception {
        Buffer packet = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST, FIELDS_ROOM);
        packet.putUInt(getRecipient());
        packet.putString(request);
        packet.putBoolean(true);
        put(packet, values);
        writePacket(packet);
        Boolean reply = replies.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (reply == null) {
            throw new AssertionError("no answer to " + request);
        }
        return reply;
    }

    /// Asks for SFTP and begins it.
    void beginSftp() throws Exception {
        if (!isGranted("subsystem", "sftp")) {
            throw new AssertionError("no SFTP in " + this);
        }
        sendSoon(Bench.bytes(1, 3));
    }

    /// Sends data once the server's window has room for it; false when it has none for a while.
    boolean sendSoon(byte[] data) throws Exception {
        try {
            getRemoteWindow().waitAndConsume(data.length, PATIENCE);
        } catch (SocketTimeoutException _) {
            return false;
        }
        send(data);
        return true;
    }

    /// Sends data, whatever the window is.
    IoWriteFuture send(byte[] data) throws IOException {
        Buffer packet = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, data.length + FIELDS_ROOM);
        packet.putUInt(getRecipient());
        packet.putBytes(data);
        return writePacket(packet);
    }

    /// Fields of a message: `String`, `Integer`, `Boolean`.
    static Buffer fields(Object... values) {
        var buffer = new ByteArrayBuffer();
        put(buffer, values);
        return buffer;
    }

    private static void put(Buffer buffer, Object... values) {
        for (Object value : values) {
            switch (value) {
                case String text -> buffer.putString(text, StandardCharsets.UTF_8);
                case Integer number -> buffer.putInt(number);
                case Boolean is -> buffer.putBoolean(is);
                default -> throw new IllegalArgumentException(value.toString());
            }
        }
    }

    @Override
    public void handleSuccess() {
        replies.add(true);
    }

    @Override
    public void handleFailure() {
        replies.add(false);
    }

    @Override
    protected void doOpen() {
        // nothing is read or written on its own
    }

    @Override
    protected void doWriteData(byte[] data, int from, long count) {
        received.addAndGet(count);
        reader.accept(Arrays.copyOfRange(data, from, from + (int) count));
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int from, long count) {
        received.addAndGet(count);
    }
}
