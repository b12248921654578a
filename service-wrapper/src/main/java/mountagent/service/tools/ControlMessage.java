package mountagent.service.tools;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// Builds a request: command, length and fields, all big-endian.
final class ControlMessage {
    static final int REMOVE = 1002;
    static final int WARM = 1004;
    static final int INFO = 1005;
    static final int COPY = 1006;
    static final int SUMMARY = 1007;
    static final int COMPACT = 1008;

    private static final int HEADER = 8;

    private final int command;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();

    ControlMessage(int command) {
        this.command = command;
    }

    ControlMessage u64(long value) {
        payload.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
        return this;
    }

    ControlMessage u32(int value) {
        payload.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
        return this;
    }

    ControlMessage u16(int value) {
        payload.write(value >>> 8);
        payload.write(value);
        return this;
    }

    ControlMessage u8(int value) {
        payload.write(value);
        return this;
    }

    ControlMessage flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /// A name of at most 255 bytes, its length before it.
    ControlMessage name(byte[] name) {
        return u8(name.length).bytes(name);
    }

    ControlMessage bytes(byte[] bytes) {
        payload.writeBytes(bytes);
        return this;
    }

    byte[] done() {
        byte[] fields = payload.toByteArray();
        return ByteBuffer.allocate(HEADER + fields.length)
                .putInt(command)
                .putInt(fields.length)
                .put(fields)
                .array();
    }
}
