package mountagent.tests.interop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes that both sides of a test can make from a seed: pages of 4 KiB that cannot be compressed, and others that can.
final class Noise {
    /// How many bytes are handed on at a time; no divisor of a block, so that blocks are written in several calls.
    static final int PIECE = 1_000_000 / 4096 * 4096;

    private static final int PAGE = 4096;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Noise() {}

    /// Gets one piece after the other: its offset, and an array of which the first `count` bytes count.
    interface Sink<E extends Exception> {
        void accept(long offset, byte[] piece, int count) throws E;
    }

    /// Hands the first `length` bytes of noise `seed` to `sink`.
    static <E extends Exception> void pieces(long seed, long length, Sink<E> sink) throws E {
        var piece = new byte[PIECE];
        for (long offset = 0; offset < length; offset += PIECE) {
            for (int at = 0; at < PIECE; at += PAGE) {
                fillPage(seed, (offset + at) / PAGE, piece, at);
            }
            sink.accept(offset, piece, (int) Math.min(PIECE, length - offset));
        }
    }

    private static void fillPage(long seed, long page, byte[] target, int at) {
        long state = mix(seed * GOLDEN_GAMMA + page);
        if ((state & 1) == 0) {
            Arrays.fill(target, at, at + PAGE, (byte) (state >> 8));
            return;
        }
        for (int i = 0; i < PAGE; i += Long.BYTES) {
            state += GOLDEN_GAMMA;
            LONGS.set(target, at + i, mix(state));
        }
    }

    private static long mix(long value) {
        long once = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        long twice = (once ^ (once >>> 27)) * 0x94D049BB133111EBL;
        return twice ^ (twice >>> 31);
    }
}
