package mountagent.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import mountagent.base.Sizes;
import org.junit.jupiter.api.Test;

final class BlockKeyTest {
    private static final BlockFormat PLAIN = new BlockFormat(4 * Sizes.MIB, Compression.NONE, false);
    private static final BlockFormat HASHED = new BlockFormat(Sizes.MIB, Compression.NONE, true);

    @Test
    void keysAreThoseOfTheOfficialClient() {
        assertEquals("chunks/0/0/1_0_11", key(1, 11, 0, PLAIN));
        assertEquals("chunks/0/0/2_0_4194304", key(2, 5_000_000, 0, PLAIN));
        assertEquals("chunks/0/0/2_1_805696", key(2, 5_000_000, 4_194_304, PLAIN));
        assertEquals("chunks/02/0/2_0_1048576", key(2, 5_000_000, 1_048_575, HASHED));
        assertEquals("chunks/02/0/2_4_805696", key(2, 5_000_000, 4_999_999, HASHED));
        assertEquals("chunks/1/1234/1234567_1_805696", key(1234567, 5_000_000, 4_194_304, PLAIN));
        var hashed = new BlockFormat(4 * Sizes.MIB, Compression.NONE, true);
        assertEquals("chunks/87/1/1234567_0_4194304", key(1234567, 5_000_000, 0, hashed));
    }

    @Test
    void aSliceHasAsManyBlocksAsItNeeds() {
        assertEquals(1, BlockKey.count(1, Sizes.MIB));
        assertEquals(1, BlockKey.count(Sizes.MIB, Sizes.MIB));
        assertEquals(2, BlockKey.count(Sizes.MIB + 1, Sizes.MIB));
        assertEquals(16, BlockKey.count(Sizes.CHUNK, 4 * Sizes.MIB));
    }

    private static String key(long id, int size, int offset, BlockFormat format) {
        return BlockKey.at(id, size, offset, format.blockSizeBytes()).objectKey(format);
    }
}
