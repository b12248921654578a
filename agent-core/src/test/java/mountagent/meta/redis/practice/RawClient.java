package mountagent.meta.redis.practice;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Sends requests as they are written and shows replies as text, a character a byte.
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final DataInputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    /// The reply to the command of these words.
    String ask(String... words) throws IOException {
        send(words);
        return reply();
    }

    void send(String... words) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(bytes("*" + words.length + "\r\n"));
        for (String word : words) {
            request.writeBytes(bytes("$" + word.length() + "\r\n" + word + "\r\n"));
        }
        socket.getOutputStream().write(request.toByteArray());
    }

    void sendAsItIs(String text) throws IOException {
        socket.getOutputStream().write(bytes(text));
    }

    /// A string in quotes, a number, `nil`, an array in brackets, a status or an error with the sign before it.
    String reply() throws IOException {
        String line = line();
        int number = line.matches(".-?\\d{1,9}") ? Integer.parseInt(line.substring(1)) : 0;
        return switch (line.charAt(0)) {
            case '$' -> number < 0 ? "nil" : "'" + bulk(number) + "'";
            case '*' -> number < 0 ? "nil" : array(number).toString();
            case ':' -> line.substring(1);
            default -> line;
        };
    }

    private List<String> array(int count) throws IOException {
        List<String> replies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            replies.add(reply());
        }
        return replies;
    }

    private String bulk(int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        in.skipNBytes(2);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server has hung up");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
