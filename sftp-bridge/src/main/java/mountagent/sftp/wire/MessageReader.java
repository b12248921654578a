package mountagent.sftp.wire;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import mountagent.base.Bytes;

/// Reads the fields of one message; never beyond its end, and allocates nothing by a length that is not there.
final class MessageReader {
    private final byte[] bytes;
    private final ByteBuffer fields;

    /// The message is `bytes[from, to)`.
    MessageReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.fields = ByteBuffer.wrap(bytes, from, to - from);
    }

    int remaining() {
        return fields.remaining();
    }

    int uint8(String field) throws BadMessageException {
        require(field, Byte.BYTES);
        return Byte.toUnsignedInt(fields.get());
    }

    int int32(String field) throws BadMessageException {
        require(field, Integer.BYTES);
        return fields.getInt();
    }

    long uint32(String field) throws BadMessageException {
        return Integer.toUnsignedLong(int32(field));
    }

    long int64(String field) throws BadMessageException {
        require(field, Long.BYTES);
        return fields.getLong();
    }

    Bytes string(String field) throws BadMessageException {
        int length = length(field);
        int at = fields.position();
        fields.position(at + length);
        return Bytes.ofRange(bytes, at, at + length);
    }

    /// A string where it lies in the message: valid as long as the message is.
    MemorySegment data(String field) throws BadMessageException {
        int length = length(field);
        int at = fields.position();
        fields.position(at + length);
        return MemorySegment.ofArray(bytes).asSlice(at, length);
    }

    /// A handle: eight bytes of ours, -1 for anything else.
    long handle() throws BadMessageException {
        int length = length("handle");
        if (length != Long.BYTES) {
            fields.position(fields.position() + length);
            return -1;
        }
        return fields.getLong();
    }

    /// Checks that nothing is left.
    void end() throws BadMessageException {
        if (fields.hasRemaining()) {
            throw new BadMessageException(fields.remaining() + " bytes follow the message's last field");
        }
    }

    private int length(String field) throws BadMessageException {
        long length = uint32(field);
        if (length > fields.remaining()) {
            throw new BadMessageException(field + " of " + length + " bytes is longer than the message");
        }
        return (int) length;
    }

    private void require(String field, int count) throws BadMessageException {
        if (fields.remaining() < count) {
            throw new BadMessageException("the message ends before its " + field);
        }
    }
}
