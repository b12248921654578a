package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import org.junit.jupiter.api.Test;

/// Finding nodes, opening and listing them.
class LookupsTest extends MetaFixture {
    @Test
    void nameLeadsToItsNode() throws FsException {
        long inode = file("a");
        MetaStore.Placed found = meta.lookup(ALICE, at("a"));
        assertEquals(inode, found.inode());
        assertEquals(node(inode), found.node());
    }

    @Test
    void missingNamesAndNodesAreNotFound() {
        refused(Errno.ENOENT, () -> meta.lookup(AGENT, at("a")));
        refused(Errno.ENOENT, () -> meta.lookup(ALICE, at(77, "a")));
        refused(Errno.ENOENT, () -> meta.node(77));
    }

    @Test
    void dotsLeadToTheDirectoryAndItsParent() throws FsException {
        long directory = directory("d");
        assertEquals(directory, meta.lookup(AGENT, at(directory, ".")).inode());
        assertEquals(ROOT, meta.lookup(AGENT, at(directory, "..")).inode());
        assertEquals(ROOT, meta.lookup(AGENT, at("..")).inode());
        long file = file("f");
        refused(Errno.ENOTDIR, () -> meta.lookup(AGENT, at(file, "..")));
    }

    @Test
    void namesBelowAFileAreRefused() throws FsException {
        long inode = file("a");
        refused(Errno.ENOTDIR, () -> meta.lookup(ALICE, at(inode, "b")));
    }

    @Test
    void longNameIsRefused() {
        refused(Errno.ENAMETOOLONG, () -> meta.lookup(AGENT, at("n".repeat(256))));
    }

    @Test
    void searchNeedsExecutePermission() throws FsException {
        long closed = meta.mknod(AGENT, at("d"), NodeSpec.directory(0700)).inode();
        file(closed, "a");
        refused(Errno.EACCES, () -> meta.lookup(ALICE, at(closed, "a")));
        Caller checkedByKernel = new Caller(1000, 1000, List.of(), 1, 0, Caller.Checks.KERNEL);
        assertEquals(
                FileType.FILE,
                meta.lookup(checkedByKernel, at(closed, "a")).node().type());
    }

    @Test
    void entryWithoutNodeShowsAsEmptyNodeAndCanBeRemoved() throws FsException {
        elsewhere(new Mutation.CreateDentry(at("lost"), new Dentry(99, FileType.FILE)));
        MetaStore.Placed found = meta.lookup(AGENT, at("lost"));
        assertEquals(99, found.inode());
        assertEquals(FileType.FILE, found.node().type());
        meta.unlink(AGENT, at("lost"), 99);
        refused(Errno.ENOENT, () -> meta.lookup(AGENT, at("lost")));
    }

    @Test
    void permissionGoesByOwnerThenGroupThenOthers() throws FsException {
        long inode = fileOf(ALICE, "a", 0640);
        meta.access(ALICE, inode, 6);
        refused(Errno.EACCES, () -> meta.access(ALICE, inode, 1));
        Caller member = caller(1001, 1001, 1000);
        meta.access(member, inode, 4);
        refused(Errno.EACCES, () -> meta.access(member, inode, 2));
        refused(Errno.EACCES, () -> meta.access(BOB, inode, 4));
        meta.access(AGENT, inode, 7);
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0077));
        refused(Errno.EACCES, () -> meta.access(ALICE, inode, 4));
    }

    @Test
    void openingNeedsWhatItIsFor() throws FsException {
        long inode = fileOf(ALICE, "a", 0640);
        meta.checkOpen(ALICE, inode, new OpenIntent(true, true, false, false, true));
        refused(Errno.EACCES, () -> meta.checkOpen(BOB, inode, new OpenIntent(true, false, false, false, false)));
        refused(Errno.EACCES, () -> meta.checkOpen(ALICE, inode, new OpenIntent(false, false, true, false, false)));
        refused(Errno.EISDIR, () -> meta.checkOpen(AGENT, ROOT, new OpenIntent(false, true, false, false, false)));
        refused(Errno.ENOENT, () -> meta.checkOpen(AGENT, 77, new OpenIntent(true, false, false, false, false)));
        assertEquals(node(ROOT), meta.checkOpen(AGENT, ROOT, new OpenIntent(true, false, false, false, false)));
    }

    @Test
    void flagsBindEvenRootWhenOpening() throws FsException {
        long inode = file("a");
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY));
        meta.checkOpen(AGENT, inode, new OpenIntent(true, true, false, true, false));
        refused(Errno.EPERM, () -> meta.checkOpen(AGENT, inode, new OpenIntent(true, true, false, false, false)));
        refused(Errno.EPERM, () -> meta.checkOpen(AGENT, inode, new OpenIntent(true, true, false, true, true)));
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        meta.checkOpen(AGENT, inode, new OpenIntent(true, false, false, false, false));
        refused(Errno.EPERM, () -> meta.checkOpen(AGENT, inode, new OpenIntent(true, true, false, true, false)));
    }

    @Test
    void listingIsPagedAndComplete() throws FsException {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            file("f%02d".formatted(i));
            made.add("f%02d".formatted(i));
        }
        List<String> listed = new ArrayList<>();
        Cursor next = Cursor.START;
        while (next != null) {
            Page<Scan.DirEntry> page = meta.list(ROOT, Scan.Detail.NODES, next, 10);
            for (Scan.DirEntry entry : page.records()) {
                listed.add(entry.name().toString());
                assertEquals(node(entry.dentry().inode()), entry.node());
            }
            next = page.next();
        }
        assertEquals(made, listed);
    }

    @Test
    void onlyDirectoriesThatMayBeReadAreOpenedForListing() throws FsException {
        long inode = file("a");
        refused(Errno.ENOTDIR, () -> meta.opendir(AGENT, inode));
        long closed = meta.mknod(AGENT, at("d"), NodeSpec.directory(0311)).inode();
        refused(Errno.EACCES, () -> meta.opendir(ALICE, closed));
        meta.opendir(AGENT, closed);
    }

    @Test
    void linkTargetIsReadFromLinksAlone() throws FsException {
        long link = meta.symlink(AGENT, at("l"), Bytes.utf8("to/there")).inode();
        assertEquals(Bytes.utf8("to/there"), meta.readlink(link));
        long inode = file("a");
        refused(Errno.EINVAL, () -> meta.readlink(inode));
        refused(Errno.ENOENT, () -> meta.readlink(77));
    }

    @Test
    void readOnlyStoreChangesNothing() throws FsException {
        long inode = file("a");
        MetaStore reader = MetaStore.open(engine, options().withReadOnly(true));
        assertEquals(inode, reader.lookup(AGENT, at("a")).inode());
        refused(Errno.EROFS, () -> reader.unlink(AGENT, at("a"), inode));
        refused(Errno.EROFS, () -> reader.mknod(AGENT, at("b"), NodeSpec.file(0644)));
        refused(Errno.EROFS, () -> reader.checkOpen(AGENT, inode, new OpenIntent(true, true, false, false, false)));
        refused(Errno.EROFS, () -> reader.setattr(AGENT, inode, AttrChange.NONE.withMode(0)));
        reader.checkOpen(AGENT, inode, new OpenIntent(true, false, false, false, false));
    }
}
