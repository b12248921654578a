package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.FileName;
import mountagent.fuse.ScriptedKernel.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What requests are answered with, byte by byte.
@Timeout(60)
final class ProtocolTest extends WireCase {
    private static final int ENOENT = 2;
    private static final int EIO = 5;
    private static final int EINVAL = 22;
    private static final int ENOSYS = 38;

    @Test
    void entriesCarryTheirTimeouts() throws Exception {
        long inode = makeFile("file");
        start(45);
        ByteBuffer entry = kernel.ask(message(Opcode.LOOKUP, 1).name("file")).body();
        assertEquals(NodeEncoder.ENTRY_LENGTH, entry.remaining());
        assertEquals(inode, entry.getLong(0));
        assertEquals(1, entry.getLong(8));
        assertEquals(2, entry.getLong(16));
        assertEquals(1, entry.getLong(24));
        assertEquals(500_000_000, entry.getInt(36));
        assertEquals(0100644, entry.getInt(40 + 60));
        assertEquals(65536, entry.getInt(40 + 80));
        ByteBuffer root = kernel.ask(message(Opcode.LOOKUP, 1).name(".")).body();
        assertEquals(3, root.getLong(16));
    }

    @Test
    void attributesThatMayNotBeCachedHaveNoTimeout() throws Exception {
        volume.mayCache = false;
        start(45);
        ByteBuffer attr = kernel.ask(message(Opcode.GETATTR, 1).zeros(16)).body();
        assertEquals(NodeEncoder.ATTR_REPLY_LENGTH, attr.remaining());
        assertEquals(0, attr.getLong(0));
        assertEquals(0, attr.getInt(8));
    }

    @Test
    void missesAreErrorsUnlessTheyMayBeKept() throws Exception {
        start(45);
        Reply miss = kernel.ask(message(Opcode.LOOKUP, 1).name("nothing"));
        assertEquals(-ENOENT, miss.error());
        assertEquals(0, miss.body().remaining());
        kernel.unmount();

        kernel = ScriptedKernel.start(volume, request(ScriptedKernel.XATTRS, Duration.ofSeconds(7)), 45);
        Reply kept = kernel.ask(message(Opcode.LOOKUP, 1).name("nothing"));
        assertEquals(0, kept.error());
        assertEquals(0, kept.body().getLong(0));
        assertEquals(7, kept.body().getLong(16));
    }

    @Test
    void unknownAndMalformedRequestsAreAnswered() throws Exception {
        start(45);
        kernel.send(Message.raw(4711, 10, 1, new byte[0]));
        assertEquals(-ENOSYS, kernel.reply().error());
        assertEquals(-EIO, kernel.ask(message(Opcode.SETATTR, 1).zeros(12)).error());
        assertEquals(
                -EINVAL, kernel.ask(message(Opcode.LOOKUP, 1).bytes((byte) 'x')).error());
        assertEquals(-ENOSYS, kernel.ask(message(Opcode.STATX, 1).zeros(24)).error());
        assertEquals(-25, kernel.ask(message(Opcode.IOCTL, 1).zeros(32)).error());
        assertEquals(0, kernel.ask(message(Opcode.GETATTR, 1).zeros(16)).error());
    }

    @Test
    void spaceIsThatOfTheNodeThatIsAskedAbout() throws Exception {
        long inode = makeFile("file");
        start(45);
        assertEquals(
                1L << 40 >> 12, kernel.ask(message(Opcode.STATFS, 1)).body().getLong(0));
        assertEquals(
                1L << 20 >> 12, kernel.ask(message(Opcode.STATFS, inode)).body().getLong(0));
    }

    @Test
    void forgettingIsNotAnswered() throws Exception {
        start(45);
        kernel.send(message(Opcode.FORGET, 1).int64(3));
        kernel.send(message(Opcode.BATCH_FORGET, 0).int32(1, 0).int64(1, 3));
        Reply next = kernel.ask(message(Opcode.STATFS, 1));
        assertEquals(80, next.body().remaining());
        assertEquals(4096, next.body().getInt(40));
        assertTrue(kernel.replies.isEmpty());
    }

    @Test
    void extendedAttributesComeInTwoForms() throws Exception {
        long inode = makeFile("file");
        start(31);
        kernel.ask(message(Opcode.SETXATTR, inode).int32(3, 0).name("user.old").bytes(new byte[] {1, 2, 3}));
        kernel.unmount();
        start(45);
        kernel.ask(message(Opcode.SETXATTR, inode)
                .int32(2, 0, 0, 0)
                .name("user.new")
                .bytes(new byte[] {4, 5}));
        assertEquals(Bytes.of((byte) 1, (byte) 2, (byte) 3), xattr(inode, "user.old"));
        assertEquals(Bytes.of((byte) 4, (byte) 5), xattr(inode, "user.new"));
    }

    private Bytes xattr(long inode, String name) throws Exception {
        return volume.getXattr(Caller.AGENT, inode, FileName.of(name));
    }

