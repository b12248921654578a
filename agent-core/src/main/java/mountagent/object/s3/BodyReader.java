package mountagent.object.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.base.Sizes;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// Brings the body of an answer into the caller's memory: array memory is filled by the connection itself, native
/// memory
/// through a small buffer. The answer is how many bytes there were.
///
/// A body that is shorter than its header says is a failure, as is a whole object whose bytes are not those its
/// checksum
/// was made of. A server that ignores the range and sends the object from its beginning is understood.
record BodyReader(long offset, MemorySegment target) implements ResponseTransformer<GetObjectResponse, Long> {
    private static final int PIECE_BYTES = 64 * Sizes.KIB;
    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

    /// An object's bytes are not those that were put.
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedException(String message) {
            super(message);
        }
    }

    @Override
    public Long transform(GetObjectResponse response, AbortableInputStream body) throws IOException {
        long start = 0;
        long total = length(response);
        String range = response.contentRange();
        if (range != null) {
            Matcher parts = RANGE.matcher(range);
            if (!parts.matches() || Long.parseLong(parts.group(1)) != offset) {
                throw new IOException("the server sent range \"" + range + "\" instead of bytes from " + offset);
            }
            start = offset;
            total = parts.group(3).equals("*") ? -1 : Long.parseLong(parts.group(3));
        }
        long wanted = Math.min(length(response), offset - start + target.byteSize());
        long count = read(body, offset - start, wanted);
        if (count < length(response)) {
            // What follows is not wanted, and not waited for.
            body.abort();
        }
        if (offset == 0 && count == total) {
            check(response.metadata(), count);
        }
        return Math.max(0, count - (offset - start));
    }

    private static long length(GetObjectResponse response) throws IOException {
        Long length = response.contentLength();
        if (length == null) {
            throw new IOException("the server did not say how long its answer is");
        }
        return length;
    }

    /// Reads `wanted` bytes, of which the first `skipped` are thrown away.
    private long read(InputStream body, long skipped, long wanted) throws IOException {
        byte @Nullable [] own = target.heapBase().orElse(null) instanceof byte[] array && skipped == 0 ? array : null;
        byte[] piece = own == null ? new byte[(int) Math.min(PIECE_BYTES, Math.max(1, wanted))] : own;
        long at = 0;
        while (at < wanted) {
            int start = own == null ? 0 : (int) (target.address() + at);
            int room = (int) Math.min(wanted - at, own == null ? piece.length : Integer.MAX_VALUE);
            int count = body.read(piece, start, room);
            if (count < 0) {
                throw new EOFException("the body ended after " + at + " of " + wanted + " bytes");
            }
            if (own == null) {
                keep(piece, count, at - skipped);
            }
            at += count;
        }
        return at;
    }

    /// Copies `count` bytes to where they belong; those before the target's beginning are dropped.
    private void keep(byte[] piece, int count, long position) {
        int dropped = Math.clamp(-position, 0, count);
        if (dropped < count) {
            MemorySegment.copy(piece, dropped, target, ValueLayout.JAVA_BYTE, position + dropped, count - dropped);
        }
    }

    private void check(Map<String, String> metadata, long count) throws DamagedException {
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(Checksum.NAME)) {
                String found = Checksum.of(target.asSlice(0, count)).decimal();
                if (!found.equals(entry.getValue())) {
                    throw new DamagedException("its checksum is " + found + ", it was put with " + entry.getValue());
                }
            }
        }
    }
}
