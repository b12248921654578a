package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Sizes;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.Protocol.Offer;
import mountagent.fuse.ScriptedKernel.Reply;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is agreed on in INIT, with kernels other than the one we run on.
@Timeout(60)
final class NegotiationTest {
    private static final Set<InitFlag> ON_REQUEST =
            EnumSet.of(InitFlag.WRITEBACK_CACHE, InitFlag.DONT_MASK, InitFlag.POSIX_ACL, InitFlag.OVER_IO_URING);

    private static final MountRequest REQUEST =
            MountFixture.request(Path.of("/nowhere"), ScriptedKernel.XATTRS, Duration.ZERO);
    private static final MountRequest RINGS =
            MountFixture.request(Path.of("/nowhere"), RingKernel.OPTIONS, Duration.ZERO);
    private static final int EPROTO = 71;

    private final MemoryVolume volume = new MemoryVolume();
    private final ScriptedKernel kernel = new ScriptedKernel();

    @AfterEach
    void unmount() throws InterruptedException {
        if (kernel.isUp()) {
            kernel.unmount();
        }
    }

    @Test
    void newKernelIsAskedForWhatWeServe() throws Exception {
        kernel.send(ScriptedKernel.init(7, 45, ScriptedKernel.FLAGS_NEW));
        kernel.connect(volume, REQUEST);
        Reply init = kernel.reply();
        ByteBuffer body = init.body();
        assertEquals(64, body.remaining());
        assertEquals(7, body.getInt(0));
        assertEquals(45, body.getInt(4));
        assertEquals(512, body.getShort(16));
        assertEquals(1 << 20, body.getInt(20));
        assertEquals(256, body.getShort(28));
        int flags = body.getInt(12);
        for (InitFlag flag : InitFlag.values()) {
            boolean asked = (flags & flag.mask()) != 0;
            assertEquals(!ON_REQUEST.contains(flag), asked, flag.name());
        }
        assertEquals(0, body.getInt(32), "nothing of the second word is asked for");
    }

    @Test
    void oldKernelGetsOnlyWhatItOffers() throws Exception {
        kernel.send(ScriptedKernel.init(7, 31, ScriptedKernel.FLAGS_OLD));
        kernel.connect(volume, REQUEST);
        ByteBuffer body = kernel.reply().body();
        assertEquals(31, body.getInt(4));
        int flags = body.getInt(12);
        assertEquals(0, flags & ~ScriptedKernel.FLAGS_OLD);
        assertEquals(0, flags & InitFlag.SETXATTR_EXT.mask());
        assertNotEquals(0, flags & InitFlag.DO_READDIRPLUS.mask());
    }

    @Test
    void kernelWithoutBigPagesGetsSmallWrites() throws Exception {
        kernel.send(ScriptedKernel.init(7, 31, ScriptedKernel.FLAGS_OLD & ~InitFlag.MAX_PAGES.mask()));
        kernel.connect(volume, REQUEST);
        assertEquals(32 * 4096, kernel.reply().body().getInt(20));
    }

    @Test
    void writebackCacheIsAskedForOnlyWhenWanted() throws Exception {
        kernel.send(ScriptedKernel.init(7, 45, ScriptedKernel.FLAGS_NEW));
        kernel.connect(
                volume,
                MountFixture.request(Path.of("/nowhere"), EnumSet.of(MountOption.WRITEBACK_CACHE), Duration.ZERO));
        assertNotEquals(0, kernel.reply().body().getInt(12) & InitFlag.WRITEBACK_CACHE.mask());
    }

    @Test
    void aclsAreAskedForOnlyInVolumesThatHaveThem() throws Exception {
        assertEquals(EnumSet.of(InitFlag.DONT_MASK, InitFlag.POSIX_ACL), asked(MountOption.POSIX_ACLS));
        // the kernel would check permissions, which the core is to do
        assertEquals(
                EnumSet.of(InitFlag.DONT_MASK), asked(MountOption.POSIX_ACLS, MountOption.CORE_CHECKS_PERMISSIONS));
    }

    /// What is asked for beyond what always is.
    private static Set<InitFlag> asked(MountOption... options) {
        Offer offer = new Offer(7, 45, 0, ScriptedKernel.FLAGS_NEW);
        Protocol agreed = Protocol.agree(offer, Set.of(options), Sizes.MIB);
        Set<InitFlag> asked = EnumSet.copyOf(ON_REQUEST);
        asked.removeIf(flag -> !agreed.has(flag));
        return asked;
    }

    @Test
    void ioUringIsAgreedOnOnlyWithRings() throws Exception {
        kernel.send(ScriptedKernel.init(7, 45, ScriptedKernel.FLAGS_NEW));
        kernel.connect(volume, RINGS);
        assertEquals(0, kernel.reply().body().getInt(32), "the kernel would wait for them");
    }

    @Test
    void ringsThatTheKernelDoesNotOfferAreGivenBack(@TempDir Path sys) throws Exception {
        Files.createDirectories(sys.resolve("module/fuse/parameters"));
        Files.createDirectories(sys.resolve("devices/system/cpu"));
        Files.writeString(sys.resolve("module/fuse/parameters/enable_uring"), "Y\n");
        Files.writeString(sys.resolve("devices/system/cpu/possible"), "0-1\n");
        Files.writeString(sys.resolve("devices/system/cpu/online"), "0\n");
        kernel.send(ScriptedKernel.init(7, 41, ScriptedKernel.FLAGS_OLD));
        kernel.connect(volume, RINGS, ringsIn(sys));
        assertEquals(0, kernel.reply().body().getInt(32));
        Reply answer = kernel.ask(Message.of(Opcode.GETATTR, kernel.unique(), 1).zeros(16));
        assertEquals(0, answer.error(), "the mount goes on");
    }

    /// None where the system forbids them, which must say so.
    private static @Nullable Rings ringsIn(Path sys) {
        try {
            return Rings.open(FuseSettings.standard().withSys(sys), -1, Path.of("/nowhere"), 4);
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("io_uring_setup"), e.getMessage());
            return null;
        }
    }

    @Test
    void newerMajorIsAskedAgain() throws Exception {
        kernel.send(ScriptedKernel.init(8, 0, 0));
        kernel.send(ScriptedKernel.init(7, 45, ScriptedKernel.FLAGS_NEW));
        kernel.connect(volume, REQUEST);
        assertEquals(7, kernel.reply().body().getInt(0));
        assertEquals(1 << 20, kernel.reply().body().getInt(20));
    }

    @Test
    void tooOldKernelIsRefused() throws Exception {
        kernel.send(ScriptedKernel.init(7, 30, ScriptedKernel.FLAGS_OLD));
        MountException refusal = assertThrows(MountException.class, () -> kernel.connect(volume, REQUEST));
        assertTrue(String.valueOf(refusal.getMessage()).contains("Linux 5.4 or later"), refusal.getMessage());
        assertEquals(-EPROTO, kernel.reply().error());
        kernel.close();
    }
}
