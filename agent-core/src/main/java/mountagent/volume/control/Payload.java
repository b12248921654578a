package mountagent.volume.control;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;

/// Takes the fields of a request's payload one after the other, big-endian. EINVAL when there is less than a
/// field
/// needs; what the official client may leave out at the end has a default.
final class Payload {
    private final ByteBuffer bytes;

    Payload(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    @FunctionalInterface
    private interface Field<T> {
        T take(ByteBuffer from);
    }

    private <T> T take(Field<T> field) throws FsException {
        try {
            return field.take(bytes);
        } catch (BufferUnderflowException e) {
            throw new FsException(Errno.EINVAL, "a control request of " + bytes.limit() + " bytes is cut off", e);
        }
    }

    long u64() throws FsException {
        return take(ByteBuffer::getLong);
    }

    int u16() throws FsException {
        return take(ByteBuffer::getShort) & 0xFFFF;
    }

    int u8() throws FsException {
        return take(ByteBuffer::get) & 0xFF;
    }

    int u8Or(int missing) throws FsException {
        return bytes.hasRemaining() ? u8() : missing;
    }

    /// A name with its length before it in one byte.
    FileName name() throws FsException {
        byte[] name = new byte[u8()];
        take(from -> from.get(name));
        return FileName.wrap(name);
    }

    /// Bytes with their count before them in four.
    byte[] bytes() throws FsException {
        int length = take(ByteBuffer::getInt);
        if (length < 0 || length > bytes.remaining()) {
            throw new FsException(
                    Errno.EINVAL,
                    "a control request says it holds " + Integer.toUnsignedString(length) + " bytes and holds "
                            + bytes.remaining());
        }
        byte[] content = new byte[length];
        return take(from -> {
            from.get(content);
            return content;
        });
    }
}
