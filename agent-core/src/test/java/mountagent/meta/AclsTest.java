package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.NodeSpec;
import mountagent.base.XattrMode;
import mountagent.meta.AclRule.Named;
import org.junit.jupiter.api.Test;

/// POSIX ACLs: their form, how they and modes follow each other, inheritance, and what they allow.
class AclsTest extends MetaFixture {
    private static final FileName ACCESS = FileName.of("system.posix_acl_access");
    private static final FileName DEFAULT = FileName.of("system.posix_acl_default");
    private static final int NONE = AclRule.ABSENT;

    /// The example of the reference (semantics.md §11).
    private static final Bytes EXAMPLE = Bytes.of(HexFormat.of()
            .parseHex("02000000" + "01000700ffffffff" + "02000600e9030000" + "04000500ffffffff" + "08000400d0070000"
                    + "10000700ffffffff" + "20000400ffffffff"));
    private static final AclRule EXAMPLE_RULE =
            new AclRule(7, 5, 7, 4, List.of(new Named(1001, 6)), List.of(new Named(2000, 4)));

    @Override
    VolumeFormat format() {
        try {
            return super.format().withAclsOn();
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    private static AclRule rule(int owner, int group, int mask, int other, Named... users) {
        return new AclRule(owner, group, mask, other, List.of(users), List.of());
    }

    private void set(long inode, FileName kind, AclRule rule) throws FsException {
        set(AGENT, inode, kind, rule);
    }

    private void set(Caller caller, long inode, FileName kind, AclRule rule) throws FsException {
        meta.setXattr(caller, inode, kind, AclXattr.encode(rule), XattrMode.CREATE_OR_REPLACE);
    }

    private AclRule get(long inode, FileName kind) throws FsException {
        return AclXattr.decode(meta.getXattr(AGENT, inode, kind));
    }

    private List<Scan.PlacedAcl> stored() throws FsException {
        return engine.scan(new Scan.Acls(0), Cursor.START, 1000).records();
    }

    @Test
    void valueHasTheBytesOfTheReference() throws FsException {
        long inode = file("a");
        meta.setXattr(AGENT, inode, ACCESS, EXAMPLE, XattrMode.CREATE_OR_REPLACE);
        assertEquals(List.of(new Scan.PlacedAcl(1, EXAMPLE_RULE)), stored());
        assertEquals(EXAMPLE, meta.getXattr(AGENT, inode, ACCESS));
        assertEquals(0774, node(inode).mode());
        assertEquals(1, node(inode).accessAcl());
        assertEquals(List.of(ACCESS), meta.listXattr(AGENT, inode));
    }

    @Test
    void whatCannotBeUnderstoodIsRefused() throws FsException {
        long inode = file("a");
        byte[] example = EXAMPLE.toArray();
        for (int length = 0; length < example.length; length++) {
            if (length != 4 && (length - 4) % 8 != 0) {
                assertRefused(inode, ByteBuffer.wrap(example, 0, length));
            }
        }
        ByteBuffer version = ByteBuffer.wrap(example.clone());
        assertRefused(inode, version.put(0, (byte) 3));
        assertRefused(inode, entries(1, 7, -1, 1, 7, -1));
        assertRefused(inode, entries(4, 7, -1, 4, 7, -1));
        assertRefused(inode, entries(0x10, 7, -1, 0x10, 7, -1));
        assertRefused(inode, entries(0x20, 7, -1, 0x20, 7, -1));
        assertRefused(inode, entries(2, 7, 1001));
        assertRefused(inode, entries(8, 7, 1001));
        assertRefused(inode, entries(1, 8, -1));
        assertRefused(inode, entries(0x40, 7, -1));
        assertEquals(0644, node(inode).mode());
        assertEquals(List.of(), stored());
    }

    private void assertRefused(long inode, ByteBuffer value) {
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        refused(Errno.EINVAL, () -> meta.setXattr(AGENT, inode, ACCESS, Bytes.of(bytes), XattrMode.CREATE_OR_REPLACE));
    }

    /// A value of entries of three numbers each: tag, permissions, id.
    private static ByteBuffer entries(int... numbers) {
        ByteBuffer out = ByteBuffer.allocate(4 + numbers.length / 3 * 8).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(2);
        for (int i = 0; i < numbers.length; i += 3) {
            out.putShort((short) numbers[i]).putShort((short) numbers[i + 1]).putInt(numbers[i + 2]);
        }
        return out.flip();
    }

    @Test
    void listThatSaysNoMoreThanAModeBecomesTheMode() throws FsException {
        long inode = file("a");
        set(inode, ACCESS, EXAMPLE_RULE);
        set(inode, ACCESS, rule(6, 0, NONE, 1));
        assertEquals(0601, node(inode).mode());
        assertEquals(0, node(inode).accessAcl());
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, inode, ACCESS));
        assertEquals(List.of(), meta.listXattr(AGENT, inode));
    }

