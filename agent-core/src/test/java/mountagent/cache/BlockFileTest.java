package mountagent.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import mountagent.cache.BlockFile.CorruptException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The bytes of cached files, and what reading makes of damaged ones.
final class BlockFileTest {
    private static final int LENGTH = 100_000;
    private static final String FOOTER_WITH_CHECKSUM = "4653001082a474696572cc02a3706164c4020000";
    private static final String FOOTER_WITHOUT = "4653000e82a474696572cc02a3706164c400";

    @TempDir
    Path folder = Path.of("/");

    private final byte[] content = content();

    private static byte[] content() {
        byte[] bytes = new byte[LENGTH];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    @Test
    void checksumsAreTheBytesOfTheReference() {
        byte[] plain = new byte[40_000];
        Arrays.fill(plain, (byte) 'x');
        ByteBuffer sums = BlockFile.checksums(MemorySegment.ofArray(plain));
        byte[] bytes = new byte[sums.remaining()];
        sums.get(bytes);
        assertEquals("1a74e268bda6b6fe", HexFormat.of().formatHex(bytes));
    }

    @Test
    void checksumsOfNativeMemoryAreTheSame() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
            assertEquals(BlockFile.checksums(MemorySegment.ofArray(content)), BlockFile.checksums(copy));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyRangeReadsBackAtAnyLevel(VerifyLevel level) throws Exception {
        for (String footer : new String[] {"", FOOTER_WITH_CHECKSUM}) {
            BlockFile file = BlockFile.open(write(content, true, footer), LENGTH);
            var random = new Random(6);
            for (int i = 0; i < 200; i++) {
                int offset = random.nextInt(LENGTH);
                int length = 1 + random.nextInt(Math.min(LENGTH - offset, i % 2 == 0 ? 5_000 : LENGTH));
                assertArrayEquals(
                        Arrays.copyOfRange(content, offset, offset + length), read(file, offset, length, level));
            }
            file.release();
        }
    }

    @Test
    void filesWithoutChecksumsAreRead() throws Exception {
        for (String footer : new String[] {"", FOOTER_WITHOUT}) {
            BlockFile file = BlockFile.open(write(content, false, footer), LENGTH);
            assertEquals(0, file.tag());
            assertArrayEquals(content, read(file, 0, LENGTH, VerifyLevel.EXTEND));
            file.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, LENGTH - 1, LENGTH + 4, LENGTH + 12})
    void aFileThatIsCutIsRefused(int length) throws Exception {
        Path path = write(content, true, "");
        Files.write(path, Arrays.copyOf(Files.readAllBytes(path), length));
        assertThrows(CorruptException.class, () -> BlockFile.open(path, LENGTH));
    }

    @Test
    void aFileThatIsCutWhileItIsOpenIsRefused() throws Exception {
        Path path = write(content, true, "");
        BlockFile file = BlockFile.open(path, LENGTH);
        try (var channel = java.nio.channels.FileChannel.open(path, java.nio.file.StandardOpenOption.WRITE)) {
            channel.truncate(50_000);
        }
        assertThrows(CorruptException.class, () -> read(file, 40_000, 20_000, VerifyLevel.NONE));
        file.release();
    }

    @Test
    void eachLevelSeesTheDamageItPromisesToSee() throws Exception {
        byte[] damaged = content.clone();
        damaged[40_000] ^= 1;
        BlockFile file = BlockFile.open(writeWithSums(damaged), LENGTH);
        // around the damage, in the piece from 32768 to 65536
        assertThrows(CorruptException.class, () -> read(file, 33_000, 10, VerifyLevel.EXTEND));
        assertDoesNotThrow(() -> read(file, 33_000, 10, VerifyLevel.SHRINK));
        assertThrows(CorruptException.class, () -> read(file, 32_768, 32_768, VerifyLevel.SHRINK));
        assertDoesNotThrow(() -> read(file, 32_768, 32_768, VerifyLevel.FULL));
        assertThrows(CorruptException.class, () -> read(file, 0, LENGTH, VerifyLevel.FULL));
        assertDoesNotThrow(() -> read(file, 0, LENGTH, VerifyLevel.NONE));
        // elsewhere
        assertDoesNotThrow(() -> read(file, 70_000, 100, VerifyLevel.EXTEND));
        file.release();
    }

    @Test
    void aDamagedChecksumIsSeenToo() throws Exception {
        Path path = write(content, true, "");
        byte[] bytes = Files.readAllBytes(path);
        bytes[LENGTH + 5] ^= 1;
        Files.write(path, bytes);
        BlockFile file = BlockFile.open(path, LENGTH);
        assertThrows(CorruptException.class, () -> read(file, 40_000, 1, VerifyLevel.EXTEND));
        file.release();
    }

    @Test
    void randomDamageIsRefusedOrDoesNotShow() throws Exception {
        var random = new Random(11);
        byte[] sound = Files.readAllBytes(writeWithSums(content));
        int refused = 0;
        for (int round = 0; round < 300; round++) {
            byte[] bytes = sound.clone();
            switch (random.nextInt(3)) {
                case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                default -> Arrays.fill(bytes, random.nextInt(bytes.length), bytes.length, (byte) random.nextInt(256));
            }
            Path path = Files.write(folder.resolve("damaged"), bytes);
            int offset = random.nextInt(LENGTH);
            int length = 1 + random.nextInt(LENGTH - offset);
            BlockFile file = null;
            try {
                file = BlockFile.open(path, LENGTH);
                // without a whole trailer a file counts as one without checksums, whose bytes are as they are
                boolean isChecked = file.tag() != 0;
                byte[] read = read(file, offset, length, VerifyLevel.EXTEND);
                assertTrue(
                        !isChecked || Arrays.equals(Arrays.copyOfRange(content, offset, offset + length), read),
                        "round " + round);
            } catch (CorruptException _) {
                refused++;
            } finally {
                if (file != null) {
                    file.release();
                }
            }
        }
        assertTrue(refused > 100, "refused: " + refused);
    }

    @Test
    void theFileIsClosedWithItsLastHolder() throws Exception {
        BlockFile file = BlockFile.open(write(content, true, ""), LENGTH);
        assertTrue(file.retain());
        file.release();
        assertArrayEquals(content, read(file, 0, LENGTH, VerifyLevel.FULL));
        file.release();
        assertEquals(false, file.retain());
        assertThrows(java.nio.channels.ClosedChannelException.class, () -> read(file, 0, LENGTH, VerifyLevel.FULL));
    }

    private Path write(byte[] plain, boolean hasSums, String footer) throws Exception {
        var bytes = new java.io.ByteArrayOutputStream();
        bytes.write(plain);
        if (hasSums) {
            bytes.write(BlockFile.checksums(MemorySegment.ofArray(content)).array());
        }
        bytes.write(HexFormat.of().parseHex(footer));
        return Files.write(folder.resolve("block"), bytes.toByteArray());
    }

    private Path writeWithSums(byte[] plain) throws Exception {
        return write(plain, true, "");
    }

    private static byte[] read(BlockFile file, int offset, int length, VerifyLevel level) throws Exception {
        byte[] target = new byte[length];
        file.read(offset, MemorySegment.ofArray(target), level);
        return target;
    }
}
