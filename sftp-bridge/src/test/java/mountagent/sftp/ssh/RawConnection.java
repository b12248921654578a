package mountagent.sftp.ssh;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client of SSH made of bytes, before any encryption: packets as RFC 4253 frames them, or as it does not.
final class RawConnection implements AutoCloseable {
    static final int DISCONNECT = 1;
    static final int UNIMPLEMENTED = 3;
    static final int KEXINIT = 20;
    static final int ECDH_REPLY = 31;

    private static final int WAIT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /// Connected, banners exchanged, the server's KEXINIT read.
    RawConnection(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
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
        var bytes = new ByteArrayOutputStream();
        var message = new DataOutputStream(bytes);
        message.write(KEXINIT);
        message.write(new byte[16]);
        int[] order = {0, 1, 2, 2, 3, 3, 4, 4};
        for (int list : order) {
            string(message, lists[list].getBytes(StandardCharsets.US_ASCII));
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
        int padding = 8 - (message.length + 5) % 8;
        padding += padding < 4 ? 8 : 0;
        out.writeInt(message.length + padding + 1);
        out.write(padding);
        out.write(message);
        out.write(new byte[padding]);
        out.flush();
        return this;
    }

    /// Sends bytes as they are.
    RawConnection sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /// The type of the next message; -1 when the server has ended the connection.
    int next() {
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
        } catch (java.io.EOFException | java.net.SocketException _) {
            return;
        }
        throw new AssertionError("the server sends without end");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
