package mountagent.sftp.ssh;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A client of SSH made of bytes, before any encryption: packets as RFC 4253 frames them, or as it does not.
final class RawConnection implements AutoCloseable {
    static final int DISCONNECT = 1;
    static final int UNIMPLEMENTED = 3;
    static final int KEXINIT = 20;
    static final int ECDH_REPLY = 31;

    private static final int WAIT_MILLIS = 20_000;

    /// Small, so that what is not read waits with the server soon.
    private static final int RECEIVE_BUFFER = 32 * 1024;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private @Nullable SocketException sendFailure;

    /// Connected, banners exchanged, the server's KEXINIT read.
    RawConnection(int port) throws IOException {
        socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(WAIT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        out.write("SSH-2.0-raw\r\n".getBytes(StandardCharsets.US_ASCII));
        while (in.readByte() != '\n') {
            // the server's banner
        }
        if (next() != KEXINIT) {
            throw new IOException("the server does not begin with KEXINIT");
        }
    }

    /// A KEXINIT whose lists are the usual ones but for the key exchanges.
    static byte[] kexInit(String keyExchanges, boolean guesses) throws IOException {
        return kexInit(guesses, keyExchanges, "ssh-ed25519", "aes128-gcm@openssh.com", "hmac-sha2-256", "none");
    }

    /// One with these key exchanges, host keys, ciphers, MACs and compressions.
    static byte[] kexInit(boolean guesses, String... lists) throws IOException {
        return kexInitOf(guesses, lists[0], lists[1], lists[2], lists[2], lists[3], lists[3], lists[4], lists[4]);
    }

    /// One with these lists, in the order of the message, but for the languages.
    static byte[] kexInitOf(boolean guesses, String... lists) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var message = new DataOutputStream(bytes);
        message.write(KEXINIT);
        message.write(new byte[16]);
        for (String list : lists) {
            string(message, list.getBytes(StandardCharsets.US_ASCII));
        }
        string(message, new byte[0]);
        string(message, new byte[0]);
        message.writeBoolean(guesses);
        message.writeInt(0);
        return bytes.toByteArray();
    }

    private static void string(DataOutputStream message, byte[] value) throws IOException {
        message.writeInt(value.length);
        message.write(value);
    }

    /// A client's part of an elliptic exchange.
    static byte[] ecdhInit(byte[] point) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var message = new DataOutputStream(bytes);
        message.write(30);
        string(message, point);
        return bytes.toByteArray();
    }

    /// Sends a message in a packet.
    RawConnection send(byte[] message) throws IOException {
        return sendRaw(packet(message));
    }

    /// A message in a packet.
    static byte[] packet(byte[] message) {
        int padding = 8 - (message.length + 5) % 8;
        padding += padding < 4 ? 8 : 0;
        return ByteBuffer.allocate(5 + message.length + padding)
                .putInt(message.length + padding + 1)
                .put((byte) padding)
                .put(message)
                .array();
    }

    /// Sends a message `times` and reads nothing; whether the server ends the connection before it has taken all.
    boolean isEndedWithin(int times, byte[] message) {
        byte[] packet = packet(message);
        int perWrite = 1000;
        byte[] many = new byte[perWrite * packet.length];
        for (int i = 0; i < perWrite; i++) {
            System.arraycopy(packet, 0, many, i * packet.length, packet.length);
        }
        try {
            for (int sent = 0; sent < times; sent += perWrite) {
                write(many);
            }
            return false;
        } catch (SocketException _) {
            return true;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Sends bytes as they are. A server that has ended the connection meanwhile is found out by who reads.
    RawConnection sendRaw(byte[] bytes) throws IOException {
        try {
            write(bytes);
        } catch (SocketException e) {
            sendFailure = e;
        }
        return this;
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /// The type of the next message; -1 when the server has ended the connection.
    int next() {
        if (sendFailure != null) {
            return -1;
        }
        try {
            byte[] packet = new byte[in.readInt()];
            in.readFully(packet);
            return packet[1] & 0xff;
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the server says nothing and does not end the connection", e);
        } catch (IOException e) {
            return -1;
        }
    }

    /// Whether the server ends the connection now, with or without a word; saying that it does not know a message is
    /// no end.
    boolean isEnded() {
        int type = next();
        while (type == UNIMPLEMENTED) {
            type = next();
        }
        if (type != -1 && type != DISCONNECT) {
            throw new AssertionError("the server goes on with message " + type);
        }
        return true;
    }

    /// Reads whatever comes until the server ends the connection.
    void awaitEnd() throws IOException {
        try {
            in.skipNBytes(Integer.MAX_VALUE);
        } catch (java.io.EOFException | SocketException _) {
            return;
        }
        throw new AssertionError("the server sends without end");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
