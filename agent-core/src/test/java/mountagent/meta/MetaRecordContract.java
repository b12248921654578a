package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Timestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clauses on single items and mutations: what is left is read again.
public abstract class MetaRecordContract extends MetaEngineFixture {
    private static final ChunkKey CHUNK = new ChunkKey(7, 2);

    /// How many references a slice has about which nothing is stored.
    protected long refsOfUnknownSlice() {
        return 0;
    }

    @Test
    void anEmptyStoreHasNoSetting() throws Exception {
        assertNull(get(new Item.Setting()));
        engine().prepare();
        assertNull(get(new Item.Setting()));
    }

    @Test
    void settingIsReadAsWrittenAndPrepareLeavesItAlone() throws Exception {
        apply(engine(), ReadPlan.of(new Item.Setting()), new Mutation.PutSetting("{\n\"Name\": \"ä<b>\"\n}"));
        engine().prepare();
        assertEquals("{\n\"Name\": \"ä<b>\"\n}", get(another(), new Item.Setting()));

        apply(engine(), ReadPlan.of(new Item.Setting()), new Mutation.PutSetting("{}"));
        assertEquals("{}", get(new Item.Setting()));
    }

    @ParameterizedTest
    @EnumSource(FileType.class)
    void nodesAreReadAsWritten(FileType type) throws FsException {
        Node node = new NodeDraft(type)
                .flags(0x2f)
                .mode(07777)
                .uid(0xfffffffe)
                .gid(0x80000001)
                .atime(new Timestamp(-86_400, 0))
                .mtime(new Timestamp(7_258_118_400L, 999_999_999))
                .ctime(new Timestamp(0, 1))
                .nlink(70_000)
                .length((1L << 57) - 1)
                .rdev(0x80ff00ff)
                .parent(0x7FFFFFFF10000001L)
                .accessAcl(7)
                .defaultAcl(0x80000000)
                .tier(3)
                .done();
        assertNull(get(new Item.NodeOf(9)));

        apply(new Mutation.CreateNode(9, node));

        assertEquals(node, get(new Item.NodeOf(9)));
    }

    @Test
    void nodesAreReplacedAndRemoved() throws FsException {
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(9));
        apply(plan, new Mutation.CreateNode(9, node(FileType.FILE)));
        Node changed = node(FileType.FILE)
                .edit()
                .length(5)
                .parent(0)
                .atime(Timestamp.EPOCH)
                .done();

        apply(plan, new Mutation.UpdateNode(9, changed));
        assertEquals(changed, get(new Item.NodeOf(9)));

