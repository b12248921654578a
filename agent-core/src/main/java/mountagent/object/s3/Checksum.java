package mountagent.object.s3;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// The checksum that the official client keeps in an object's metadata: CRC-32C of the stored bytes, in decimal
/// (reference: volume-format.md §6). Objects without one are as good.
final class Checksum {
    /// The name in the metadata, as it is sent in the header `x-amz-meta-crc32c`.
    static final String NAME = "Crc32c";

    private Checksum() {}

    static String of(MemorySegment bytes) {
        var sum = new CRC32C();
        // A buffer holds at most 2 GiB.
        for (long offset = 0; offset < bytes.byteSize(); offset += Integer.MAX_VALUE) {
            long count = Math.min(Integer.MAX_VALUE, bytes.byteSize() - offset);
            sum.update(bytes.asSlice(offset, count).asByteBuffer());
        }
        return Long.toString(sum.getValue());
    }
}
