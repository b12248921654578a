package mountagent.sftp.scp;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Lines, acknowledgements and data of the old protocol.
final class ScpWire {
    private static final int LINE_MAX = 8192;

    private final InputStream in;
    private final OutputStream out;
    private boolean hasFailed;

    ScpWire(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /// Whether either side told of a failure.
    boolean hasFailed() {
        return hasFailed;
    }

    /// The next line without its end; empty when there are no more. IOException for one that is too long.
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return "";
            }
            if (line.size() == LINE_MAX) {
                throw new IOException("a line of more than " + LINE_MAX + " bytes");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    void send(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    void send(byte[] data, int count) throws IOException {
        out.write(data, 0, count);
    }

    void acknowledge() throws IOException {
        out.write(0);
        out.flush();
    }

    /// Tells the other side of a failure that does not end the transfer.
    void fail(String words) throws IOException {
        hasFailed = true;
        out.write(1);
        send("scp: " + words.replaceAll("\\p{Cntrl}", "?"));
    }

    /// Waits for the other side's word; false when it could not take the last thing. IOException when it gives up.
    boolean isAcknowledged() throws IOException {
        int word = in.read();
        if (word == 0) {
            return true;
        }
        if (word < 0) {
            throw new EOFException("the client is gone");
        }
        String why = line();
        if (word != 1) {
            throw new IOException("the client gives up: " + why);
        }
        hasFailed = true;
        return false;
    }

    /// As many bytes of data as there are, up to `count`.
    int read(byte[] target, int count) throws IOException {
        int read = in.read(target, 0, count);
        if (read < 0) {
            throw new EOFException("the client is gone");
        }
        return read;
    }
}