    @Test
    void whatIsNotSaidIsTakenFromTheMode() throws FsException {
        long inode = file("a");
        set(inode, ACCESS, rule(NONE, NONE, 6, NONE, new Named(1001, 7)));
        assertEquals(rule(6, 4, 6, 4, new Named(1001, 7)), get(inode, ACCESS));
        assertEquals(0664, node(inode).mode());
    }

    @Test
    void removingAListLeavesTheMode() throws FsException {
        long inode = file("a");
        set(inode, ACCESS, rule(7, 4, 6, 0, new Named(1001, 6)));
        meta.removeXattr(AGENT, inode, ACCESS);
        assertEquals(0760, node(inode).mode());
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, inode, ACCESS));
        meta.removeXattr(AGENT, inode, ACCESS);
        meta.removeXattr(AGENT, inode, DEFAULT);
        long directory = directory("d");
        set(directory, DEFAULT, rule(7, 5, NONE, 0));
        meta.setXattr(AGENT, directory, DEFAULT, Bytes.of((byte) 2, (byte) 0, (byte) 0, (byte) 0), XattrMode.CREATE);
        assertEquals(0, node(directory).defaultAcl());
        assertEquals(0755, node(directory).mode());
    }

    @Test
    void modeAndMaskFollowEachOther() throws FsException {
        long inode = file("a");
        set(inode, ACCESS, rule(7, 5, 7, 4, new Named(1001, 6)));
        Node after = meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0610));
        assertEquals(0610, after.mode());
        assertEquals(rule(6, 5, 1, 0, new Named(1001, 6)), get(inode, ACCESS));
        assertEquals(2, after.accessAcl());
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0774));
        assertEquals(1, node(inode).accessAcl());
    }

    @Test
    void ctimeMovesOnlyWithAChange() throws FsException {
        long inode = file("a");
        set(inode, ACCESS, EXAMPLE_RULE);
        Node before = node(inode);
        assertEquals(clock.now(), before.ctime());
        clock.advance(1, 0);
        set(inode, ACCESS, EXAMPLE_RULE);
        assertEquals(before, node(inode));
    }

    @Test
    void equalListsAreStoredOnce() throws FsException {
        set(file("a"), ACCESS, EXAMPLE_RULE);
        set(file("b"), ACCESS, EXAMPLE_RULE);
        elsewhere(new Mutation.PutAcl(7, rule(1, 2, 3, 4)));
        try (MetaStore other = MetaStore.open(engine, options())) {
            long inode = file("c");
            other.setXattr(AGENT, inode, ACCESS, EXAMPLE, XattrMode.CREATE);
            other.setXattr(AGENT, directory("d"), DEFAULT, AclXattr.encode(rule(1, 2, 3, 4)), XattrMode.CREATE);
            assertEquals(1, other.node(inode).accessAcl());
        }
        assertEquals(List.of(1, 7), stored().stream().map(Scan.PlacedAcl::id).toList());
        engine.allocate(IdKind.ACL, 7);
    }

    @Test
    void nodeKeepsTheNumberOfARuleThatSaysTheSame() throws FsException {
        long inode = file("a");
        set(file("b"), ACCESS, EXAMPLE_RULE);
        elsewhere(
                new Mutation.PutAcl(7, EXAMPLE_RULE),
                new Mutation.UpdateNode(
                        inode, node(inode).edit().mode(0774).accessAcl(7).done()));
        engine.allocate(IdKind.ACL, 7);
        Node before = node(inode);
        clock.advance(1, 0);
        set(inode, ACCESS, EXAMPLE_RULE);
        assertEquals(before, node(inode));
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0774));
        assertEquals(7, node(inode).accessAcl());
    }

    @Test
    void threadsThatNeedTheSameNewListStoreItOnce() throws Exception {
        long directory = directory("d");
        set(directory, DEFAULT, rule(7, 7, 7, 0, new Named(1001, 7)));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Long>> makers = IntStream.range(0, 64)
                    .<Callable<Long>>mapToObj(i -> () -> file(directory, "f" + i))
                    .toList();
            for (var made : threads.invokeAll(makers)) {
                assertEquals(2, node(made.get()).accessAcl());
            }
        }
        assertEquals(2, stored().size());
    }

    @Test
    void newNodesInheritTheDefaultAndNoUmask() throws FsException {
        long directory = directory("d");
        AclRule given = rule(7, 7, 6, 1, new Named(1002, 7));
        set(directory, DEFAULT, given);
        Caller masked = new Caller(0, 0, List.of(), 1, 077, Caller.Checks.KERNEL);
        Node file = meta.mknod(masked, at(directory, "f"), NodeSpec.file(0666)).node();
        assertEquals(0660, file.mode());
        assertEquals(0, file.defaultAcl());
        assertEquals(rule(6, 7, 6, 0, new Named(1002, 7)), get(inodeOf(directory, "f"), ACCESS));
        Node below = meta.mknod(masked, at(directory, "s"), NodeSpec.directory(02777))
                .node();
        assertEquals(02761, below.mode());
        assertEquals(node(directory).defaultAcl(), below.defaultAcl());
        assertEquals(given, get(inodeOf(directory, "s"), ACCESS));
        Node link = meta.symlink(masked, at(directory, "l"), Bytes.utf8("x")).node();
        assertEquals(List.of(0777, 0), List.of(link.mode(), link.accessAcl()));
        Node plain = meta.mknod(masked, at("p"), NodeSpec.file(0666)).node();
        assertEquals(0600, plain.mode());
        long unnamed =
                meta.createUnnamed(masked, directory, NodeSpec.file(0640)).inode();
        assertEquals(rule(6, 7, 4, 0, new Named(1002, 7)), get(unnamed, ACCESS));
        meta.closeUnlinked(unnamed);
        deleteData();
    }

    private long inodeOf(long directory, String name) throws FsException {
        return meta.lookup(AGENT, at(directory, name)).inode();
    }

    @Test
    void defaultThatSaysNoMoreThanAModeCutsTheMode() throws FsException {
        long directory = directory("d");
        set(directory, DEFAULT, rule(7, 4, NONE, 0));
        Node file = meta.mknod(AGENT, at(directory, "f"), NodeSpec.file(04666)).node();
        assertEquals(04640, file.mode());
        assertEquals(0, file.accessAcl());
        Node below =
                meta.mknod(AGENT, at(directory, "s"), NodeSpec.directory(0777)).node();
        assertEquals(0740, below.mode());
        assertEquals(node(directory).defaultAcl(), below.defaultAcl());
    }

    @Test
    void onlyOwnersChangeThem() throws FsException {
        long inode = fileOf(ALICE, "a", 0666);
        refused(Errno.EPERM, () -> set(BOB, inode, ACCESS, EXAMPLE_RULE));
        refused(Errno.EPERM, () -> meta.removeXattr(BOB, inode, ACCESS));
        set(ALICE, inode, ACCESS, EXAMPLE_RULE);
        refused(Errno.EACCES, () -> set(ALICE, inode, DEFAULT, EXAMPLE_RULE));
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.IMMUTABLE));
        refused(Errno.EPERM, () -> set(AGENT, inode, ACCESS, EXAMPLE_RULE));
        refused(Errno.EPERM, () -> set(AGENT, Inodes.TRASH_ROOT, DEFAULT, EXAMPLE_RULE));
        refused(Errno.ENOENT, () -> set(AGENT, 77, ACCESS, EXAMPLE_RULE));
        refused(Errno.ENOENT, () -> get(77, ACCESS));
        long link = meta.symlink(AGENT, at("l"), Bytes.utf8("x")).inode();
        refused(Errno.ENOTSUP, () -> set(AGENT, link, ACCESS, EXAMPLE_RULE));
        meta.setattr(AGENT, inode, AttrChange.NONE.withFlags(0));
    }

    @Test
    void groupBitGoesForWhoeverIsOutsideTheGroup() throws FsException {
        long inode = file("a");
        meta.setattr(AGENT, inode, AttrChange.NONE.withUid(1000).withGid(500));
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(02770));
        set(caller(1000, 1000, 500), inode, ACCESS, EXAMPLE_RULE);
        assertEquals(02774, node(inode).mode());
        set(ALICE, inode, ACCESS, rule(7, 7, 7, 0, new Named(1, 1)));
        assertEquals(0770, node(inode).mode());
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(02770));
        meta.setXattrOutsideGroup(AGENT, inode, ACCESS, EXAMPLE, XattrMode.CREATE_OR_REPLACE);
        assertEquals(0774, node(inode).mode());
    }

    @Test
    void listsDecideWhatACallerMayDo() throws FsException {
        long inode = fileOf(ALICE, "a", 0600);
        AclRule given = new AclRule(
                4,
                2,
                6,
                1,
                List.of(new Named(1001, 7), new Named(1002, 0)),
                List.of(new Named(600, 4), new Named(601, 1)));
        set(inode, ACCESS, given);
        Map<Caller, Integer> granted = new HashMap<>();
        granted.put(ALICE, 4);
        granted.put(BOB, 6); // the mask takes away execution
        granted.put(caller(1002, 1000, 600), 0); // named, so groups do not count
        granted.put(caller(1003, 1000), 2);
        granted.put(caller(1003, 600), 4);
        granted.put(caller(1003, 1000, 600), 4 | 2); // either group grants one bit, see below
        granted.put(caller(1003, 601), 0); // in a group, so others' bits do not count
        granted.put(caller(1003, 1003), 1);
        for (Map.Entry<Caller, Integer> entry : granted.entrySet()) {
            for (int mask = 1; mask < 8; mask <<= 1) {
                assertAccess(entry.getKey(), inode, mask, (entry.getValue() & mask) != 0);
            }
        }
        // one entry must grant all that is asked for
        assertAccess(caller(1003, 1000, 600), inode, 6, false);
        assertAccess(BOB, inode, 6, true);
        meta.setattr(AGENT, inode, AttrChange.NONE.withMode(0406));
        assertAccess(BOB, inode, 4, true); // no bit of the mask is left: the mode alone decides
    }

    private void assertAccess(Caller caller, long inode, int mask, boolean isGranted) throws FsException {
        if (isGranted) {
            meta.access(caller, inode, mask);
        } else {
            refused(Errno.EACCES, () -> meta.access(caller, inode, mask));
        }
    }

    @Test
    void directoriesWithListsLetNamedUsersIn() throws FsException {
        long directory = directory("d");
        meta.setattr(AGENT, directory, AttrChange.NONE.withMode(0700));
        refused(Errno.EACCES, () -> meta.mknod(BOB, at(directory, "f"), NodeSpec.file(0644)));
        set(directory, ACCESS, rule(7, 0, 7, 0, new Named(1001, 7)));
        try (MetaStore other = MetaStore.open(engine, options())) {
            // another client that has never seen the list
            long inode =
                    other.mknod(BOB, at(directory, "f"), NodeSpec.file(0644)).inode();
            other.lookup(BOB, at(directory, "f"));
            other.unlink(BOB, at(directory, "f"), inode);
            refused(Errno.EACCES, () -> other.lookup(ALICE, at(directory, "f")));
        }
        deleteData();
    }

    @Test
    void listThatIsNotStoredIsAnError() throws FsException {
        long inode = file("a");
        elsewhere(
                new Mutation.UpdateNode(inode, node(inode).edit().accessAcl(99).done()));
        refused(Errno.EIO, () -> get(inode, ACCESS));
        meta.removeXattr(AGENT, inode, ACCESS);
        assertEquals(0, node(inode).accessAcl());
    }

    @Test
    void volumeWithoutThemIsAskedNothing() throws FsException {
        MetaStore.update(engine, meta.format().withEnableAcl(false), clock);
        meta.reload();
        refused(Errno.ENODATA, () -> meta.getXattr(AGENT, 77, ACCESS));
        refused(Errno.ENOTSUP, () -> set(77, ACCESS, EXAMPLE_RULE));
        refused(Errno.ENOTSUP, () -> meta.removeXattr(AGENT, 77, DEFAULT));
    }

    @Test
    void turningThemOnKeepsOldClientsOut() throws FsException {
        assertEquals("1.2.0-A", meta.format().minClientVersion());
        VolumeFormat newer = meta.format().withMinClientVersion("1.4.0").withAclsOn();
        assertEquals("1.4.0", newer.minClientVersion());
        assertNotEquals(meta.format().enableAcl(), super.format().enableAcl());
        assertEquals(FileType.DIRECTORY, node(ROOT).type());
    }
}
