package mountagent.maintenance.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import mountagent.json.Json;
import mountagent.json.JsonValue;

/// The document as it is written: text gathered and handed on in large pieces.
final class DumpSink {
    private static final int PIECE = 1 << 16;

    private final OutputStream target;
    private final StringBuilder text = new StringBuilder(PIECE + 4096);

    DumpSink(OutputStream target) {
        this.target = target;
    }

    DumpSink add(String part) {
        text.append(part);
        return this;
    }

    DumpSink add(long number) {
        text.append(number);
        return this;
    }

    DumpSink addUnsigned(int number) {
        text.append(Integer.toUnsignedLong(number));
        return this;
    }

    /// Begins a line.
    DumpSink line(int indent) {
        text.append('\n').repeat(' ', indent);
        return this;
    }

    /// Bytes between quotes, in the form of [DumpText].
    DumpSink quoted(byte[] bytes) {
        text.append('"');
        DumpText.escape(bytes, text);
        text.append('"');
        return this;
    }

    /// The same as [#quoted] with markup escaped too, as the official client does where it uses an encoder.
    DumpSink encoded(byte[] bytes) {
        var escaped = new StringBuilder(bytes.length + 16);
        DumpText.escape(bytes, escaped);
        return json(escaped.toString());
    }

    /// A JSON string.
    DumpSink json(String string) {
        text.append(Json.write(new JsonValue.Text(string), Json.Layout.COMPACT));
        return this;
    }

    /// Hands on what has been gathered if it is much: to be called now and then.
    void drain() throws IOException {
        if (text.length() >= PIECE) {
            flush();
        }
    }

    /// Hands on everything.
    void flush() throws IOException {
        target.write(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }
}
