package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.NodeSpec;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.ScriptedKernel.Reply;
import mountagent.volume.Origin;
import org.junit.jupiter.api.AfterEach;

/// A test of the bytes that go over the wire, with a kernel that is played: also kernels other than the one we run
/// on.
abstract class WireCase {
    static final int O_RDWR = 2;

    final MemoryVolume volume = new MemoryVolume();
    ScriptedKernel kernel = new ScriptedKernel();

    void start(int minor) throws Exception {
        start(minor, ScriptedKernel.XATTRS);
    }

    void start(int minor, Set<MountOption> options) throws Exception {
        kernel = ScriptedKernel.start(volume, request(options, Duration.ZERO), minor);
    }

    @AfterEach
    void nothingIsLeftOpen() throws InterruptedException {
        if (kernel.isUp()) {
            kernel.unmount();
        }
        assertEquals(0, volume.openHandles.get());
    }

    long makeFile(String name) throws Exception {
        var key = new DentryKey(1, FileName.of(name));
        return volume.mknod(Caller.AGENT, key, NodeSpec.file(0644)).inode();
    }

    long open(long inode) throws InterruptedException {
        Reply opened =
                kernel.ask(Message.of(Opcode.OPEN, kernel.unique(), inode).int32(O_RDWR, 0));
        assertEquals(0, opened.error());
        return opened.body().getLong(0);
    }

    Message message(Opcode opcode, long node) {
        return Message.of(opcode, kernel.unique(), node);
    }

    void close(long inode, long handle) throws InterruptedException {
        assertEquals(
                0, kernel.ask(message(Opcode.FLUSH, inode).int64(handle, 0, 0)).error());
        assertEquals(
                0,
                kernel.ask(message(Opcode.RELEASE, inode).int64(handle, 0, 0)).error());
    }

    static MountRequest request(Set<MountOption> options, Duration misses) {
        return new MountRequest(
                Path.of("/nowhere"),
                "test",
                options,
                Duration.ofMillis(1500),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                misses,
                new Origin("fuse"));
    }
}
