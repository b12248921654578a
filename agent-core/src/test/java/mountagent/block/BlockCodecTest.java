package mountagent.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import mountagent.block.BlockCodec.CorruptException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class BlockCodecTest {
    private static final int GUARD = 64;

    @ParameterizedTest
    @CsvSource({
        "LZ4,  hello world, b068656c6c6f20776f726c64",
        "LZ4,  BBBBBBBBBB,  a042424242424242424242",
        "ZSTD, hello world, 28b52ffd200b59000068656c6c6f20776f726c64",
    })
    void storedBytesAreThoseOfTheOfficialClient(Compression compression, String text, String stored) throws Exception {
        byte[] plain = text.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = HexFormat.of().parseHex(stored);
        assertArrayEquals(bytes, encode(BlockCodec.of(compression), plain));
        assertArrayEquals(plain, decode(BlockCodec.of(compression), bytes, plain.length));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void whatIsEncodedDecodesToTheSame(Compression compression) throws Exception {
        var codec = BlockCodec.of(compression);
        var random = new Random(7);
        for (int length : new int[] {1, 2, 100, 65_536, 1 << 20, 4 << 20}) {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            assertArrayEquals(noise, decode(codec, encode(codec, noise), length));
            byte[] zeros = new byte[length];
            assertArrayEquals(zeros, decode(codec, encode(codec, zeros), length));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBlockOfAnotherLengthThanItsNameIsRefused(Compression compression) {
        var codec = BlockCodec.of(compression);
        byte[] plain = new byte[10_000];
        new Random(3).nextBytes(plain);
        byte[] stored = encode(codec, plain);
        for (int length : new int[] {1, 9_999, 10_001, 100_000}) {
            assertThrows(CorruptException.class, () -> decode(codec, stored, length), "as " + length + " bytes");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void damagedBytesNeverWriteOutsideTheTarget(Compression compression) {
        var codec = BlockCodec.of(compression);
        var random = new Random(5);
        byte[] plain = new byte[5_000];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) (i / 100);
        }
        byte[] stored = encode(codec, plain);
        int decoded = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = round % 3 == 0 ? Arrays.copyOf(stored, random.nextInt(stored.length)) : stored.clone();
            for (int i = 0; i < 3 && damaged.length > 0; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                decode(codec, damaged, 1 + random.nextInt(2 * plain.length));
                decoded++;
            } catch (CorruptException _) {
                // What it says of damaged bytes is free, as long as it stays in bounds, which decode() checks.
            }
        }
        assertEquals(true, decoded < 2_000, "nothing was found damaged");
    }

    private static byte[] encode(BlockCodec codec, byte[] plain) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(codec.encodedMax(plain.length));
            int length = codec.encode(arena.allocateFrom(ValueLayout.JAVA_BYTE, plain), target);
            return target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static byte[] decode(BlockCodec codec, byte[] stored, int length) throws CorruptException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(length + 2 * GUARD).fill((byte) 0x5a);
            MemorySegment target = room.asSlice(GUARD, length);
            try {
                codec.decode(arena.allocateFrom(ValueLayout.JAVA_BYTE, stored), target);
            } finally {
                byte[] guard = new byte[GUARD];
                Arrays.fill(guard, (byte) 0x5a);
                assertArrayEquals(guard, room.asSlice(0, GUARD).toArray(ValueLayout.JAVA_BYTE));
                assertArrayEquals(guard, room.asSlice(GUARD + length, GUARD).toArray(ValueLayout.JAVA_BYTE));
            }
            return target.toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
