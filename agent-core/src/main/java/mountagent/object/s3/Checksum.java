package mountagent.object.s3;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;

/// The CRC-32C of an object's stored bytes: as the official client keeps it in the metadata, in decimal (reference:
/// volume-format.md §6), and as S3 knows it. Objects without one are as good.
record Checksum(int value) {
    /// The name in the metadata, as it is sent in the header `x-amz-meta-crc32c`.
    static final String NAME = "Crc32c";

    /// The header that has a server compare what came with it.
    static final String HEADER = "x-amz-checksum-crc32c";

    static Checksum of(MemorySegment bytes) {
        var sum = new CRC32C();
        // A buffer holds at most 2 GiB.
        for (long offset = 0; offset < bytes.byteSize(); offset += Integer.MAX_VALUE) {
            long count = Math.min(Integer.MAX_VALUE, bytes.byteSize() - offset);
            sum.update(bytes.asSlice(offset, count).asByteBuffer());
        }
        return new Checksum((int) sum.getValue());
    }

    /// As the metadata has it.
    String decimal() {
        return Integer.toUnsignedString(value);
    }

    /// As [#HEADER] has it.
    String base64() {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }
}
