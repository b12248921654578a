package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeFlag;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;

/// Changes of attributes.
class AttributesTest extends MetaFixture {
    private static final Timestamp THEN = new Timestamp(1_000_000, 123_456_789);

    private Node set(Caller caller, long inode, AttrChange change) throws FsException {
        return meta.setattr(caller, inode, change);
    }

    @Test
    void ownerChangesModeAndCtimeMoves() throws FsException {
        long inode = fileOf(ALICE, "a", 0600);
        clock.advance(1, 0);
        Node node = set(ALICE, inode, AttrChange.NONE.withMode(0640));
        assertEquals(0640, node.mode());
        assertEquals(clock.now(), node.ctime());
        assertEquals(node, node(inode));
        refused(Errno.EPERM, () -> set(BOB, inode, AttrChange.NONE.withMode(0777)));
        refused(Errno.ENOENT, () -> set(AGENT, 77, AttrChange.NONE.withMode(0777)));
    }

    @Test
    void ctimeMovesThoughTheModeStays() throws FsException {
        long inode = file("a");
        clock.advance(1, 0);
        assertEquals(
                clock.now(), set(AGENT, inode, AttrChange.NONE.withMode(0644)).ctime());
    }

    @Test
    void changeOfNothingChangesNothing() throws FsException {
        long inode = file("a");
        Node before = node(inode);
        clock.advance(1, 0);
        assertEquals(before, set(BOB, inode, AttrChange.NONE));
        refused(Errno.ENOENT, () -> set(AGENT, 77, AttrChange.NONE));
    }

    @Test
    void outsiderCannotSetTheGroupBit() throws FsException {
        long inode = fileOf(ALICE, "a", 0755);
        set(AGENT, inode, AttrChange.NONE.withGid(500));
        assertEquals(0755, set(ALICE, inode, AttrChange.NONE.withMode(02755)).mode());
        assertEquals(
                02755,
                set(caller(1000, 1000, 500), inode, AttrChange.NONE.withMode(02755))
                        .mode());
    }

    @Test
    void ownerGivesTheFileToAGroupOfHis() throws FsException {
        long inode = fileOf(ALICE, "a", 0644);
        refused(Errno.EPERM, () -> set(ALICE, inode, AttrChange.NONE.withGid(500)));
        refused(Errno.EPERM, () -> set(ALICE, inode, AttrChange.NONE.withUid(1001)));
        refused(Errno.EPERM, () -> set(BOB, inode, AttrChange.NONE.withGid(1001)));
        assertEquals(
                500,
                set(caller(1000, 1000, 500), inode, AttrChange.NONE.withGid(500))
                        .gid());
        assertEquals(1000, set(ALICE, inode, AttrChange.NONE.withUid(1000)).uid());
        assertEquals(1001, set(AGENT, inode, AttrChange.NONE.withUid(1001)).uid());
    }

    @Test
    void changeOfOwnerDropsSetIdBits() throws FsException {
        Caller alice = caller(1000, 1000, 500);
        long inode = fileOf(alice, "a", 0755);
        set(AGENT, inode, AttrChange.NONE.withMode(06755));
        assertEquals(0755, set(alice, inode, AttrChange.NONE.withGid(500)).mode());
        set(AGENT, inode, AttrChange.NONE.withMode(06755));
        assertEquals(0755, set(AGENT, inode, AttrChange.NONE.withUid(1)).mode());
        set(AGENT, inode, AttrChange.NONE.withMode(06644));
        assertEquals(02644, set(AGENT, inode, AttrChange.NONE.withUid(2)).mode());
    }

    @Test
    void directoryKeepsItsBitsWithANewOwner() throws FsException {
        long directory = directory("d");
        set(AGENT, directory, AttrChange.NONE.withMode(06755));
        assertEquals(06755, set(AGENT, directory, AttrChange.NONE.withUid(5)).mode());
    }

