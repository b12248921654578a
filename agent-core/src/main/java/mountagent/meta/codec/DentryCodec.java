package mountagent.meta.codec;

import java.nio.ByteBuffer;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Dentry;

/// Entries of directories: type (1 byte), inode (8) (reference: meta-redis.md §2.2).
public final class DentryCodec {
    private static final int BYTES = 9;

    private DentryCodec() {}

    /// The stored form of `dentry`.
    public static byte[] encode(Dentry dentry) {
        return ByteBuffer.allocate(BYTES)
                .put((byte) TypeCode.of(dentry.type()))
                .putLong(dentry.inode())
                .array();
    }

    /// The entry that `stored` holds; EIO when it is not one.
    public static Dentry decode(byte[] stored) throws FsException {
        if (stored.length != BYTES) {
            throw new FsException(Errno.EIO, "stored entry has " + stored.length + " bytes, must have " + BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(stored);
        var type = TypeCode.type(in.get());
        return new Dentry(in.getLong(), type);
    }
}
