package mountagent.meta.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.AclRule;
import mountagent.meta.AclRule.Named;
import org.junit.jupiter.api.Test;

/// Stored ACL rules; the bytes are those of the reference (meta-redis.md §2.8).
class AclCodecTest {
    private static final AclRule RULE =
            new AclRule(7, 5, 7, 4, List.of(new Named(1001, 6)), List.of(new Named(2000, 4)));
    private static final byte[] STORED =
            HexFormat.of().parseHex("0007000500070004" + "00000001000003e90006" + "00000001000007d00004");

    @Test
    void ruleHasTheBytesOfTheReference() throws FsException {
        assertArrayEquals(STORED, AclCodec.encode(RULE));
        assertEquals(RULE, AclCodec.decode(STORED));
        assertArrayEquals(HexFormat.of().parseHex("000003e90006"), AclCodec.encodeNamed(RULE.users()));
        assertEquals(RULE.groups(), AclCodec.decodeNamed(AclCodec.encodeNamed(RULE.groups())));
    }

    @Test
    void absentElementsStayAbsent() throws FsException {
        AclRule bare = new AclRule(AclRule.ABSENT, 0, AclRule.ABSENT, 7, List.of(), List.of());
        assertEquals(bare, AclCodec.decode(AclCodec.encode(bare)));
    }

    @Test
    void cutAndOverlongValuesAreCorrupt() {
        for (int length = 0; length < STORED.length; length++) {
            byte[] cut = Arrays.copyOf(STORED, length);
            assertCorrupt(() -> AclCodec.decode(cut));
        }
        assertCorrupt(() -> AclCodec.decode(Arrays.copyOf(STORED, STORED.length + 1)));
        byte[] many = STORED.clone();
        many[8] = (byte) 0x80;
        assertCorrupt(() -> AclCodec.decode(many));
        assertCorrupt(() -> AclCodec.decodeNamed(new byte[7]));
    }

    private interface Decoding {
        Object run() throws FsException;
    }

    private static void assertCorrupt(Decoding decoding) {
        assertEquals(Errno.EIO, assertThrows(FsException.class, decoding::run).errno());
    }
}