    @Test
    void ownerSetsAnyTimes() throws FsException {
        long inode = fileOf(ALICE, "a", 0666);
        clock.advance(1, 0);
        AttrChange change = AttrChange.NONE.withAtime(TimeChange.to(THEN)).withMtime(TimeChange.NOW);
        Node node = set(ALICE, inode, change);
        assertEquals(THEN, node.atime());
        assertEquals(clock.now(), node.mtime());
        assertEquals(clock.now(), node.ctime());
        refused(Errno.EPERM, () -> set(BOB, inode, change));
        refused(Errno.EPERM, () -> set(BOB, inode, AttrChange.NONE.withMtime(TimeChange.NOW)));
    }

    @Test
    void writerMovesBothTimesToNow() throws FsException {
        long inode = fileOf(ALICE, "a", 0666);
        AttrChange touch = AttrChange.NONE.withAtime(TimeChange.NOW).withMtime(TimeChange.NOW);
        clock.advance(1, 0);
        assertEquals(clock.now(), set(BOB, inode, touch).mtime());
        set(AGENT, inode, AttrChange.NONE.withMode(0644));
        refused(Errno.EACCES, () -> set(BOB, inode, touch));
    }

    @Test
    void flagsAreReplacedAsAWhole() throws FsException {
        long inode = fileOf(ALICE, "a", 0666);
        set(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.WINDOWS_HIDDEN));
        assertEquals(
                NodeFlag.APPEND_ONLY,
                set(AGENT, inode, AttrChange.NONE.withFlags(NodeFlag.APPEND_ONLY))
                        .flags());
        refused(Errno.EPERM, () -> set(BOB, inode, AttrChange.NONE.withFlags(0)));
    }

    @Test
    void unprivilegedWriteDropsSetIdBits() throws FsException {
        long inode = file("a");
        set(AGENT, inode, AttrChange.NONE.withMode(06755));
        clock.advance(1, 0);
        assertEquals(0755, meta.dropSetIds(inode).mode());
        assertEquals(clock.now(), node(inode).ctime());
        Node before = node(inode);
        clock.advance(1, 0);
        assertEquals(before, meta.dropSetIds(inode));
        set(AGENT, inode, AttrChange.NONE.withMode(02644));
        assertEquals(02644, meta.dropSetIds(inode).mode());
    }

    @Test
    void unknownPartsOfANodeSurviveChanges() throws FsException {
        long inode = file("a");
        Node stored =
                node(inode).edit().accessAcl(7).tier(1).tail(Bytes.of((byte) 9)).done();
        elsewhere(
                new Mutation.UpdateNode(inode, stored),
                new Mutation.PutAcl(7, new AclRule(6, 4, 0, 0, List.of(), List.of())));
        engine.allocate(IdKind.ACL, 7);
        set(AGENT, inode, AttrChange.NONE.withMode(0600));
        meta.truncate(AGENT, inode, 5, MetaStore.TruncateRight.CHECKED, false);
        Node after = node(inode);
        assertEquals(List.of(7, 1, Bytes.of((byte) 9)), List.of(after.accessAcl(), after.tier(), after.tail()));
    }

    @Test
    void atimeMovesAsTheModeSays() throws FsException {
        long inode = file("a");
        Timestamp made = clock.now();
        clock.advance(5, 0);
        meta.touchAtime(inode);
        assertEquals(made, node(inode).atime());
        MetaStore relative = MetaStore.open(engine, options().withAtimeMode(AtimeMode.RELATIME));
        relative.touchAtime(inode);
        assertEquals(made, node(inode).atime());
        set(AGENT, inode, AttrChange.NONE.withMode(0600));
        relative.touchAtime(inode);
        assertEquals(clock.now(), node(inode).atime());
        Timestamp read = clock.now();
        clock.advance(3600, 0);
        relative.touchAtime(inode);
        assertEquals(read, node(inode).atime());
        MetaStore strict = MetaStore.open(engine, options().withAtimeMode(AtimeMode.STRICTATIME));
        strict.touchAtime(inode);
        assertEquals(clock.now(), node(inode).atime());
        clock.advance(86_400, 0);
        relative.opendir(AGENT, ROOT);
        assertEquals(clock.now(), node(ROOT).atime());
    }
}
