package mountagent.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.AclRule;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Dentry;
import mountagent.meta.DirStat;
import mountagent.meta.Durability;
import mountagent.meta.IdKind;
import mountagent.meta.MetaEngine;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.NodeDraft;
import mountagent.meta.Outcome;
import mountagent.meta.ReadPlan;
import mountagent.meta.SessionRecord;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.memory.MemoryEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Breaks a sound little volume in one place at a time: each fault must be found, and nothing else.
class VolumeCheckerTest {
    private static final long DIR = 2;
    private static final long FILE = 3;
    private static final long TWICE = 4;
    private static final long LINK = 5;
    private static final long KEPT = 6;
    private static final long DELETED = 7;
    private static final SliceKey SLICE = new SliceKey(1, 5000);
    private static final DentryKey FILE_PLACE = at(DIR, "file");

    private final MetaEngine engine = new MemoryEngine();

    private static DentryKey at(long parent, String name) {
        return new DentryKey(parent, FileName.of(name));
    }

    private static NodeDraft node(FileType type, long parent, int nlink, long length) {
        return new NodeDraft(type).parent(parent).nlink(nlink).length(length).mode(0755);
    }

    /// The root with a directory, which holds a file, a file with two names and a symbolic link; one file
    /// unlinked and open, one to be deleted; a slice shared by two files, one delayed.
    @BeforeEach
    void makeVolume() throws FsException {
        engine.allocate(IdKind.INODE, 100);
        engine.allocate(IdKind.SLICE, 100);
        engine.allocate(IdKind.SESSION, 5);
        engine.allocate(IdKind.TRASH, 1);
        long hour = Roots.TRASH + 1;
        apply(
                create(Roots.ROOT, node(FileType.DIRECTORY, Roots.ROOT, 3, 4096)),
                create(Roots.TRASH, node(FileType.DIRECTORY, Roots.ROOT, 2, 4096)),
                create(DIR, node(FileType.DIRECTORY, Roots.ROOT, 2, 4096)),
                create(FILE, node(FileType.FILE, DIR, 1, 5000)),
                create(TWICE, node(FileType.FILE, 0, 2, 5000)),
                create(LINK, node(FileType.SYMLINK, DIR, 1, 6)),
                create(KEPT, node(FileType.FILE, DIR, 0, 0)),
                create(hour, node(FileType.DIRECTORY, Roots.TRASH, 2, 4096)),
                new Mutation.CreateDentry(at(Roots.TRASH, "2026-01-01-00"), new Dentry(hour, FileType.DIRECTORY)),
                new Mutation.CreateDentry(at(Roots.ROOT, "dir"), new Dentry(DIR, FileType.DIRECTORY)),
                new Mutation.CreateDentry(FILE_PLACE, new Dentry(FILE, FileType.FILE)),
                new Mutation.CreateDentry(at(DIR, "one"), new Dentry(TWICE, FileType.FILE)),
                new Mutation.CreateDentry(at(Roots.ROOT, "two"), new Dentry(TWICE, FileType.FILE)),
                new Mutation.CreateDentry(at(DIR, "link"), new Dentry(LINK, FileType.SYMLINK)),
                new Mutation.AddParentLink(TWICE, DIR, 1),
                new Mutation.AddParentLink(TWICE, Roots.ROOT, 1),
                new Mutation.CreateSymlink(LINK, Bytes.utf8("target")),
                new Mutation.PutSession(new SessionRecord(1, 1L << 40, Bytes.utf8("{}"))),
                new Mutation.PutSustained(1, KEPT),
                new Mutation.PutDeletedFile(DELETED, 5000, 1),
                append(FILE, Slice.whole(0, SLICE.id(), SLICE.size())),
                append(TWICE, Slice.zeros(10, 20)),
                append(TWICE, Slice.whole(0, SLICE.id(), SLICE.size())),
                append(DELETED, Slice.whole(0, 2, 10)),
                new Mutation.CreateSliceRefs(SLICE, 2),
                new Mutation.CreateSliceRefs(new SliceKey(2, 10), 1),
                new Mutation.CreateSliceRefs(new SliceKey(3, 10), 1),
                new Mutation.PutDelayedSlices(4, 1, List.of(new SliceKey(3, 10))),
                new Mutation.AddCounter(Counter.USED_SPACE, 7 * 4096 + 4096),
                new Mutation.AddCounter(Counter.TOTAL_INODES, 6),
                new Mutation.PutDirStat(Roots.ROOT, new DirStat(5000, 3 * 4096, 2)),
                new Mutation.PutDirStat(DIR, new DirStat(10_000, 5 * 4096, 3)));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static Mutation create(long inode, NodeDraft draft) {
        return new Mutation.CreateNode(inode, draft.done());
    }

    private static Mutation append(long inode, Slice slice) {
        return new Mutation.AppendSlice(new ChunkKey(inode, 0), slice, new Outcome<>());
    }

    private void apply(Mutation... mutations) throws FsException {
        engine.transact(
                ReadPlan.of(),
                transaction -> {
                    for (Mutation mutation : mutations) {
                        transaction.apply(mutation);
                    }
                    return null;
                },
                Durability.COMMITTED);
    }

    private void change(long inode, UnaryOperator<NodeDraft> change) throws FsException {
        Node now = Objects.requireNonNull(VolumeImage.load(engine).node(inode));
        apply(new Mutation.UpdateNode(inode, change.apply(now.edit()).done()));
    }

    private CheckReport check() throws FsException {
        return VolumeChecker.ofMetadata(engine).check();
    }

    /// Exactly one check complains, at `severity`, and says `text`.
    private void assertFound(Severity severity, String check, String text) throws FsException {
        List<Finding> found = check().atLeast(Severity.WARNING);
        assertTrue(
                found.stream()
                        .anyMatch(f -> f.severity() == severity
                                && f.check().equals(check)
                                && f.text().contains(text)),
                () -> "expected " + severity + " " + check + " with '" + text + "', found " + found);
        assertEquals(
                List.of(check), found.stream().map(Finding::check).distinct().toList(), found::toString);
    }

    @Test
    void soundVolumeIsClean() throws FsException {
        CheckReport report = check();
        assertTrue(report.isCleanOf(Severity.WARNING), report::toText);
        assertEquals(8, report.nodes());
        assertEquals(6, report.dentries());
    }

    @Test
    void ruleThatIsNotStoredIsFound() throws FsException {
        change(DIR, node -> node.defaultAcl(3));
        assertFound(Severity.ERROR, "acls", "inode 2 (/dir) names ACL rule 3, which is not stored");
    }

    @Test
    void accessListThatContradictsItsModeIsFound() throws FsException {
        engine.allocate(IdKind.ACL, 1);
        apply(new Mutation.PutAcl(1, new AclRule(7, 4, 5, 5, List.of(), List.of())));
        change(FILE, node -> node.accessAcl(1));
        assertTrue(check().isCleanOf(Severity.WARNING));
        change(FILE, node -> node.mode(0750));
        assertFound(Severity.WARNING, "acls", "the access list of inode 3 (/dir/file) says 755, its mode 750");
    }

    @Test
    void defaultListOfAFileIsFound() throws FsException {
        engine.allocate(IdKind.ACL, 1);
        apply(new Mutation.PutAcl(1, new AclRule(7, 4, 5, 5, List.of(), List.of())));
        change(FILE, node -> node.defaultAcl(1));
        assertFound(Severity.WARNING, "acls", "is no directory");
    }

    @Test
    void entryWithoutNodeIsFound() throws FsException {
        apply(new Mutation.CreateDentry(at(DIR, "gone"), new Dentry(50, FileType.FILE)));
        assertFound(Severity.ERROR, "entries", "inode 50, which does not exist");
    }

    @Test
    void entryOfWrongTypeIsFound() throws FsException {
        apply(new Mutation.ReplaceDentry(FILE_PLACE, new Dentry(FILE, FileType.FIFO)));
        assertFound(Severity.ERROR, "entries", "says FIFO");
    }

    @Test
    void entryInMissingDirectoryIsFound() throws FsException {
        apply(new Mutation.CreateDentry(at(70, "lost"), new Dentry(71, FileType.FILE)));
        assertFound(Severity.ERROR, "entries", "1 entries lie in inode 70, which does not exist; one is 70/lost");
    }

    @Test
    void entryWithBadNameIsFound() throws FsException {
        apply(
                new Mutation.RemoveDentry(FILE_PLACE),
                new Mutation.CreateDentry(at(DIR, "a/b"), new Dentry(FILE, FileType.FILE)));
        assertFound(Severity.ERROR, "entries", "bad name");
    }

    @Test
    void entryBelowFileIsFound() throws FsException {
        apply(
                new Mutation.RemoveDentry(FILE_PLACE),
                new Mutation.CreateDentry(at(TWICE, "file"), new Dentry(FILE, FileType.FILE)));
        List<Finding> found = check().atLeast(Severity.ERROR);
        assertTrue(
                found.stream().anyMatch(f -> f.text().contains("lie in inode 4 (/two), which is a FILE")),
                found::toString);
    }

    @Test
    void wrongLinkCountOfFileIsFound() throws FsException {
        change(FILE, node -> node.nlink(2));
        assertFound(Severity.ERROR, "nodes", "inode 3 (/dir/file) has 1 entries, but a link count of 2");
    }

    @Test
    void wrongLinkCountOfDirectoryIsFound() throws FsException {
        change(Roots.ROOT, node -> node.nlink(2));
        assertFound(Severity.ERROR, "nodes", "inode 1 (/) has 1 directories in it, but a link count of 2");
    }

    @Test
    void wrongParentOfFileIsFound() throws FsException {
        change(FILE, node -> node.parent(Roots.ROOT));
        assertFound(Severity.ERROR, "nodes", "says its parent is 1, but it lies in 2");
    }

    @Test
    void wrongParentOfDirectoryIsFound() throws FsException {
        change(DIR, node -> node.parent(DIR));
        assertFound(Severity.ERROR, "nodes", "says its parent is 2, but it lies in 1");
    }

    @Test
    void wrongCountOfEntriesByDirectoryIsFound() throws FsException {
        apply(new Mutation.AddParentLink(TWICE, DIR, 1));
        assertFound(Severity.ERROR, "nodes", "counts {");
    }

    @Test
    void orphanIsFound() throws FsException {
        apply(new Mutation.RemoveSustained(1, KEPT));
        assertFound(Severity.ERROR, "nodes", "inode 6 (FILE, 0 bytes) has no entry");
    }

    @Test
    void nodeKeptBySessionThatIsGoneIsFound() throws FsException {
        apply(new Mutation.RemoveSession(1));
        assertFound(Severity.ERROR, "nodes", "no session keeps it");
    }

    @Test
    void treeThatIsNotAttachedIsFound() throws FsException {
        apply(
                create(20, node(FileType.DIRECTORY, 21, 3, 4096)),
                create(21, node(FileType.DIRECTORY, 20, 3, 4096)),
                new Mutation.CreateDentry(at(20, "x"), new Dentry(21, FileType.DIRECTORY)),
                new Mutation.CreateDentry(at(21, "y"), new Dentry(20, FileType.DIRECTORY)),
                new Mutation.AddCounter(Counter.USED_SPACE, 2 * 4096),
                new Mutation.AddCounter(Counter.TOTAL_INODES, 2));
        assertFound(Severity.ERROR, "nodes", "has entries, but none that the root leads to");
    }

    @Test
    void symlinkWithoutTargetIsFound() throws FsException {
        apply(new Mutation.RemoveSymlink(LINK));
        assertFound(Severity.ERROR, "nodes", "without a target");
    }

    @Test
    void wrongCountersAreFound() throws FsException {
        apply(new Mutation.AddCounter(Counter.USED_SPACE, 1));
        assertFound(Severity.WARNING, "space", "counter USED_SPACE is 32769, but all nodes add up to 32768");
    }

    @Test
    void wrongStatisticsAreFound() throws FsException {
        apply(new Mutation.AddDirStat(DIR, new DirStat(0, 0, 1)));
        assertFound(Severity.WARNING, "statistics", "inode 2 (/dir)");
    }

    @Test
    void missingStatisticsAreOnlyNoted() throws FsException {
        apply(new Mutation.RemoveDirStat(DIR));
        assertTrue(check().isCleanOf(Severity.WARNING));
        assertTrue(check().findings().stream().anyMatch(f -> f.text().equals("inode 2 (/dir) has no statistics")));
    }

    @Test
    void idAboveSequenceIsFound() throws FsException {
        apply(
                create(5_000_000, node(FileType.FILE, DIR, 1, 0)),
                new Mutation.CreateDentry(at(DIR, "high"), new Dentry(5_000_000, FileType.FILE)),
                new Mutation.AddDirStat(DIR, new DirStat(0, 4096, 1)),
                new Mutation.AddCounter(Counter.USED_SPACE, 4096),
                new Mutation.AddCounter(Counter.TOTAL_INODES, 1));
        assertFound(Severity.ERROR, "ids", "id 5000000 of INODE is in use");
    }

    @Test
    void sliceIdAboveSequenceIsFound() throws FsException {
        apply(
                append(FILE, Slice.whole(0, 9_000_000, 10)),
                new Mutation.CreateSliceRefs(new SliceKey(9_000_000, 10), 1));
        assertFound(Severity.ERROR, "ids", "id 9000000 of SLICE is in use");
    }

    @Test
    void tooFewReferencesAreAnError() throws FsException {
        apply(new Mutation.AddSliceRefs(SLICE, -1, new Outcome<>()));
        assertFound(Severity.ERROR, "slices", "slice 1 (5000 bytes) is referred to 2 times, but counted 1 times");
    }

    @Test
    void tooManyReferencesAreWasteOnly() throws FsException {
        apply(new Mutation.AddSliceRefs(SLICE, 1, new Outcome<>()));
        assertFound(Severity.WARNING, "slices", "would never be deleted");
    }

    @Test
    void uncountedSliceIsFound() throws FsException {
        apply(append(FILE, Slice.whole(0, 9, 10)));
        assertFound(Severity.ERROR, "slices", "slice 9 (10 bytes) is referred to 1 times, but counted 0 times");
    }

    @Test
    void recordBeyondChunkIsFound() throws FsException {
        apply(append(FILE, Slice.zeros(Sizes.CHUNK - 5, 6)));
        assertFound(Severity.ERROR, "slices", "makes no sense");
    }

    @Test
    void recordBeyondSliceIsFound() throws FsException {
        apply(append(FILE, new Slice(0, 1, 5000, 4000, 1001)));
        assertFound(Severity.ERROR, "slices", "makes no sense");
    }

    @Test
    void sliceOfTwoSizesIsFound() throws FsException {
        apply(append(FILE, new Slice(0, 1, 6000, 0, 10)), new Mutation.CreateSliceRefs(new SliceKey(1, 6000), 1));
        assertFound(Severity.ERROR, "slices", "but 5000 elsewhere");
    }

    @Test
    void chunkOfNobodyIsFound() throws FsException {
        apply(append(60, Slice.zeros(0, 10)));
        assertFound(Severity.WARNING, "slices", "neither a file nor to be deleted: it takes space");
    }

    @Test
    void fileThatExistsMayNotBeDeleted() throws FsException {
        apply(new Mutation.PutDeletedFile(FILE, 5000, 1));
        assertFound(Severity.ERROR, "leftovers", "inode 3 (/dir/file) exists with 1 links, but is to be deleted");
    }

    @Test
    void liveCheckReportsWhatStays() throws FsException {
        apply(new Mutation.AddCounter(Counter.USED_SPACE, 1));
        assertEquals(
                1,
                VolumeChecker.ofMetadata(engine)
                        .checkLive()
                        .atLeast(Severity.WARNING)
                        .size());
    }
}
