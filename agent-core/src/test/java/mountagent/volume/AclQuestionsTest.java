package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.SettableClock;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import mountagent.meta.FaultyEngine;
import mountagent.meta.MetaStore;
import mountagent.meta.VolumeFormat;
import mountagent.meta.memory.MemoryEngine;
import mountagent.object.memory.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What `ls -l` asks of each entry, the ACLs it mostly has not, costs no call of the metadata.
class AclQuestionsTest {
    private static final FileName ACCESS = FileName.of("system.posix_acl_access");
    private static final FileName DEFAULT = FileName.of("system.posix_acl_default");
    private static final Bytes ACL = Bytes.of(HexFormat.of()
            .parseHex("02000000" + "01000700ffffffff" + "02000600e9030000" + "04000500ffffffff" + "10000700ffffffff"
                    + "20000400ffffffff"));

    private final SettableClock clock = new SettableClock(new Timestamp(1_767_225_600, 0));
    private final FaultyEngine engine = new FaultyEngine(new MemoryEngine());
    private TestVolume volume;
    private VolumeFs fs;

    AclQuestionsTest() throws FsException {
        VolumeFormat format = VolumeFormat.create("test", "01234567-89ab-4cde-8f01-23456789abcd")
                .withTrashDays(0)
                .withAclsOn();
        MetaStore.format(engine, format, clock);
        volume = TestVolume.open(engine, new MemoryStore(clock), clock);
        fs = volume.fs();
    }

    @AfterEach
    void close() throws Exception {
        volume.close();
    }

    private void assertNone(long inode, FileName name) {
        assertEquals(
                Errno.ENODATA,
                assertThrows(FsException.class, () -> fs.getXattr(ROOT_USER, inode, name))
                        .errno());
    }

    private int calls() {
        return engine.calls();
    }

    @Test
    void whatWasJustShownIsNotAskedForAgain() throws FsException {
        long inode = volume.put("a", "x");
        assertNone(inode, ACCESS); // the first question turns it on
        fs.lookup(ROOT_USER, TestVolume.at("a"));
        int before = calls();
        assertNone(inode, ACCESS);
        assertNone(inode, DEFAULT);
        assertEquals(before, calls());
        clock.advance(1, 0);
        assertNone(inode, ACCESS);
        assertTrue(calls() > before, "what was seen a second ago may have changed elsewhere");
    }

    @Test
    void ownChangesShowAtOnce() throws FsException {
        long inode = volume.put("a", "x");
        assertNone(inode, ACCESS);
        fs.lookup(ROOT_USER, TestVolume.at("a"));
        fs.setXattr(ROOT_USER, inode, ACCESS, ACL, XattrMode.CREATE_OR_REPLACE);
        assertEquals(ACL, fs.getXattr(ROOT_USER, inode, ACCESS));
        fs.lookup(ROOT_USER, TestVolume.at("a"));
        assertEquals(ACL, fs.getXattr(ROOT_USER, inode, ACCESS));
        fs.removeXattr(ROOT_USER, inode, ACCESS);
        assertNone(inode, ACCESS);
        long directory = volume.mkdir("d");
        fs.setXattr(ROOT_USER, directory, DEFAULT, ACL, XattrMode.CREATE_OR_REPLACE);
        assertNone(directory, ACCESS);
        assertEquals(ACL, fs.getXattr(ROOT_USER, directory, DEFAULT));
        DentryKey at = TestVolume.at(directory, "f");
        long made = fs.mknod(ROOT_USER, at, NodeSpec.file(0666)).inode();
        assertEquals(ACL.length(), fs.getXattr(ROOT_USER, made, ACCESS).length());
    }

    @Test
    void volumeWithoutAclsIsNeverAsked() throws Exception {
        FaultyEngine plain = new FaultyEngine(new MemoryEngine());
        try (TestVolume other = TestVolume.create(plain, new MemoryStore(clock), clock)) {
            long inode = other.put("a", "x");
            int before = plain.calls();
            for (FileName name : new FileName[] {ACCESS, DEFAULT}) {
                assertEquals(
                        Errno.ENODATA,
                        assertThrows(FsException.class, () -> other.fs().getXattr(ROOT_USER, inode, name))
                                .errno());
            }
            assertEquals(before, plain.calls());
        }
    }
}
