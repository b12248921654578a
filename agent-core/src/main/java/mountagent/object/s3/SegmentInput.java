package mountagent.object.s3;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import software.amazon.awssdk.core.sync.RequestBody;

/// Memory as the body of a request: copied piece by piece into the buffer of whoever sends it, never as a whole.
/// Used by one thread.
final class SegmentInput extends InputStream {
    private static final String BYTES = "application/octet-stream";

    private final MemorySegment source;
    private long offset;

    private SegmentInput(MemorySegment source) {
        this.source = source;
    }

    /// A body that can be read as often as it takes, to be signed and to be sent.
    static RequestBody body(MemorySegment source) {
        return RequestBody.fromContentProvider(() -> new SegmentInput(source), source.byteSize(), BYTES);
    }

    @Override
    public int read() {
        return offset == source.byteSize() ? -1 : Byte.toUnsignedInt(source.get(ValueLayout.JAVA_BYTE, offset++));
    }

    @Override
    public int read(byte[] target, int start, int length) {
        Objects.checkFromIndexSize(start, length, target.length);
        if (length == 0) {
            return 0;
        }
        int count = (int) Math.min(length, source.byteSize() - offset);
        if (count == 0) {
            return -1;
        }
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, target, start, count);
        offset += count;
        return count;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, source.byteSize() - offset);
    }
}