    @Test
    void extendedAttributesTellLengthThenValue() throws Exception {
        long inode = makeFile("file");
        start(45);
        kernel.ask(message(Opcode.SETXATTR, inode)
                .int32(5, 0, 0, 0)
                .name("user.a")
                .bytes("value".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                5,
                kernel.ask(message(Opcode.GETXATTR, inode).int32(0, 0).name("user.a"))
                        .body()
                        .getInt(0));
        assertEquals(
                -34,
                kernel.ask(message(Opcode.GETXATTR, inode).int32(4, 0).name("user.a"))
                        .error());
        assertEquals(
                5,
                kernel.ask(message(Opcode.GETXATTR, inode).int32(9, 0).name("user.a"))
                        .body()
                        .remaining());
        assertEquals(
                7,
                kernel.ask(message(Opcode.LISTXATTR, inode).int32(0, 0)).body().getInt(0));
        assertEquals(
                -61,
                kernel.ask(message(Opcode.REMOVEXATTR, inode).name("user.b")).error());
        assertEquals(
                -EINVAL,
                kernel.ask(message(Opcode.SETXATTR, inode).int32(99, 0, 0, 0).name("user.a"))
                        .error());
    }

    @Test
    void extendedAttributesMayBeOff() throws Exception {
        start(45, Set.of());
        for (Opcode opcode : Set.of(Opcode.GETXATTR, Opcode.SETXATTR, Opcode.LISTXATTR, Opcode.REMOVEXATTR)) {
            assertEquals(
                    -ENOSYS,
                    kernel.ask(message(opcode, 1).int32(0, 0, 0, 0).name("user.a"))
                            .error());
        }
    }

    @Test
    void setIdsAreDroppedWhenTheKernelSaysSo() throws Exception {
        long inode = makeFile("file");
        start(45);
        long handle = open(inode);
        Reply written = kernel.ask(message(Opcode.WRITE, inode)
                .int64(handle, 0)
                .int32(3, 4)
                .int64(0, 0)
                .bytes(new byte[] {1, 2, 3}));
        assertEquals(3, written.body().getInt(0));
        assertEquals(1, volume.setIdsDropped.get());
        int sizeAndKill = 1 << 3 | 1 << 11;
        Reply cut =
                kernel.ask(message(Opcode.SETATTR, inode).int32(sizeAndKill, 0).zeros(80));
        assertEquals(0, cut.body().getLong(16 + 8));
        assertEquals(2, volume.setIdsDropped.get());
        close(inode, handle);
    }

    @Test
    void dataIsNeverLongerThanTheMessage() throws Exception {
        long inode = makeFile("file");
        start(45);
        long handle = open(inode);
        Message lie = message(Opcode.WRITE, inode)
                .int64(handle, 0)
                .int32(5000, 0)
                .int64(0, 0)
                .bytes((byte) 1);
        assertEquals(-EINVAL, kernel.ask(lie).error());
        Message huge =
                message(Opcode.READ, inode).int64(handle, 0).int32(1 << 30, 0).int64(0, 0);
        assertEquals(-EINVAL, kernel.ask(huge).error());
        close(inode, handle);
    }

    @Test
    void unnamedFileHasNoLinks() throws Exception {
        start(45);
        ByteBuffer made = kernel.ask(
                        message(Opcode.TMPFILE, 1).int32(O_RDWR, 0600, 0, 0).name("ignored"))
                .body();
        assertEquals(NodeEncoder.ENTRY_LENGTH + 16, made.remaining());
        assertEquals(0, made.getInt(40 + 64));
        close(made.getLong(0), made.getLong(NodeEncoder.ENTRY_LENGTH));
    }

    @Test
    void listingResumesAfterTheEntryThatDidNotFit() throws Exception {
        makeFile("aa");
        makeFile("bb");
        start(45);
        long handle = kernel.ask(message(Opcode.OPENDIR, 1).int32(0, 0)).body().getLong(0);
        ByteBuffer first = list(Opcode.READDIR, handle, 0, 3 * 32);
        assertEquals(3 * 32, first.remaining());
        assertEquals('a', first.get(2 * 32 + 24));
        ByteBuffer rest = list(Opcode.READDIR, handle, first.getLong(2 * 32 + 8), 4096);
        assertEquals(32, rest.remaining());
        assertEquals('b', rest.get(24));
        assertEquals(0, list(Opcode.READDIR, handle, rest.getLong(8), 4096).remaining());

        ByteBuffer plus = list(Opcode.READDIRPLUS, handle, 0, 4096);
        assertEquals(4 * 160, plus.remaining());
        assertEquals(0, plus.getLong(0), "'.' counts no look-up");
        assertEquals(volume.inode("aa"), plus.getLong(2 * 160));
        Message tiny = message(Opcode.READDIR, 1).int64(handle, 0).int32(8, 0).int64(0, 0);
        assertEquals(-EINVAL, kernel.ask(tiny).error());
        kernel.ask(message(Opcode.RELEASEDIR, 1).int64(handle, 0, 0));
    }

    private ByteBuffer list(Opcode opcode, long handle, long cookie, int size) throws InterruptedException {
        return kernel.ask(
                        message(opcode, 1).int64(handle, cookie).int32(size, 0).int64(0, 0))
                .body();
    }

    @Test
    void faultsOfHandlersAreErrorsOfOneRequest() throws Exception {
        start(45);
        assertEquals(-EIO, kernel.ask(message(Opcode.LOOKUP, 1).name("broken")).error());
        assertEquals(0, kernel.ask(message(Opcode.GETATTR, 1).zeros(16)).error());
        volume.answersAtOnce = false;
        kernel.unmount();
        start(45);
        assertEquals(-EIO, kernel.ask(message(Opcode.LOOKUP, 1).name("broken")).error());
        assertEquals(0, kernel.ask(message(Opcode.GETATTR, 1).zeros(16)).error());
    }
}
