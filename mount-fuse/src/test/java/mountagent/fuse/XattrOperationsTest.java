package mountagent.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.NodeSpec;
import mountagent.base.XattrMode;
import mountagent.frontend.MountRequest.MountOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Which extended attributes a mount shows.
@Timeout(60)
final class XattrOperationsTest {
    private static final int EOPNOTSUPP = 95;
    private static final int ROOM = 64;
    private static final Set<MountOption> ALL = EnumSet.of(
            MountOption.EXTENDED_ATTRIBUTES,
            MountOption.FILE_CAPABILITIES,
            MountOption.SELINUX_LABELS,
            MountOption.POSIX_ACLS);

    private final MemoryVolume volume = new MemoryVolume();

    private long makeFile() throws Exception {
        return volume.mknod(Caller.AGENT, new DentryKey(1, FileName.of("file")), NodeSpec.file(0644))
                .inode();
    }

    private ScriptedKernel start(Set<MountOption> options) throws Exception {
        return ScriptedKernel.start(
                volume, MountFixture.request(Path.of("/nowhere"), options, Duration.ofSeconds(1)), 45);
    }

    private static int get(ScriptedKernel kernel, long inode, String name) throws Exception {
        return kernel.ask(Message.of(Opcode.GETXATTR, kernel.unique(), inode)
                        .int32(ROOM, 0)
                        .name(name))
                .error();
    }

    private static int set(ScriptedKernel kernel, long inode, String name) throws Exception {
        Message message = Message.of(Opcode.SETXATTR, kernel.unique(), inode).int32(1, 0);
        return kernel.ask(message.int32(0, 0).name(name).bytes(new byte[] {1})).error();
    }

    private static int remove(ScriptedKernel kernel, long inode, String name) throws Exception {
        return kernel.ask(Message.of(Opcode.REMOVEXATTR, kernel.unique(), inode).name(name))
                .error();
    }

    /// What the volume holds (by another client, say) is not shown, since nothing here would heed a change of it.
    @Test
    void capabilitiesLabelsAndListsAreNotShownUnlessTheMountHasThem() throws Exception {
        long inode = makeFile();
        for (String name : new String[] {"security.capability", "security.selinux", "system.posix_acl_access"}) {
            volume.setXattr(Caller.AGENT, inode, FileName.of(name), Bytes.of((byte) 1), XattrMode.CREATE_OR_REPLACE);
            ScriptedKernel without = start(MountFixture.XATTRS);
            assertEquals(-EOPNOTSUPP, get(without, inode, name), name);
            assertEquals(-EOPNOTSUPP, set(without, inode, name), name);
            assertEquals(-EOPNOTSUPP, remove(without, inode, name), name);
            without.unmount();
            ScriptedKernel with = start(ALL);
            assertEquals(0, get(with, inode, name), name);
            assertEquals(0, set(with, inode, name), name);
            assertEquals(0, remove(with, inode, name), name);
            with.unmount();
        }
    }

    @Test
    void otherNamesAreShown() throws Exception {
        long inode = makeFile();
        ScriptedKernel kernel = start(MountFixture.XATTRS);
        for (String name : new String[] {"user.a", "security.other", "trusted.a"}) {
            assertEquals(0, set(kernel, inode, name), name);
            assertEquals(0, get(kernel, inode, name), name);
        }
        kernel.unmount();
    }
}
