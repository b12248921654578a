package mountagent.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import org.junit.jupiter.api.Test;

/// Clauses on scans: every record once, whatever the size of the pages and whatever changes between them.
public abstract class MetaScanContract extends MetaRecordContract {
    private static final int MANY = 20;

    /// Whether a slice with one reference is listed as one about which something is stored.
    protected boolean listsSlicesWithOneReference() {
        return true;
    }

    @Test
    void scansOfNothingEndAtOnce() throws FsException {
        for (Scan<?> scan : List.<Scan<?>>of(
                new Scan.Directory(1, Scan.Detail.NAMES),
                new Scan.Directory(1, Scan.Detail.NODES),
                new Scan.ChunksOf(1, 1L << 30),
                new Scan.LinksTo(1),
                new Scan.DeletedFiles(Long.MAX_VALUE),
                new Scan.ReleasedSlices(),
                new Scan.DelayedUntil(Long.MAX_VALUE),
                new Scan.Sessions(),
                new Scan.SustainedBy(1),
                new Scan.DetachedNodes(),
                new Scan.LocksOf(1),
                new Scan.Nodes(),
                new Scan.Dentries(),
                new Scan.AllChunks(),
                new Scan.SliceCounts(),
                new Scan.DirStats(),
                new Scan.Quotas(),
                new Scan.Acls(0))) {
            Page<?> page = engine().scan(scan, Cursor.START, 10);
            assertEquals(List.of(), page.records(), scan.toString());
            assertNull(page.next(), scan.toString());
        }
    }

    @Test
    void directoriesAreListedWithAndWithoutNodes() throws FsException {
        Map<FileName, Long> expected = fill(5);
        apply(
                new Mutation.CreateDentry(at(5, "dangling"), new Dentry(999, FileType.FIFO)),
                new Mutation.CreateDentry(at(6, "elsewhere"), new Dentry(998, FileType.FILE)));

        for (int size : new int[] {1, 7, 1000}) {
            Map<FileName, Long> found = new HashMap<>();
            for (Scan.DirEntry entry : all(engine(), new Scan.Directory(5, Scan.Detail.NODES), size)) {
                if (entry.dentry().inode() == 999) {
                    assertNull(entry.node());
                    assertEquals(FileType.FIFO, entry.dentry().type());
                } else {
                    Node node = entry.node();
                    assertNotNull(node);
                    assertEquals(entry.dentry().inode(), node.length());
                    assertNull(found.put(entry.name(), entry.dentry().inode()), "told twice");
                }
            }
            assertEquals(expected, found);
            List<Scan.DirEntry> names = all(engine(), new Scan.Directory(5, Scan.Detail.NAMES), size);
            assertEquals(MANY + 1, names.size());
            assertTrue(names.stream().allMatch(entry -> entry.node() == null));
        }
    }

    @Test
    void listingsStandChangesBetweenTheirPages() throws FsException {
        Map<FileName, Long> expected = fill(5);
        Scan.Directory scan = new Scan.Directory(5, Scan.Detail.NAMES);
        Set<FileName> told = new HashSet<>();
        Cursor next = Cursor.START;
        int page = 0;
        while (next != null) {
            Page<Scan.DirEntry> entries = engine().scan(scan, next, 3);
            for (Scan.DirEntry entry : entries.records()) {
                assertTrue(told.add(entry.name()), "told twice: " + entry.name());
            }
            for (Scan.DirEntry entry : entries.records()) {
                apply(new Mutation.RemoveDentry(new DentryKey(5, entry.name())));
            }
            page++;
            apply(new Mutation.CreateDentry(at(5, "a-new-" + page), new Dentry(5000 + page, FileType.FILE)));
            next = entries.next();
        }

        assertTrue(told.containsAll(expected.keySet()));
    }

    @Test
    void chunksAreListedByFileAndAll() throws FsException {
        for (int i = 0; i < MANY; i++) {
            ChunkKey chunk = new ChunkKey(7 + i % 2, i / 2);
            apply(new Mutation.AppendSlice(chunk, Slice.whole(0, i + 1, 10), new Outcome<>()));
        }

        List<Scan.PlacedChunk> ofOne = all(new Scan.ChunksOf(7, (long) MANY << 26));
        assertEquals(MANY / 2, ofOne.size());
        assertEquals(
                IntStream.range(0, MANY / 2).boxed().collect(Collectors.toSet()),
                ofOne.stream().map(placed -> placed.chunk().index()).collect(Collectors.toSet()));
        assertEquals(List.of(Slice.whole(0, 3, 10)), slicesOf(ofOne, new ChunkKey(7, 1)));
        List<Scan.PlacedChunk> allOfThem = all(new Scan.AllChunks());
        assertEquals(MANY, allOfThem.size());
        assertEquals(List.of(Slice.whole(0, 4, 10)), slicesOf(allOfThem, new ChunkKey(8, 1)));
    }

