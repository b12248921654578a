package mountagent.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// An open file of the cache: a block's bytes, then the checksums of its pieces of 32 KiB, then perhaps the
/// footer of a staged block (reference: client-data-path.md §4.1 and §5).
///
/// Shared by counting: the file is closed when the last holder has released it. Thread-safe. An interrupted
/// reader closes the channel for all (so do the JDK's channels); the others open the file anew.
final class BlockFile {
    /// Bytes that one checksum covers.
    static final int PIECE_BYTES = 32 << 10;

    private static final int CHECKSUM_BYTES = 4;

    /// A file that is not what was written.
    static final class CorruptException extends Exception {
        CorruptException(String message) {
            super(message);
        }
    }

    private final FileChannel channel;
    private final int length;
    private final @Nullable ByteBuffer checksums;
    private final AtomicInteger holders = new AtomicInteger(1);

    private BlockFile(FileChannel channel, int length, @Nullable ByteBuffer checksums) {
        this.channel = channel;
        this.length = length;
        this.checksums = checksums;
    }

    /// Opens the file at `path` of a block of `length` bytes. The caller is its first holder.
    static BlockFile open(Path path, int length) throws IOException, CorruptException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        boolean isOpen = false;
        try {
            var file = new BlockFile(channel, length, checksums(channel, length));
            isOpen = true;
            return file;
        } finally {
            if (!isOpen) {
                channel.close();
            }
        }
    }

    /// How long the checksums of a block are.
    static int checksumsLength(int blockLength) {
        return Math.ceilDiv(blockLength, PIECE_BYTES) * CHECKSUM_BYTES;
    }

    /// The checksums of a block, as they stand in its file: CRC-32C, 4 bytes each, highest first.
    static ByteBuffer checksums(MemorySegment plain) {
        int length = (int) plain.byteSize();
        var sums = ByteBuffer.allocate(checksumsLength(length));
        var crc = new CRC32C();
        for (int at = 0; at < length; at += PIECE_BYTES) {
            sums.putInt(checksum(crc, plain.asSlice(at, Math.min(PIECE_BYTES, length - at))));
        }
        return sums.flip();
    }

    /// A number for a block's content, made of its checksums; never 0.
    static int tag(ByteBuffer checksums) {
        var crc = new CRC32C();
        crc.update(checksums.duplicate());
        return (int) crc.getValue() | 1;
    }

    private static int checksum(CRC32C crc, MemorySegment piece) {
        crc.reset();
        crc.update(piece.asByteBuffer());
        return (int) crc.getValue();
    }

    /// What follows the data tells by its length what it is.
    private static @Nullable ByteBuffer checksums(FileChannel channel, int length)
            throws IOException, CorruptException {
        long extra = channel.size() - length;
        int sumsLength = checksumsLength(length);
        if (extra < 0 || (extra > 0 && extra < sumsLength && extra % CHECKSUM_BYTES == 0)) {
            throw new CorruptException(
                    "it has " + (length + extra) + " bytes, its name says " + length + " and checksums");
        }
        if (extra == 0 || extra % CHECKSUM_BYTES != 0) {
            return null;
        }
        var sums = ByteBuffer.allocate(sumsLength);
        readFully(channel, sums, length);
        return sums.flip();
    }

    /// A number for the content as the file claims it, 0 without checksums.
    int tag() {
        return checksums == null ? 0 : tag(checksums);
    }

    /// Adds a holder; false when the file has been closed already.
    boolean retain() {
        int count = holders.get();
        while (count > 0) {
            if (holders.compareAndSet(count, count + 1)) {
                return true;
            }
            count = holders.get();
        }
        return false;
    }

    /// Takes a holder away; the last one closes the file.
    void release() {
        if (holders.decrementAndGet() == 0) {
            try {
                channel.close();
            } catch (IOException _) {
                // It was open for reading: nothing is lost, and there is nothing else to do.
                return;
            }
        }
    }

    /// Fills `target` from byte `offset` of the block, checking as far as `level` says.
    void read(int offset, MemorySegment target, VerifyLevel level) throws IOException, CorruptException {
        int end = offset + (int) target.byteSize();
        boolean isWhole = offset == 0 && end == length;
        if (checksums == null || level == VerifyLevel.NONE || (level == VerifyLevel.FULL && !isWhole)) {
            readPlain(offset, target);
            return;
        }
        int firstWhole = Math.ceilDiv(offset, PIECE_BYTES) * PIECE_BYTES;
        int lastWhole = end == length ? end : end / PIECE_BYTES * PIECE_BYTES;
        boolean isExtended = level == VerifyLevel.EXTEND;
        if (!isExtended || firstWhole >= lastWhole) {
            if (isExtended) {
                readPieces(offset, target);
                return;
            }
            readPlain(offset, target);
        } else {
            if (firstWhole > offset) {
                readPieces(offset, target.asSlice(0, firstWhole - offset));
            }
            readPlain(firstWhole, target.asSlice(firstWhole - offset, lastWhole - firstWhole));
            if (end > lastWhole) {
                readPieces(lastWhole, target.asSlice(lastWhole - offset));
            }
        }
        check(firstWhole, lastWhole, target, offset, checksums);
    }

    private void check(int from, int to, MemorySegment bytes, int start, ByteBuffer sums) throws CorruptException {
        var crc = new CRC32C();
        for (int at = from; at < to; at += PIECE_BYTES) {
            int count = Math.min(PIECE_BYTES, to - at);
            checkPiece(at, checksum(crc, bytes.asSlice(at - start, count)), sums);
        }
    }

    private static void checkPiece(int at, int found, ByteBuffer sums) throws CorruptException {
        if (found != sums.getInt(at / PIECE_BYTES * CHECKSUM_BYTES)) {
            throw new CorruptException("the checksum of the piece at byte " + at + " is wrong");
        }
    }

    /// Reads ranges that cover pieces in part, by way of the whole pieces.
    private void readPieces(int offset, MemorySegment target) throws IOException, CorruptException {
        ByteBuffer sums = checksums;
        if (sums == null) {
            readPlain(offset, target);
            return;
        }
        int end = offset + (int) target.byteSize();
        int from = offset / PIECE_BYTES * PIECE_BYTES;
        int to = Math.min(length, Math.ceilDiv(end, PIECE_BYTES) * PIECE_BYTES);
        MemorySegment pieces = MemorySegment.ofArray(new byte[to - from]);
        readPlain(from, pieces);
        check(from, to, pieces, from, sums);
        MemorySegment.copy(pieces, offset - from, target, 0, target.byteSize());
    }

    private void readPlain(int offset, MemorySegment target) throws IOException, CorruptException {
        readFully(channel, target.asByteBuffer(), offset);
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long offset)
            throws IOException, CorruptException {
        while (target.hasRemaining()) {
            if (channel.read(target, offset + target.position()) < 0) {
                throw new CorruptException("it ends at byte " + (offset + target.position()));
            }
        }
    }
}
