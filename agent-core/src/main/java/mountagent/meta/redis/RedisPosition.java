package mountagent.meta.redis;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import org.jspecify.annotations.Nullable;

/// How far a listing has come, as the bytes of a cursor: where its server goes on (`next`, null at the end), how far
/// the inner listing of the first waiting element is, and the elements that a step brought beyond what was asked for.
@SuppressWarnings("ArrayRecordComponent") // made here, read here, never changed or compared
record RedisPosition(byte @Nullable [] next, byte[] inner, List<RedisListing.Element> waiting) {
    /// Where a listing begins.
    static final RedisPosition START = new RedisPosition(RedisListing.START, RedisListing.START, List.of());

    private static final int LENGTH_BYTES = Integer.BYTES;

    /// Whether nothing is left.
    boolean isEnd() {
        return next == null && waiting.isEmpty();
    }

    byte[] write() {
        List<byte[]> parts = new ArrayList<>();
        parts.add(new byte[next == null ? 0 : 1]);
        parts.add(next == null ? RedisListing.START : next);
        parts.add(inner);
        for (RedisListing.Element element : waiting) {
            parts.add(element.key());
            parts.add(element.field());
            parts.add(element.value());
        }
        int size = parts.stream().mapToInt(part -> LENGTH_BYTES + part.length).sum();
        ByteBuffer out = ByteBuffer.allocate(size);
        parts.forEach(part -> out.putInt(part.length).put(part));
        return out.array();
    }

    /// The position that `bytes` hold, the start when there are none; EINVAL when they are not one.
    static RedisPosition read(byte[] bytes) throws FsException {
        if (bytes.length == 0) {
            return START;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            boolean goesOn = part(in).length == 1;
            byte[] next = part(in);
            byte[] inner = part(in);
            List<RedisListing.Element> waiting = new ArrayList<>();
            while (in.hasRemaining()) {
                waiting.add(new RedisListing.Element(part(in), part(in), part(in)));
            }
            return new RedisPosition(goesOn ? next : null, inner, waiting);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new FsException(Errno.EINVAL, "a cursor of " + bytes.length + " bytes is not one of Redis", e);
        }
    }

    private static byte[] part(ByteBuffer in) {
        int length = in.getInt();
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }
}
