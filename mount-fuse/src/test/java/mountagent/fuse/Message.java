package mountagent.fuse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Builds the messages a kernel sends.
final class Message {
    private final Opcode opcode;
    private final long unique;
    private final long node;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private Message(Opcode opcode, long unique, long node) {
        this.opcode = opcode;
        this.unique = unique;
        this.node = node;
    }

    static Message of(Opcode opcode, long unique, long node) {
        return new Message(opcode, unique, node);
    }

    Message int32(int... values) {
        for (int value : values) {
            body.writeBytes(buffer(4).putInt(value).array());
        }
        return this;
    }

    Message int64(long... values) {
        for (long value : values) {
            body.writeBytes(buffer(8).putLong(value).array());
        }
        return this;
    }

    Message bytes(byte... values) {
        body.writeBytes(values);
        return this;
    }

    /// A string with its NUL.
    Message name(String name) {
        body.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        body.write(0);
        return this;
    }

    Message zeros(int count) {
        body.writeBytes(new byte[count]);
        return this;
    }

    byte[] build() {
        return raw(opcode.number(), unique, node, body.toByteArray());
    }

    /// Any message at all.
    static byte[] raw(int opcode, long unique, long node, byte[] body) {
        return buffer(Request.HEADER_LENGTH + body.length)
                .putInt(Request.HEADER_LENGTH + body.length)
                .putInt(opcode)
                .putLong(unique)
                .putLong(node)
                .putInt(1000)
                .putInt(1001)
                .putInt(77)
                .putInt(0)
                .put(body)
                .array();
    }

    static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }
}