    @Test
    void nodesAndEntriesAreAllListed() throws FsException {
        Map<FileName, Long> expected = fill(5);

        Map<Long, Node> nodes = new HashMap<>();
        for (Scan.PlacedNode placed : all(new Scan.Nodes())) {
            assertNull(nodes.put(placed.inode(), placed.node()));
        }
        assertEquals(new HashSet<>(expected.values()), nodes.keySet());
        assertEquals(get(new Item.NodeOf(102)), nodes.get(102L));
        Map<FileName, Long> entries = new HashMap<>();
        for (Scan.PlacedDentry placed : all(new Scan.Dentries())) {
            assertEquals(5, placed.key().parent());
            assertNull(entries.put(placed.key().name(), placed.dentry().inode()));
        }
        assertEquals(expected, entries);
    }

    @Test
    void everythingElseIsListedInPages() throws FsException {
        for (int i = 0; i < MANY; i++) {
            LockOwner owner = new LockOwner(3, i);
            apply(
                    new Mutation.PutSession(new SessionRecord(i + 1, i, Bytes.EMPTY)),
                    new Mutation.PutSustained(3, 50 + i),
                    new Mutation.PutDetachedNode(50 + i, 10),
                    new Mutation.PutDeletedFile(50 + i, 1, 10),
                    new Mutation.PutDelayedSlices(i + 1, 10, List.of(new SliceKey(i, 1))),
                    new Mutation.CreateSliceRefs(new SliceKey(200 + i, 1), i % 2),
                    new Mutation.PutDirStat(50 + i, new DirStat(i, i, i)),
                    new Mutation.PutFlock(60 + i, owner, LockType.WRITE),
                    new Mutation.PutPosixLocks(60 + i, owner, List.of(new PosixLock(LockType.READ, 1, 0, 1))));
        }

        assertOnce(MANY, new Scan.Sessions());
        assertOnce(MANY, new Scan.SustainedBy(3));
        assertOnce(MANY, new Scan.DetachedNodes());
        assertOnce(MANY, new Scan.DeletedFiles(10));
        assertOnce(MANY, new Scan.DelayedUntil(10));
        assertOnce(MANY / 2, new Scan.ReleasedSlices());
        assertOnce(listsSlicesWithOneReference() ? MANY : MANY / 2, new Scan.SliceCounts());
        assertOnce(MANY, new Scan.DirStats());
        assertOnce(2 * MANY, new Scan.LocksOf(3));
    }

    private <R> void assertOnce(int count, Scan<R> scan) throws FsException {
        for (int size : new int[] {1, 3, MANY, 1000}) {
            List<R> found = all(engine(), scan, size);
            assertEquals(count, found.size(), scan + " in pages of " + size);
            assertEquals(count, new HashSet<>(found).size(), scan + " in pages of " + size);
        }
    }

    private static List<Slice> slicesOf(List<Scan.PlacedChunk> chunks, ChunkKey chunk) {
        List<Slice> slices = new ArrayList<>();
        for (Scan.PlacedChunk placed : chunks) {
            if (placed.chunk().equals(chunk)) {
                assertNotNull(placed.slices());
                slices.addAll(placed.slices());
            }
        }
        return slices;
    }

    /// Fills a directory with files whose length is their inode.
    private Map<FileName, Long> fill(long directory) throws FsException {
        Map<FileName, Long> names = new HashMap<>();
        for (int i = 0; i < MANY; i++) {
            long inode = 100L + i;
            FileName name = FileName.of("name " + i * 7919 % 100);
            apply(
                    new Mutation.CreateNode(
                            inode, node(FileType.FILE).edit().length(inode).done()),
                    new Mutation.CreateDentry(new DentryKey(directory, name), new Dentry(inode, FileType.FILE)));
            names.put(name, inode);
        }
        return names;
    }
}
