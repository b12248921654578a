package mountagent.meta.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.LockType;
import mountagent.meta.PosixLock;

/// The POSIX locks of one owner on one file, 24 bytes each (reference: meta-redis.md §2.7).
///
/// The official client stores the lock type by the number of the platform that it runs on. We write Linux numbers.
/// Of those that others write we take 2 (read on Windows) and 3 (write on macOS and Windows) for what they are; the
/// macOS number for read is Linux's for write, the stricter of the two.
public final class LockCodec {
    private static final int RECORD_BYTES = 24;
    private static final int READ = 0;
    private static final int WRITE = 1;

    private LockCodec() {}

    /// The stored form of `locks`, which are in order of their start.
    public static byte[] encode(List<PosixLock> locks) {
        ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES * locks.size());
        for (PosixLock lock : locks) {
            int type = switch (lock.type()) {
                case READ -> READ;
                case WRITE -> WRITE;
            };
            out.putInt(type).putInt(lock.pid()).putLong(lock.start()).putLong(lock.end());
        }
        return out.array();
    }

    /// The locks that `stored` holds; EIO when it is not a list of them.
    public static List<PosixLock> decode(byte[] stored) throws FsException {
        if (stored.length % RECORD_BYTES != 0) {
            throw new FsException(
                    Errno.EIO, "stored locks have " + stored.length + " bytes, not a multiple of " + RECORD_BYTES);
        }
        ByteBuffer in = ByteBuffer.wrap(stored);
        List<PosixLock> locks = new ArrayList<>(stored.length / RECORD_BYTES);
        while (in.hasRemaining()) {
            locks.add(new PosixLock(type(in.getInt()), in.getInt(), in.getLong(), in.getLong()));
        }
        return locks;
    }

    private static LockType type(int stored) throws FsException {
        return switch (stored) {
            case READ, 2 -> LockType.READ;
            case WRITE, 3 -> LockType.WRITE;
            default -> throw new FsException(Errno.EIO, "stored lock type (" + stored + ") must be 0 to 3");
        };
    }
}
