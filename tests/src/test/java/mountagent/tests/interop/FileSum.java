package mountagent.tests.interop;

import java.util.Arrays;
import java.util.zip.CRC32C;

/// Length and CRC-32C of a file's bytes.
record FileSum(long length, long crc32c) {
    static FileSum of(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return new FileSum(bytes.length, crc.getValue());
    }

    /// The sum of [Noise] alone.
    static FileSum ofNoise(long seed, long length) {
        var crc = new CRC32C();
        Noise.pieces(seed, length, (offset, piece, count) -> crc.update(piece, 0, count));
        return new FileSum(length, crc.getValue());
    }

    /// The sum of a file that somebody else reads.
    interface Reader<E extends Exception> {
        /// Fills `target` from `offset`; the count of bytes, 0 at the end.
        int read(long offset, byte[] target) throws E;
    }

    static <E extends Exception> FileSum of(Reader<E> reader) throws E {
        var crc = new CRC32C();
        var piece = new byte[Noise.PIECE];
        long offset = 0;
        for (int count = reader.read(0, piece); count > 0; count = reader.read(offset, piece)) {
            crc.update(piece, 0, count);
            offset += count;
        }
        return new FileSum(offset, crc.getValue());
    }

    @Override
    public String toString() {
        return length + " bytes, CRC-32C " + Long.toHexString(crc32c);
    }

    /// What a file holds, kept by the test.
    static final class Expected {
        private byte[] bytes = new byte[0];

        void write(long seed, long offset, long length) {
            resize(Math.max(bytes.length, offset + length));
            Noise.pieces(
                    seed, length, (at, piece, count) -> System.arraycopy(piece, 0, bytes, (int) (offset + at), count));
        }

        void resize(long length) {
            bytes = Arrays.copyOf(bytes, Math.toIntExact(length));
        }

        long length() {
            return bytes.length;
        }

        FileSum sum() {
            return of(bytes);
        }
    }
}
