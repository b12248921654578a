package mountagent.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/// Turns the bytes of a block into what is stored, and back. All memory is native. Decoders write within
/// the target only, whatever they are given. Reference: volume-format.md §5.
sealed interface BlockCodec {
    /// Stored bytes that no decoder turns into a block of the length its name says.
    final class CorruptException extends Exception {
        CorruptException(String message) {
            super(message);
        }
    }

    /// The codec of a compression other than none.
    static BlockCodec of(Compression compression) {
        return switch (compression) {
            case LZ4 -> new Lz4();
            case ZSTD -> new Zstandard();
            case NONE -> throw new IllegalArgumentException("blocks that are not compressed need no codec");
        };
    }

    /// How many bytes `length` bytes can become at most.
    int encodedMax(int length);

    /// Writes the stored form of `plain` to the start of `target` and returns its length.
    int encode(MemorySegment plain, MemorySegment target);

    /// Fills `target` from its stored form.
    void decode(MemorySegment stored, MemorySegment target) throws CorruptException;

    /// One raw block: the official client's LZ4_compress_default.
    final class Lz4 implements BlockCodec {
        private static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();

        @Override
        public int encodedMax(int length) {
            return FACTORY.fastCompressor().maxCompressedLength(length);
        }

        @Override
        public int encode(MemorySegment plain, MemorySegment target) {
            return FACTORY.fastCompressor()
                    .compress(plain.asByteBuffer(), 0, (int) plain.byteSize(), target.asByteBuffer(), 0, (int)
                            target.byteSize());
        }

        @Override
        public void decode(MemorySegment stored, MemorySegment target) throws CorruptException {
            int length = (int) target.byteSize();
            int decoded;
            try {
                decoded = FACTORY.safeDecompressor()
                        .decompress(
                                stored.asByteBuffer(), 0, (int) stored.byteSize(), target.asByteBuffer(), 0, length);
            } catch (LZ4Exception e) {
                throw new CorruptException("LZ4 says: " + e.getMessage());
            }
            if (decoded != length) {
                throw new CorruptException("it holds " + decoded + " bytes, its name says " + length);
            }
        }
    }

    /// One frame with its content size, without checksum, level 1.
    final class Zstandard implements BlockCodec {
        private static final int LEVEL = 1;

        @Override
        public int encodedMax(int length) {
            return Math.toIntExact(Zstd.compressBound(length));
        }

        @Override
        public int encode(MemorySegment plain, MemorySegment target) {
            return (int) Zstd.compressDirectByteBuffer(
                    target.asByteBuffer(),
                    0,
                    (int) target.byteSize(),
                    plain.asByteBuffer(),
                    0,
                    (int) plain.byteSize(),
                    LEVEL);
        }

        @Override
        public void decode(MemorySegment stored, MemorySegment target) throws CorruptException {
            long decoded;
            try {
                decoded = Zstd.decompressDirectByteBuffer(
                        target.asByteBuffer(), 0, (int) target.byteSize(), stored.asByteBuffer(), 0, (int)
                                stored.byteSize());
            } catch (ZstdException e) {
                throw new CorruptException("Zstandard says: " + e.getMessage());
            }
            if (decoded != target.byteSize()) {
                throw new CorruptException("it holds " + decoded + " bytes, its name says " + target.byteSize());
            }
        }
    }
}
