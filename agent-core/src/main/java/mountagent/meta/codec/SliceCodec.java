package mountagent.meta.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;

/// Slice records of chunks, 24 bytes each, and lists of delayed slices, 12 bytes each (reference: meta-redis.md
/// §2.3 and §2.5).
public final class SliceCodec {
    /// The size of one record.
    public static final int RECORD_BYTES = 24;

    private static final int KEY_BYTES = 12;

    private SliceCodec() {}

    /// The stored form of one record.
    public static byte[] encode(Slice slice) {
        ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES);
        put(out, slice);
        return out.array();
    }

    /// The stored form of a chunk whose records lie one behind the other.
    public static byte[] encode(Collection<Slice> slices) {
        ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES * slices.size());
        slices.forEach(slice -> put(out, slice));
        return out.array();
    }

    private static void put(ByteBuffer out, Slice slice) {
        out.putInt(slice.pos())
                .putLong(slice.id())
                .putInt(slice.size())
                .putInt(slice.off())
                .putInt(slice.len());
    }

    /// The records of a chunk that lie one behind the other; EIO when the length does not fit.
    public static List<Slice> decodeAll(byte[] stored) throws FsException {
        check(stored, RECORD_BYTES, "slice records");
        ByteBuffer in = ByteBuffer.wrap(stored);
        List<Slice> slices = new ArrayList<>(stored.length / RECORD_BYTES);
        while (in.hasRemaining()) {
            slices.add(new Slice(in.getInt(), in.getLong(), in.getInt(), in.getInt(), in.getInt()));
        }
        return slices;
    }

    /// One record; EIO when the length does not fit.
    public static Slice decode(byte[] stored) throws FsException {
        if (stored.length != RECORD_BYTES) {
            throw new FsException(
                    Errno.EIO, "stored slice record has " + stored.length + " bytes, must have " + RECORD_BYTES);
        }
        return decodeAll(stored).getFirst();
    }

    /// The stored form of a list of delayed slices.
    public static byte[] encodeKeys(Collection<SliceKey> slices) {
        ByteBuffer out = ByteBuffer.allocate(KEY_BYTES * slices.size());
        slices.forEach(slice -> out.putLong(slice.id()).putInt(slice.size()));
        return out.array();
    }

    /// A list of delayed slices; EIO when the length does not fit.
    public static List<SliceKey> decodeKeys(byte[] stored) throws FsException {
        check(stored, KEY_BYTES, "delayed slices");
        ByteBuffer in = ByteBuffer.wrap(stored);
        List<SliceKey> slices = new ArrayList<>(stored.length / KEY_BYTES);
        while (in.hasRemaining()) {
            slices.add(new SliceKey(in.getLong(), in.getInt()));
        }
        return slices;
    }

    private static void check(byte[] stored, int unit, String what) throws FsException {
        if (stored.length % unit != 0) {
            throw new FsException(
                    Errno.EIO, "stored " + what + " have " + stored.length + " bytes, not a multiple of " + unit);
        }
    }
}
