package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.XattrMode;
import org.junit.jupiter.api.Test;

/// Extended attributes.
class XattrsTest extends MetaFixture {
    private static final FileName NAME = FileName.of("user.x");
    private static final Bytes VALUE = Bytes.utf8("value");

    @Test
    void valueIsKeptAndCtimeMoves() throws FsException {
        long inode = file("a");
        clock.advance(1, 0);
        meta.setXattr(AGENT, inode, NAME, VALUE, XattrMode.CREATE_OR_REPLACE);
        assertEquals(VALUE, meta.getXattr(AGENT, inode, NAME));
        assertEquals(clock.now(), node(inode).ctime());
        meta.setXattr(AGENT, inode, NAME, Bytes.EMPTY, XattrMode.REPLACE);
        assertEquals(Bytes.EMPTY, meta.getXattr(AGENT, inode, NAME));
        assertEquals(List.of(NAME), meta.listXattr(AGENT, inode));
        clock.advance(1, 0);
        meta.removeXattr(AGENT, inode, NAME);
        assertEquals(clock.now(), node(inode).ctime());
        assertEquals(List.of(), meta.listXattr(AGENT, inode));
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, inode, NAME));
        refused(Errno.ENODATA, () -> meta.removeXattr(AGENT, inode, NAME));
    }

    @Test
    void modeSaysWhatMustBeThere() throws FsException {
        long inode = file("a");
        refused(Errno.ENODATA, () -> meta.setXattr(AGENT, inode, NAME, VALUE, XattrMode.REPLACE));
        meta.setXattr(AGENT, inode, NAME, VALUE, XattrMode.CREATE);
        refused(Errno.EEXIST, () -> meta.setXattr(AGENT, inode, NAME, VALUE, XattrMode.CREATE));
    }

    @Test
    void sizesAreLimited() throws FsException {
        long inode = file("a");
        FileName longest = FileName.of("user." + "n".repeat(250));
        meta.setXattr(AGENT, inode, longest, Bytes.of(new byte[65_536]), XattrMode.CREATE);
        refused(Errno.ERANGE, () -> meta.setXattr(AGENT, inode, NAME, Bytes.of(new byte[65_537]), XattrMode.CREATE));
        FileName longer = FileName.of("user." + "n".repeat(251));
        refused(Errno.ERANGE, () -> meta.setXattr(AGENT, inode, longer, VALUE, XattrMode.CREATE));
        refused(Errno.EINVAL, () -> meta.setXattr(AGENT, inode, FileName.of(""), VALUE, XattrMode.CREATE));
    }

    @Test
    void userAttributesNeedThePermissionOfTheFile() throws FsException {
        long inode = fileOf(ALICE, "a", 0640);
        meta.setXattr(ALICE, inode, NAME, VALUE, XattrMode.CREATE);
        refused(Errno.EACCES, () -> meta.getXattr(BOB, inode, NAME));
        refused(Errno.EACCES, () -> meta.setXattr(BOB, inode, NAME, VALUE, XattrMode.REPLACE));
        refused(Errno.EACCES, () -> meta.removeXattr(BOB, inode, NAME));
        assertEquals(VALUE, meta.getXattr(caller(1001, 1001, 1000), inode, NAME));
    }

    @Test
    void trustedAttributesAreRootsAlone() throws FsException {
        long inode = fileOf(ALICE, "a", 0666);
        FileName trusted = FileName.of("trusted.x");
        meta.setXattr(AGENT, inode, trusted, VALUE, XattrMode.CREATE);
        refused(Errno.EPERM, () -> meta.setXattr(ALICE, inode, trusted, VALUE, XattrMode.REPLACE));
        refused(Errno.ENODATA, () -> meta.getXattr(ALICE, inode, trusted));
        assertEquals(List.of(), meta.listXattr(ALICE, inode));
        assertEquals(List.of(trusted), meta.listXattr(AGENT, inode));
    }

    @Test
    void whatTheKernelAsksForBeforeEachFirstWriteIsAnsweredWithoutTheMetadata() throws FsException {
        long inode = file("f");
        FileName capability = FileName.of("security.capability");
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, inode, capability));
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, 12_345, capability));
        refused(Errno.ENOTSUP, () -> meta.setXattr(AGENT, inode, capability, VALUE, XattrMode.CREATE));
    }

    @Test
    void listsOfAccessRightsAreNotSupported() throws FsException {
        long inode = file("a");
        FileName acl = FileName.of("system.posix_acl_access");
        refused(Errno.ENOTSUP, () -> meta.setXattr(AGENT, inode, acl, VALUE, XattrMode.CREATE));
        refused(Errno.ENOTSUP, () -> meta.removeXattr(AGENT, inode, acl));
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, inode, acl));
    }

    @Test
    void trashAndMissingNodesTakeNone() {
        refused(Errno.ENOENT, () -> meta.setXattr(AGENT, 77, NAME, VALUE, XattrMode.CREATE));
        refused(Errno.EPERM, () -> meta.setXattr(AGENT, Inodes.TRASH_ROOT, NAME, VALUE, XattrMode.CREATE));
    }
}