        apply(plan, new Mutation.RemoveNode(9));
        assertNull(get(new Item.NodeOf(9)));
    }

    @Test
    void touchingADirectoryAddsToItsLinksAndSetsItsTimes() throws FsException {
        Node seen = directory(1);
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(9));
        apply(plan, new Mutation.CreateNode(9, seen));
        Timestamp later = new Timestamp(1_800_000_000, 1_001);

        apply(plan, new Mutation.TouchDirectory(9, seen, 1, later));
        apply(
                plan,
                new Mutation.TouchDirectory(
                        9, seen.edit().nlink(3).mtime(later).ctime(later).done(), -1, TIME),
                new Mutation.CreateNode(10, directory(9)));

        assertEquals(seen.edit().mtime(TIME).ctime(TIME).done(), get(new Item.NodeOf(9)));
    }

    @Test
    void entriesAreFoundByTheBytesOfTheirNames() throws FsException {
        byte[] longest = new byte[FileName.LENGTH_MAX];
        Arrays.fill(longest, (byte) 0xff);
        List<FileName> names = List.of(
                FileName.of("a"),
                FileName.of("A"),
                FileName.of("ä"),
                FileName.of(new byte[] {(byte) 0xff, 0x01, '\n', '\''}),
                FileName.of("1"),
                FileName.of("a "),
                FileName.of(longest));
        for (int i = 0; i < names.size(); i++) {
            DentryKey key = new DentryKey(1, names.get(i));
            apply(
                    ReadPlan.of(new Item.DentryAt(key)),
                    new Mutation.CreateDentry(key, new Dentry(i + 2, FileType.FILE)));
        }

        for (int i = 0; i < names.size(); i++) {
            Dentry found = get(new Item.DentryAt(new DentryKey(1, names.get(i))));
            assertEquals(new Dentry(i + 2, FileType.FILE), found, names.get(i).toString());
        }
        assertNull(get(new Item.DentryAt(at(1, "b"))));
        assertNull(get(new Item.DentryAt(at(2, "a"))));
    }

    @Test
    void entriesAreReplacedAndRemoved() throws FsException {
        DentryKey key = at(1, "name");
        ReadPlan plan = ReadPlan.of(new Item.DentryAt(key));
        apply(plan, new Mutation.CreateDentry(key, new Dentry(2, FileType.FILE)));
        assertTrue(get(new Item.HasEntries(1)));
        assertFalse(get(new Item.HasEntries(2)));

        apply(plan, new Mutation.ReplaceDentry(key, new Dentry(3, FileType.DIRECTORY)));
        assertEquals(new Dentry(3, FileType.DIRECTORY), get(new Item.DentryAt(key)));

        apply(plan, new Mutation.RemoveDentry(key));
        assertNull(get(new Item.DentryAt(key)));
        assertFalse(get(new Item.HasEntries(1)));
    }

    @Test
    void mutationsAreAppliedInTheirOrder() throws FsException {
        DentryKey key = at(1, "name");
        ReadPlan plan = ReadPlan.of(new Item.DentryAt(key));
        apply(
                plan,
                new Mutation.CreateDentry(key, new Dentry(2, FileType.FILE)),
                new Mutation.RemoveDentry(key),
                new Mutation.CreateDentry(key, new Dentry(3, FileType.FIFO)));

        assertEquals(new Dentry(3, FileType.FIFO), get(new Item.DentryAt(key)));
    }

    @Test
    void symbolicLinksKeepTheirTargets() throws FsException {
        Bytes target = Bytes.of((byte) '/', (byte) 0xff, (byte) 1, (byte) '\'');
        assertNull(get(new Item.SymlinkOf(9)));

        apply(new Mutation.CreateSymlink(9, target));
        assertEquals(target, get(new Item.SymlinkOf(9)));

        apply(new Mutation.RemoveSymlink(9));
        assertNull(get(new Item.SymlinkOf(9)));
    }

    @Test
    void extendedAttributesAreReplacedListedAndRemoved() throws FsException {
        XattrKey first = new XattrKey(9, FileName.of("user.ä"));
        XattrKey second = new XattrKey(9, FileName.of("user.b"));
        Bytes value = Bytes.of(new byte[30_000]);
        ReadPlan plan = ReadPlan.of(new Item.XattrOf(first), new Item.XattrNames(9));
        apply(plan, new Mutation.PutXattr(first, value), new Mutation.PutXattr(second, Bytes.EMPTY));
        apply(plan, new Mutation.PutXattr(new XattrKey(10, FileName.of("user.b")), value));

        assertEquals(value, get(new Item.XattrOf(first)));
        assertEquals(Bytes.EMPTY, get(new Item.XattrOf(second)));
        assertEquals(Set.of(first.name(), second.name()), new HashSet<>(get(new Item.XattrNames(9))));

        apply(plan, new Mutation.PutXattr(first, Bytes.utf8("x")), new Mutation.RemoveXattr(second));
        assertEquals(Bytes.utf8("x"), get(new Item.XattrOf(first)));
        assertNull(get(new Item.XattrOf(second)));

        apply(plan, new Mutation.RemoveXattrs(9));
        assertEquals(List.of(), get(new Item.XattrNames(9)));
        assertEquals(value, get(new Item.XattrOf(new XattrKey(10, FileName.of("user.b")))));
    }

    @Test
    void parentsOfALinkedInodeAreCounted() throws FsException {
        DentryKey again = at(5, "again");
        apply(
                new Mutation.CreateNode(
                        9, node(FileType.FILE).edit().parent(0).nlink(3).done()),
                new Mutation.CreateDentry(at(4, "a"), new Dentry(9, FileType.FILE)),
                new Mutation.CreateDentry(at(5, "b"), new Dentry(9, FileType.FILE)),
                new Mutation.CreateDentry(again, new Dentry(9, FileType.FILE)),
                new Mutation.AddParentLink(9, 4, 1),
                new Mutation.AddParentLink(9, 5, 1),
                new Mutation.AddParentLink(9, 5, 1));
        assertEquals(Map.of(4L, 1, 5L, 2), get(new Item.ParentLinks(9)));
        assertEquals(Set.of(at(4, "a"), at(5, "b"), again), new HashSet<>(all(new Scan.LinksTo(9))));

        apply(
                ReadPlan.of(new Item.DentryAt(again), new Item.ParentLinks(9)),
                new Mutation.RemoveDentry(again),
                new Mutation.AddParentLink(9, 5, -1),
                new Mutation.RemoveDentry(at(4, "a")),
                new Mutation.AddParentLink(9, 4, -1));
        assertEquals(Map.of(5L, 1), get(new Item.ParentLinks(9)));

        apply(new Mutation.RemoveDentry(at(5, "b")), new Mutation.RemoveParentLinks(9));
        assertEquals(Map.of(), get(new Item.ParentLinks(9)));
    }

    @Test
    void ancestorsLeadUpToTheRoot() throws FsException {
        apply(
                new Mutation.CreateNode(1, directory(1)),
                new Mutation.CreateNode(2, directory(1)),
                new Mutation.CreateNode(3, directory(2)),
                new Mutation.CreateNode(4, directory(3)),
                new Mutation.CreateNode(5, directory(77)));

        assertEquals(List.of(4L, 3L, 2L, 1L), get(new Item.Ancestors(4)));
        assertEquals(List.of(1L), get(new Item.Ancestors(1)));
        assertEquals(List.of(5L), get(new Item.Ancestors(5)));
        assertEquals(List.of(), get(new Item.Ancestors(6)));
    }

    @Test
    void slicesAreAppendedAndCounted() throws FsException {
        Slice first = new Slice(0, Long.MAX_VALUE, 1 << 26, 0, 1 << 26);
        Slice second = new Slice(10, 0x00ff00ff00ff00ffL, 300, 100, 200);
        Outcome<Integer> one = new Outcome<>();
        Outcome<Integer> three = new Outcome<>();
        assertEquals(List.of(), get(new Item.SlicesOf(CHUNK)));

        apply(new Mutation.AppendSlice(CHUNK, first, one));
        apply(
                new Mutation.AppendSlice(CHUNK, second, new Outcome<>()),
                new Mutation.AppendSlice(CHUNK, Slice.zeros(5, 6), three));

        assertEquals(1, one.get());
        assertEquals(3, three.get());
        assertEquals(List.of(first, second, Slice.zeros(5, 6)), get(new Item.SlicesOf(CHUNK)));
        assertEquals(List.of(), get(new Item.SlicesOf(new ChunkKey(7, 1))));
    }

    @Test
    void chunksInARangeAreReadInOrder() throws FsException {
        for (int index : new int[] {5, 0, 2, 3}) {
            apply(append(index, Slice.whole(0, index + 1, 10)));
        }

        Map<Integer, List<Slice>> found = get(new Item.Chunks(7, 1, 5));

        assertEquals(List.of(2, 3), List.copyOf(found.keySet()));
        assertEquals(List.of(Slice.whole(0, 4, 10)), found.get(3));
        assertEquals(Map.of(), get(new Item.Chunks(7, 3, 3)));
        assertEquals(Map.of(), get(new Item.Chunks(8, 0, 9)));
    }

    @Test
    void appendingToExistingChunksMakesNone() throws FsException {
        for (int index : new int[] {0, 2, 4}) {
            apply(append(index, Slice.whole(0, 1, 10)));
        }
        Slice zeros = Slice.zeros(0, 1 << 26);

        apply(
                ReadPlan.of(new Item.NodeOf(7)),
                new Mutation.AppendToExisting(7, 1, 4, zeros),
                new Mutation.AppendToExisting(7, 4, 4, zeros));

        Map<Integer, List<Slice>> found = get(new Item.Chunks(7, 0, 9));
        assertEquals(List.of(0, 2, 4), List.copyOf(found.keySet()));
        assertEquals(List.of(Slice.whole(0, 1, 10), zeros), found.get(2));
        assertEquals(List.of(Slice.whole(0, 1, 10)), found.get(0));
        assertEquals(List.of(Slice.whole(0, 1, 10)), found.get(4));
    }

    @Test
    void replacedSlicesKeepTheirPlace() throws FsException {
        List<Slice> slices =
                List.of(Slice.whole(0, 1, 10), Slice.whole(0, 2, 10), Slice.whole(0, 3, 10), Slice.whole(0, 4, 10));
        for (Slice slice : slices) {
            apply(append(CHUNK.index(), slice));
        }
        Slice compacted = Slice.whole(0, 9, 10);
        ReadPlan plan = ReadPlan.of(new Item.SlicesOf(CHUNK));

        apply(plan, new Mutation.ReplaceSlices(CHUNK, 1, 2, List.of(compacted)));
        assertEquals(List.of(slices.get(0), compacted, slices.get(3)), get(new Item.SlicesOf(CHUNK)));

        apply(plan, new Mutation.ReplaceSlices(CHUNK, 0, 3, List.of()));
        assertEquals(List.of(), get(new Item.SlicesOf(CHUNK)));
        assertEquals(Map.of(), get(new Item.Chunks(CHUNK.inode(), 0, 9)));
    }

    @Test
    void removedChunksAreGone() throws FsException {
        apply(append(2, Slice.whole(0, 1, 10)), append(3, Slice.whole(0, 2, 10)));

        apply(ReadPlan.of(new Item.SlicesOf(CHUNK)), new Mutation.RemoveChunk(CHUNK));

        assertEquals(List.of(), get(new Item.SlicesOf(CHUNK)));
        assertEquals(List.of(Slice.whole(0, 2, 10)), get(new Item.SlicesOf(new ChunkKey(7, 3))));
    }

    @Test
    void referencesAreCountedAndReleasedSlicesFound() throws FsException {
        SliceKey slice = new SliceKey(11, 500);
        SliceKey orphan = new SliceKey(12, 600);
        assertEquals(refsOfUnknownSlice(), get(new Item.SliceRefs(slice)));
        apply(new Mutation.CreateSliceRefs(slice, 1), new Mutation.CreateSliceRefs(orphan, 0));
        assertEquals(1, get(new Item.SliceRefs(slice)));
        Outcome<Long> two = new Outcome<>();
        Outcome<Long> none = new Outcome<>();

        apply(new Mutation.AddSliceRefs(slice, 1, two));
        assertEquals(2, two.get());
        assertEquals(2, get(new Item.SliceRefs(slice)));
        assertEquals(List.of(new Scan.CountedSlice(orphan, 0)), all(new Scan.ReleasedSlices()));

        apply(new Mutation.AddSliceRefs(slice, -2, none));
        assertEquals(0, none.get());
        assertEquals(
                Set.of(new Scan.CountedSlice(slice, 0), new Scan.CountedSlice(orphan, 0)),
                new HashSet<>(all(new Scan.ReleasedSlices())));

        apply(new Mutation.RemoveSliceRefs(slice), new Mutation.RemoveSliceRefs(orphan));
        assertEquals(List.of(), all(new Scan.ReleasedSlices()));
        assertEquals(List.of(), all(new Scan.SliceCounts()));
    }

    @Test
    void delayedSlicesAreKeptUntilTheirTime() throws FsException {
        List<SliceKey> slices = List.of(new SliceKey(1, 2), new SliceKey(Long.MAX_VALUE, 1 << 26));
        apply(new Mutation.PutDelayedSlices(20, 1000, slices), new Mutation.PutDelayedSlices(21, 2000, List.of()));

        assertTrue(get(new Item.IsDelayed(20, 1000)));
        assertFalse(get(new Item.IsDelayed(20, 1001)));
        assertEquals(List.of(), all(new Scan.DelayedUntil(999)));
        assertEquals(List.of(new Scan.DelayedSlices(20, 1000, slices)), all(new Scan.DelayedUntil(1999)));
        assertEquals(2, all(new Scan.DelayedUntil(2000)).size());

        apply(ReadPlan.of(new Item.IsDelayed(20, 1000)), new Mutation.RemoveDelayedSlices(20, 1000));
        assertFalse(get(new Item.IsDelayed(20, 1000)));
    }

    @Test
    void deletedFilesAreFoundFromTheirTimeOn() throws FsException {
        apply(new Mutation.PutDeletedFile(30, 5, 1000), new Mutation.PutDeletedFile(31, 1L << 56, 2000));

        assertEquals(List.of(), all(new Scan.DeletedFiles(999)));
        assertEquals(List.of(new Scan.DeletedFile(30, 5, 1000)), all(new Scan.DeletedFiles(1000)));
        assertEquals(2, all(new Scan.DeletedFiles(2000)).size());

        apply(new Mutation.RemoveDeletedFile(30, 5));
        assertEquals(List.of(new Scan.DeletedFile(31, 1L << 56, 2000)), all(new Scan.DeletedFiles(9000)));
    }

    @Test
    void treesBeingCopiedAreRememberedUntilTheyAreForgotten() throws FsException {
        apply(new Mutation.PutDetachedNode(70, 1000), new Mutation.PutDetachedNode(71, 1001));
        apply(new Mutation.PutDetachedNode(70, 2000));
        apply(new Mutation.RemoveDetachedNode(71), new Mutation.RemoveDetachedNode(72));
        assertEquals(
                List.of(new Scan.DetachedNode(70, 2000)),
                engine().scan(new Scan.DetachedNodes(), Cursor.START, 10).records());
    }

    @Test
    void sessionsKeepInodesAlive() throws FsException {
        SessionRecord session = new SessionRecord(3, 1000, Bytes.utf8("{\"HostName\":\"ä\"}"));
        assertNull(get(new Item.SessionOf(3)));
        apply(new Mutation.PutSession(session), new Mutation.PutSustained(3, 40), new Mutation.PutSustained(3, 41));
        apply(new Mutation.PutSustained(3, 40), new Mutation.PutSustained(4, 42));

        assertEquals(session, get(new Item.SessionOf(3)));
        assertTrue(get(new Item.IsSustained(3, 40)));
        assertFalse(get(new Item.IsSustained(3, 42)));
        assertEquals(
                Set.of(new Scan.Sustained(3, 40), new Scan.Sustained(3, 41)),
                new HashSet<>(all(new Scan.SustainedBy(3))));

        SessionRecord renewed = new SessionRecord(3, 2000, session.info());
        apply(new Mutation.PutSession(renewed), new Mutation.RemoveSustained(3, 40));
        assertEquals(List.of(renewed), all(new Scan.Sessions()));
        assertFalse(get(new Item.IsSustained(3, 40)));

        apply(new Mutation.RemoveSession(3));
        assertNull(get(new Item.SessionOf(3)));
    }

    @Test
    void aclRulesAreReadAsWritten() throws Exception {
        AclRule rule = new AclRule(
                7,
                5,
                AclRule.ABSENT,
                4,
                List.of(new AclRule.Named(1001, 6), new AclRule.Named(0xfffffffe, 0)),
                List.of(new AclRule.Named(2000, 4)));
        AclRule bare = new AclRule(0, 1, 2, 3, List.of(), List.of());
        assertNull(get(new Item.AclOf(2)));
        int first = (int) engine().allocate(IdKind.ACL, 2).first();
        apply(new Mutation.PutAcl(first, rule), new Mutation.PutAcl(first + 1, bare));
        apply(new Mutation.PutAcl(first + 3, rule));

        assertEquals(rule, get(another(), new Item.AclOf(first)));
        assertEquals(bare, get(new Item.AclOf(first + 1)));
        assertNull(get(new Item.AclOf(first + 2)));
        assertEquals(
                Set.of(
                        new Scan.PlacedAcl(first, rule),
                        new Scan.PlacedAcl(first + 1, bare),
                        new Scan.PlacedAcl(first + 3, rule)),
                new HashSet<>(all(new Scan.Acls(0))));
        assertEquals(
                Set.of(new Scan.PlacedAcl(first + 1, bare), new Scan.PlacedAcl(first + 3, rule)),
                new HashSet<>(all(engine(), new Scan.Acls(first), 1)));
    }

    @Test
    void locksAreKeptByOwner() throws FsException {
        LockOwner first = new LockOwner(3, 0xfedcba9876543210L);
        LockOwner second = new LockOwner(4, 1);
        ReadPlan plan = ReadPlan.of(new Item.Flocks(9), new Item.PosixLocks(9));
        List<PosixLock> ranges = List.of(
                new PosixLock(LockType.WRITE, 77, 0, 99), new PosixLock(LockType.READ, 77, 100, PosixLock.TO_END));
        apply(
                plan,
                new Mutation.PutFlock(9, first, LockType.READ),
                new Mutation.PutFlock(9, second, LockType.READ),
                new Mutation.PutPosixLocks(9, first, ranges));

        assertEquals(Map.of(first, LockType.READ, second, LockType.READ), get(new Item.Flocks(9)));
        assertEquals(Map.of(first, ranges), get(new Item.PosixLocks(9)));
        assertEquals(
                Set.of(new Scan.HeldLock(9, first, false), new Scan.HeldLock(9, first, true)),
                new HashSet<>(all(new Scan.LocksOf(3))));

        apply(
                plan,
                new Mutation.RemoveFlock(9, second),
                new Mutation.PutFlock(9, first, LockType.WRITE),
                new Mutation.PutPosixLocks(9, first, ranges.subList(0, 1)));
        assertEquals(Map.of(first, LockType.WRITE), get(new Item.Flocks(9)));
        assertEquals(Map.of(first, ranges.subList(0, 1)), get(new Item.PosixLocks(9)));

        apply(plan, new Mutation.RemoveFlock(9, first), new Mutation.PutPosixLocks(9, first, List.of()));
        assertEquals(Map.of(), get(new Item.Flocks(9)));
        assertEquals(Map.of(), get(new Item.PosixLocks(9)));
        assertEquals(List.of(), all(new Scan.LocksOf(3)));
    }

    @ParameterizedTest
    @EnumSource(Counter.class)
    void countersAreAddedToAndSet(Counter counter) throws FsException {
        ReadPlan plan = ReadPlan.of(new Item.CounterOf(counter));
        assertEquals(0, get(new Item.CounterOf(counter)));

        apply(plan, new Mutation.AddCounter(counter, 4096), new Mutation.AddCounter(counter, -96));
        assertEquals(4000, get(new Item.CounterOf(counter)));

        apply(plan, new Mutation.PutCounter(counter, 1_795_263_000L));
        apply(plan, new Mutation.AddCounter(counter, 1));
        assertEquals(1_795_263_001L, get(new Item.CounterOf(counter)));
    }

    @Test
    void statisticsAreAddedToOnlyWhereTheyAre() throws FsException {
        ReadPlan plan = ReadPlan.of(new Item.NodeOf(9), new Item.DirStatOf(9));
        apply(plan, new Mutation.AddDirStat(9, new DirStat(1, 4096, 1)));
        assertNull(get(new Item.DirStatOf(9)));

        apply(plan, new Mutation.PutDirStat(9, new DirStat(10, 20, 30)));
        apply(
                plan,
                new Mutation.AddDirStat(9, new DirStat(1, 2, 3)),
                new Mutation.AddDirStat(9, new DirStat(-2, -2, -2)));
        assertEquals(new DirStat(9, 20, 31), get(new Item.DirStatOf(9)));

        apply(plan, new Mutation.AddDirStat(9, new DirStat(5, 5, 5)), new Mutation.PutDirStat(9, DirStat.ZERO));
        assertEquals(DirStat.ZERO, get(new Item.DirStatOf(9)));

        apply(plan, new Mutation.AddDirStat(9, new DirStat(5, 5, 5)), new Mutation.RemoveDirStat(9));
        assertNull(get(new Item.DirStatOf(9)));
    }

    @ParameterizedTest
    @EnumSource(QuotaKey.Kind.class)
    void usageIsKeptOfEachUserAndGroupAndOfLimitedDirectories(QuotaKey.Kind kind) throws FsException {
        QuotaKey key = new QuotaKey(kind, 9);

        apply(new Mutation.AddQuotaUsage(key, 4096, 1));
        apply(new Mutation.AddQuotaUsage(key, 4096, -2));

        Quota expected = kind == QuotaKey.Kind.DIRECTORY ? null : new Quota(-1, -1, 8192, -1);
        assertEquals(expected, get(new Item.QuotaOf(key)));
        apply(new Mutation.RemoveQuota(key));
        assertEquals(List.of(), all(new Scan.Quotas()));
    }

    @ParameterizedTest
    @EnumSource(QuotaKey.Kind.class)
    void quotasAreReadAsWrittenAndTheirUsageIsKept(QuotaKey.Kind kind) throws FsException {
        QuotaKey key = new QuotaKey(kind, 9);
        apply(new Mutation.PutQuota(key, new Quota(1L << 40, -1, 4096, 1)));
        assertEquals(new Quota(1L << 40, -1, 4096, 1), get(new Item.QuotaOf(key)));

        apply(new Mutation.AddQuotaUsage(key, 8192, 2));
        assertEquals(List.of(new Scan.PlacedQuota(key, new Quota(1L << 40, -1, 12_288, 3))), all(new Scan.Quotas()));

        apply(new Mutation.AddQuotaUsage(key, 1, 1), new Mutation.PutQuota(key, new Quota(5, 6, 7, 8)));
        assertEquals(new Quota(5, 6, 7, 8), get(new Item.QuotaOf(key)));
        apply(new Mutation.RemoveQuota(key));
        assertNull(get(new Item.QuotaOf(key)));
    }

    @ParameterizedTest
    @EnumSource(IdKind.class)
    void sequencesAreRaisedAndNeverGoBack(IdKind kind) throws Exception {
        ReadPlan plan = ReadPlan.of(new Item.NextId(kind));
        apply(plan, new Mutation.RaiseNextId(kind, 1L << 33));
        long next = get(new Item.NextId(kind));
        assertTrue(next == 1L << 33 || next == (1L << 33) + 1, () -> "raised to " + next);

        apply(plan, new Mutation.RaiseNextId(kind, 5));
        assertEquals(next, get(new Item.NextId(kind)));
        assertEquals(new IdRange(next, 3), another().allocate(kind, 3));
    }

    private static Mutation.AppendSlice append(int index, Slice slice) {
        return new Mutation.AppendSlice(new ChunkKey(CHUNK.inode(), index), slice, new Outcome<>());
    }

    private void apply(ReadPlan plan, Mutation... mutations) throws FsException {
        apply(engine(), plan, mutations);
    }
}
