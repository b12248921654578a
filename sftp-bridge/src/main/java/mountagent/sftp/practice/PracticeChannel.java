package mountagent.sftp.practice;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.core.CoreModuleProperties;

/// A connection to a server on this machine, with the messages of SFTP that practice needs. Used by one thread.
final class PracticeChannel implements AutoCloseable {
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final int MESSAGE_MAX = 300_000;

    private final SshClient client = ClientBuilder.builder().build();
    private final DataInputStream replies;
    private final OutputStream requests;
    private int nextId;

    /// Connects as `user` with `key` to the server on `port`.
    PracticeChannel(String user, KeyPair key, int port) throws IOException {
        // nobody else can be there: the server of this process has the port
        client.setServerKeyVerifier((_, _, offered) -> KeyUtils.getFingerPrint(offered) != null);
        client.setCipherFactories(List.of(BuiltinCiphers.aes128gcm));
        client.setSessionHeartbeat(HeartbeatType.NONE, Duration.ZERO);
        CoreModuleProperties.TCP_NODELAY.set(client, true);
        client.start();
        boolean isOpen = false;
        try {
            ClientSession session =
                    client.connect(user, "127.0.0.1", port).verify(WAIT).getSession();
            session.addPublicKeyIdentity(key);
            session.auth().verify(WAIT);
            ChannelSubsystem channel = session.createSubsystemChannel("sftp");
            channel.open().verify(WAIT);
            replies = new DataInputStream(channel.getInvertedOut());
            requests = channel.getInvertedIn();
            init();
            isOpen = true;
        } finally {
            if (!isOpen) {
                client.close();
            }
        }
    }

    private void init() throws IOException {
        requests.write(ByteBuffer.allocate(9).putInt(5).put((byte) 1).putInt(3).array());
        requests.flush();
        answer();
    }

    /// Sends a request: fields are `Integer`, `Long`, `String` or `byte[]` (a string).
    void send(int type, Object... fields) throws IOException {
        var message = ByteBuffer.allocate(length(fields));
        message.putInt(message.capacity() - Integer.BYTES).put((byte) type).putInt(++nextId);
        for (Object field : fields) {
            switch (field) {
                case Integer number -> message.putInt(number);
                case Long number -> message.putLong(number);
                default -> {
                    byte[] bytes = bytes(field);
                    message.putInt(bytes.length).put(bytes);
                }
            }
        }
        requests.write(message.array());
        requests.flush();
    }

    private static int length(Object... fields) {
        int length = 2 * Integer.BYTES + 1;
        for (Object field : fields) {
            length += switch (field) {
                case Integer _ -> Integer.BYTES;
                case Long _ -> Long.BYTES;
                default -> Integer.BYTES + bytes(field).length;
            };
        }
        return length;
    }

    private static byte[] bytes(Object field) {
        return field instanceof byte[] bytes ? bytes : field.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// The next reply's type, id and body.
    ByteBuffer answer() throws IOException {
        int length = replies.readInt();
        if (length < 5 || length > MESSAGE_MAX) {
            throw new IOException("a reply of " + length + " bytes");
        }
        byte[] reply = new byte[length];
        replies.readFully(reply);
        return ByteBuffer.wrap(reply);
    }

    /// Sends a request and takes its reply.
    ByteBuffer ask(int type, Object... fields) throws IOException {
        send(type, fields);
        return answer();
    }

    /// Opens something and returns its handle.
    byte[] open(int type, Object... fields) throws IOException {
        ByteBuffer reply = ask(type, fields);
        if (reply.get() != 102) {
            throw new IOException("no handle was given");
        }
        byte[] handle = new byte[reply.getInt(5)];
        reply.get(9, handle);
        return handle;
    }

    @Override
    public void close() {
        client.stop();
    }
}
