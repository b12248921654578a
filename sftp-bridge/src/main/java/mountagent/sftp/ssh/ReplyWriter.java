package mountagent.sftp.ssh;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mountagent.base.Sizes;
import mountagent.sftp.session.Outlet;
import mountagent.sftp.wire.Reply;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RemoteWindow;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends the replies of one channel: cut to the client's packets, as far as its window goes. Thread-safe.
///
/// Whoever brings a reply writes it, and what others bring meanwhile. When the window is full or the socket does not
/// take more, nobody waits: whoever learns that there is room again goes on ([#pump]).
final class ReplyWriter implements Outlet {
    private static final Logger log = LoggerFactory.getLogger(ReplyWriter.class);

    private static final int UNSENT_BYTES_MAX = Sizes.MIB;

    /// MINA looks through all packets that wait whenever one is out.
    private static final int UNSENT_PACKETS_MAX = 256;

    private static final int HEAD_ROOM = 64;

    private final ChannelSession channel;
    private final Executor threads;
    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isBusy = new AtomicBoolean();
    private final AtomicLong unsentBytes = new AtomicLong();
    private final AtomicInteger unsentPackets = new AtomicInteger();
    private volatile boolean isClosed;

    // Of the one who is busy.
    private volatile @Nullable Outgoing current;
    private int at;

    private record Outgoing(Reply reply, int length, Runnable sent) {}

    ReplyWriter(ChannelSession channel, Executor threads) {
        this.channel = channel;
        this.threads = threads;
    }

    @Override
    public void send(Reply reply, Runnable sent) {
        queue.add(new Outgoing(reply, reply.length(), sent));
        pump();
    }

    /// Writes what there is room for. To be called whenever there is more room.
    void pump() {
        while (mayGoOn() && isBusy.compareAndSet(false, true)) {
            try {
                writeWhatFits();
            } finally {
                isBusy.set(false);
            }
        }
    }

    private boolean mayGoOn() {
        return (current != null || !queue.isEmpty()) && (isClosed || room() > 0);
    }

    private long room() {
        boolean isFull = unsentBytes.get() >= UNSENT_BYTES_MAX || unsentPackets.get() >= UNSENT_PACKETS_MAX;
        return isFull ? 0 : channel.getRemoteWindow().getSize();
    }

    private void writeWhatFits() {
        for (Outgoing reply = next(); reply != null; reply = next()) {
            long room = room();
            if (!isClosed && room <= 0) {
                return;
            }
            if (!isClosed) {
                write(reply, room);
            }
            if (isClosed || at == reply.length) {
                current = null;
                reply.reply.free();
                reply.sent.run();
            }
        }
    }

    private @Nullable Outgoing next() {
        Outgoing reply = current;
        if (reply == null) {
            reply = queue.poll();
            current = reply;
            at = 0;
        }
        return reply;
    }

    private void write(Outgoing reply, long room) {
        RemoteWindow window = channel.getRemoteWindow();
        int part = (int) Math.min(reply.length - at, Math.min(room, window.getPacketSize()));
        try {
            window.consume(part);
            Buffer packet = channel.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, part + HEAD_ROOM);
            packet.putUInt(channel.getRecipient());
            packet.putBytes(reply.reply.bytes(), at, part);
            unsentBytes.addAndGet(part);
            unsentPackets.incrementAndGet();
            IoWriteFuture future = channel.writePacket(packet);
            at += part;
            future.addListener(_ -> isOut(part));
        } catch (IOException | RuntimeException e) {
            log.debug("a channel's replies end: {}", e.getMessage(), e);
            isClosed = true;
        }
    }

    private void isOut(int bytes) {
        long bytesBefore = unsentBytes.getAndAdd(-bytes);
        int packetsBefore = unsentPackets.getAndDecrement();
        if (bytesBefore >= UNSENT_BYTES_MAX || packetsBefore >= UNSENT_PACKETS_MAX) {
            pump();
        }
    }

    @Override
    public void consumed(int bytes) {
        try {
            channel.getLocalWindow().release(bytes);
        } catch (IOException | RuntimeException e) {
            log.debug("a client is not told of its window: {}", e.getMessage());
        }
    }

    @Override
    public void fail(String why) {
        log.warn("an SFTP channel of {} is ended: {}", channel.getSession(), why);
        threads.execute(() -> channel.close(true));
    }

    /// Sends nothing more; what was brought is dropped.
    void close() {
        isClosed = true;
        pump();
    }
}
