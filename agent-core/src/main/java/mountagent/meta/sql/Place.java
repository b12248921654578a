package mountagent.meta.sql;

import java.nio.ByteBuffer;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Cursor;

/// The place in a scan that a [Cursor] of this engine stands for: the key of the last row that was told, as a name or
/// as one or two numbers.
final class Place {
    private Place() {}

    /// After the row with key `key`.
    static Cursor after(long key) {
        return new Cursor(Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(key).array()));
    }

    /// After the row with the key `major`, `minor`.
    static Cursor after(long major, long minor) {
        return new Cursor(Bytes.of(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(major)
                .putLong(minor)
                .array()));
    }

    /// After the row whose key is `name`.
    static Cursor after(byte[] name) {
        return new Cursor(Bytes.of(name));
    }

    /// The number to go on after; `first` at the start.
    static long number(Cursor from, long first) throws FsException {
        return from.position().isEmpty() ? first : read(from, Long.BYTES).getLong();
    }

    /// The two numbers to go on after; `first` at the start.
    static long[] numbers(Cursor from, long... first) throws FsException {
        if (from.position().isEmpty()) {
            return first;
        }
        ByteBuffer bytes = read(from, 2 * Long.BYTES);
        return new long[] {bytes.getLong(), bytes.getLong()};
    }

    /// The name to go on after.
    static byte[] name(Cursor from) {
        return from.position().toArray();
    }

    private static ByteBuffer read(Cursor from, int length) throws FsException {
        if (from.position().length() != length) {
            throw new FsException(Errno.EINVAL, "the cursor " + from.position() + " belongs to another scan");
        }
        return ByteBuffer.wrap(from.position().toArray());
    }
}
