package mountagent.meta.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import mountagent.meta.Dentry;
import mountagent.meta.LockType;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.PosixLock;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// The worked examples of reference meta-redis.md §2, in both directions.
class CodecTest {
    private static final String FIXED = """
            00 11 a4 00 00 03 e8 00 00 03 e8 00 00 00 00 65
            53 f1 00 07 5b cd 15 00 00 00 00 65 53 f1 01 00
            00 00 05 00 00 00 00 65 53 f1 02 00 00 00 06 00
            00 00 01 00 00 00 00 00 4c 4b 4a 00 00 00 00
            """;

    private static final Node PLAIN = new NodeDraft(FileType.FILE)
            .mode(0644)
            .uid(1000)
            .gid(1000)
            .atime(new Timestamp(1700000000, 123456789))
            .mtime(new Timestamp(1700000001, 5))
            .ctime(new Timestamp(1700000002, 6))
            .nlink(1)
            .length(5000010)
            .parent(1)
            .done();

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    private static void assertForm(String tail, Node node) throws FsException {
        byte[] stored = hex(FIXED + tail);
        assertEquals(node, NodeCodec.decode(stored));
        assertArrayEquals(stored, NodeCodec.encode(node));
    }

    @Test
    void plainNodeHas72Bytes() throws FsException {
        assertForm("00 00 00 00 00 00 00 01 00", PLAIN);
        assertEquals(72, NodeCodec.encode(PLAIN).length);
    }

    @Test
    void nodeWithAclHas80Bytes() throws FsException {
        assertForm(
                "00 00 00 00 00 00 00 01 00 00 00 07 00 00 00 00 00",
                PLAIN.edit().accessAcl(7).done());
    }

    @Test
    void nodeWithTierHas73Bytes() throws FsException {
        assertForm("00 00 00 00 00 00 00 01 02 00", PLAIN.edit().tier(2).done());
    }

    @Test
    void nodeWithAclAndTierHas81Bytes() throws FsException {
        assertForm(
                "00 00 00 00 00 00 00 01 00 00 00 07 00 00 00 00 02 00",
                PLAIN.edit().accessAcl(7).tier(2).done());
    }

    @Test
    void unknownTailSurvives() throws FsException {
        assertForm(
                "00 00 00 00 00 00 00 01 00 0a 0b 00",
                PLAIN.edit().tail(Bytes.of(hex("0a 0b 00"))).done());
    }

    @Test
    void unknownTailThatLooksLikeAclIdsSurvives() throws FsException {
        assertForm(
                "00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 03 01 02 03 04 05 06 07 00",
                PLAIN.edit()
                        .tier(3)
                        .tail(Bytes.of(hex("01 02 03 04 05 06 07 00")))
                        .done());
    }

    @Test
    void legacyNodeHasNoParent() throws FsException {
        assertEquals(PLAIN.edit().parent(0).done(), NodeCodec.decode(hex(FIXED + "00")));
    }

    @Test
    void directoryModeKeepsTypeNibble() throws FsException {
        Node directory = PLAIN.edit().mode(0755).done();
        byte[] stored = NodeCodec.encode(
                new NodeDraft(FileType.DIRECTORY).mode(directory.mode()).done());
        assertArrayEquals(hex("21 ed"), new byte[] {stored[1], stored[2]});
        assertEquals(FileType.DIRECTORY, NodeCodec.decode(stored).type());
    }

    @Test
    void nodesThatCannotBeAreRefused() {
        assertEio(() -> NodeCodec.decode(new byte[62]));
        assertEio(() -> NodeCodec.decode(new byte[72]));
        byte[] badNanos = hex(FIXED + "00 00 00 00 00 00 00 01 00");
        badNanos[19] = (byte) 0x7f;
        assertEio(() -> NodeCodec.decode(badNanos));
    }

    @Test
    void entryHasTypeAndInode() throws FsException {
        byte[] stored = hex("02 00 00 00 00 00 00 00 02");
        Dentry dentry = new Dentry(2, FileType.DIRECTORY);
        assertEquals(dentry, DentryCodec.decode(stored));
        assertArrayEquals(stored, DentryCodec.encode(dentry));
        assertEio(() -> DentryCodec.decode(new byte[8]));
        assertEio(() -> DentryCodec.decode(new byte[9]));
    }

    @Test
    void sliceRecordsLieOneBehindTheOther() throws FsException {
        byte[] stored = hex("004c4b40 0000000000000003 0000000a 00000000 0000000a"
                + "00000014 0000000000000000 00000000 00000000 00000082");
        List<Slice> slices = List.of(Slice.whole(5000000, 3, 10), Slice.zeros(20, 130));
        assertEquals(slices, SliceCodec.decodeAll(stored));
        assertArrayEquals(stored, SliceCodec.encode(slices));
        assertEquals(slices.getLast(), SliceCodec.decode(SliceCodec.encode(slices.getLast())));
        assertEio(() -> SliceCodec.decodeAll(new byte[25]));
        assertEio(() -> SliceCodec.decode(new byte[48]));
    }

    @Test
    void delayedSlicesArePairs() throws FsException {
        byte[] stored = hex("00 00 00 00 00 00 00 02 00 00 00 32 00 00 00 00 00 00 00 03 00 00 00 0a");
        List<SliceKey> slices = List.of(new SliceKey(2, 50), new SliceKey(3, 10));
        assertEquals(slices, SliceCodec.decodeKeys(stored));
        assertArrayEquals(stored, SliceCodec.encodeKeys(slices));
        assertEio(() -> SliceCodec.decodeKeys(new byte[13]));
    }

    @Test
    void locksAreKeptInLinuxNumbers() throws FsException {
        byte[] stored = hex("00 00 00 01 00 00 00 4d 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 63"
                + "00 00 00 00 00 00 00 4d 00 00 00 00 00 00 00 64 7f ff ff ff ff ff ff ff");
        List<PosixLock> locks = List.of(
                new PosixLock(LockType.WRITE, 77, 0, 99), new PosixLock(LockType.READ, 77, 100, PosixLock.TO_END));
        assertEquals(locks, LockCodec.decode(stored));
        assertArrayEquals(stored, LockCodec.encode(locks));
        assertEio(() -> LockCodec.decode(new byte[23]));
    }

    @Test
    void lockNumbersOfOtherPlatformsAreRead() throws FsException {
        byte[] stored = new byte[24];
        stored[3] = 3;
        assertEquals(LockType.WRITE, LockCodec.decode(stored).getFirst().type());
        stored[3] = 4;
        assertEio(() -> LockCodec.decode(stored));
    }

    private static void assertEio(Executable decode) {
        assertEquals(Errno.EIO, assertThrows(FsException.class, decode).errno());
    }
}
