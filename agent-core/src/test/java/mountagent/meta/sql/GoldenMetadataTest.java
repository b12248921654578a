package mountagent.meta.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.golden.GoldenVolume;
import mountagent.meta.AclRule;
import mountagent.meta.ChunkKey;
import mountagent.meta.Counter;
import mountagent.meta.Cursor;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.Item;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.meta.VolumeFormat;
import mountagent.meta.XattrKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// The metadata of volumes that the official client made, read through the engine alone.
class GoldenMetadataTest {
    private static final long ROOT = 1;
    private static final FileName CLONED = FileName.of("cloned");
    private static final long TRASH_ROOT = 0x7FFFFFFF10000000L;

    static final List<String> NAMES = GoldenVolume.ON_SQLITE;

    private static final Map<String, GoldenVolume> VOLUMES = new HashMap<>();

    @BeforeAll
    static void unpack(@TempDir Path folder) throws Exception {
        for (String name : NAMES) {
            VOLUMES.put(name, GoldenVolume.unpack(name, folder));
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyEntryIsReadAsTheOfficialMountShowedIt(String name) throws Exception {
        GoldenVolume volume = Objects.requireNonNull(VOLUMES.get(name));
        try (SqlEngine engine = open(volume)) {
            Map<FileName, Long> tree = tree(engine);
            for (GoldenVolume.Entry entry : volume.entries()) {
                Long inode = tree.remove(entry.path());
                assertNotNull(inode, () -> "lacks " + entry.path());
                compare(engine, entry, inode);
            }
            assertEquals(Map.of(), tree, "more than the manifest has");
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void countersAndReferencesAgreeWithAFullScan(String name) throws Exception {
        GoldenVolume volume = Objects.requireNonNull(VOLUMES.get(name));
        try (SqlEngine engine = open(volume)) {
            Map<Long, Node> nodes = nodes(engine);
            long space = 0;
            long inodes = 0;
            for (Map.Entry<Long, Node> entry : nodes.entrySet()) {
                if (entry.getKey() != ROOT && entry.getKey() != TRASH_ROOT) {
                    inodes++;
                    space += entry.getValue().isFile()
                            ? Sizes.space(entry.getValue().length())
                            : Sizes.SPACE_UNIT;
                }
            }
            assertEquals(space, get(engine, new Item.CounterOf(Counter.USED_SPACE)));
            assertEquals(inodes, get(engine, new Item.CounterOf(Counter.TOTAL_INODES)));
            assertEquals(references(engine), counts(engine));
            long highest = nodes.keySet().stream()
                    .filter(i -> i < TRASH_ROOT)
                    .max(Long::compare)
                    .orElseThrow();
            assertTrue(get(engine, new Item.NextId(IdKind.INODE)) > highest);
            boolean hasTrash = VolumeFormat.parse(setting(engine)).trashDays() > 0;
            assertEquals(hasTrash ? 2 : 1, get(engine, new Item.NextId(IdKind.TRASH)));
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void settingSurvivesUnchanged(String name) throws Exception {
        GoldenVolume volume = Objects.requireNonNull(VOLUMES.get(name));
        try (SqlEngine engine = open(volume)) {
            String document = setting(engine);
            assertEquals(document, VolumeFormat.parse(document).document());
            assertEquals("golden-" + name, VolumeFormat.parse(document).name());
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void statisticsOfDirectoriesAgreeWithTheirChildren(String name) throws Exception {
        GoldenVolume volume = Objects.requireNonNull(VOLUMES.get(name));
        try (SqlEngine engine = open(volume)) {
            Map<Long, Node> nodes = nodes(engine);
            Map<Long, DirStat> sums = new HashMap<>();
            Map<Long, FileName> names = new HashMap<>();
            for (Scan.PlacedDentry placed : all(engine, new Scan.Dentries())) {
                Node node = nodes.get(placed.dentry().inode());
                assertNotNull(node);
                long length = node.isFile() ? node.length() : 0;
                long space = node.isFile() ? Sizes.space(length) : Sizes.SPACE_UNIT;
                names.put(placed.dentry().inode(), placed.key().name());
                sums.merge(placed.key().parent(), new DirStat(length, space, 1), DirStat::plus);
            }
            int compared = 0;
            for (Scan.PlacedDirStat stored : all(engine, new Scan.DirStats())) {
                if (stored.directory() < TRASH_ROOT) {
                    DirStat sum = sums.getOrDefault(stored.directory(), DirStat.ZERO);
                    // The official clone counts a directory's own length too.
                    DirStat clones = new DirStat(
                            names.getOrDefault(stored.directory(), FileName.SELF)
                                            .equals(CLONED)
                                    ? 4096
                                    : 0,
                            0,
                            0);
                    assertEquals(sum.plus(clones), stored.stat(), () -> "directory " + stored.directory());
                    compared++;
                }
            }
            assertTrue(compared > 10);
        }
    }

    private static String setting(SqlEngine engine) throws FsException {
        return Objects.requireNonNull(get(engine, new Item.Setting()));
    }

    private static SqlEngine open(GoldenVolume volume) throws FsException {
        return SqlEngine.open(SqliteLocation.of(volume.metaDb()), SqlOptions.of(SqlOptions.Access.READ_WRITE));
    }

    /// All paths outside the trash with their inodes; the root is `.`.
    private static Map<FileName, Long> tree(SqlEngine engine) throws FsException {
        Map<FileName, Long> tree = new HashMap<>();
        tree.put(FileName.SELF, ROOT);
        collect(engine, ROOT, "", tree);
        return tree;
    }

    private static void collect(SqlEngine engine, long directory, String path, Map<FileName, Long> tree)
            throws FsException {
        for (Scan.DirEntry entry : all(engine, new Scan.Directory(directory, Scan.Detail.NODES))) {
            Node node = entry.node();
            assertNotNull(node, () -> "no node of " + entry.name());
            assertEquals(node.type(), entry.dentry().type());
            String name = new String(entry.name().toArray(), StandardCharsets.ISO_8859_1);
            tree.put(
                    FileName.of((path + name).getBytes(StandardCharsets.ISO_8859_1)),
                    entry.dentry().inode());
            if (node.isDirectory()) {
                collect(engine, entry.dentry().inode(), path + name + "/", tree);
            }
        }
    }

    private static void compare(SqlEngine engine, GoldenVolume.Entry entry, long inode) throws FsException {
        String path = entry.path().toString();
        Node node = get(engine, new Item.NodeOf(inode));
        assertNotNull(node);
        assertEquals(entry.inode(), inode, path);
        assertEquals(entry.mode(), typeBits(node.type()) | node.mode(), path);
        assertEquals(entry.uid(), node.uid(), path);
        assertEquals(entry.gid(), node.gid(), path);
        assertEquals(entry.nlink(), node.nlink(), path);
        assertEquals(entry.mtime(), node.mtime(), path);
        boolean hasSize = node.isFile() || node.isDirectory() || node.type() == FileType.SYMLINK;
        assertEquals(hasSize ? entry.size() : 0, hasSize ? node.length() : 0, path);
        assertEquals(entry.rdevMajor() << 8 | entry.rdevMinor(), node.rdev(), path);
        assertEquals(entry.target(), get(engine, new Item.SymlinkOf(inode)), path);
        compareXattrs(engine, entry, inode, node);
        compareLinks(engine, inode, node, path);
        compareChunks(engine, inode, node, path);
    }

    /// ACLs are not among the stored attributes: the node names their rules.
    private static void compareXattrs(SqlEngine engine, GoldenVolume.Entry entry, long inode, Node node)
            throws FsException {
        String path = entry.path().toString();
        Map<FileName, Bytes> xattrs = new HashMap<>(entry.xattrs());
        compareAcl(engine, xattrs.remove(FileName.of("system.posix_acl_access")), node.accessAcl(), path);
        compareAcl(engine, xattrs.remove(FileName.of("system.posix_acl_default")), node.defaultAcl(), path);
        assertEquals(xattrs.keySet(), new HashSet<>(get(engine, new Item.XattrNames(inode))), path);
        for (var xattr : xattrs.entrySet()) {
            assertEquals(xattr.getValue(), get(engine, new Item.XattrOf(new XattrKey(inode, xattr.getKey()))), path);
        }
    }

    private static void compareAcl(SqlEngine engine, @Nullable Bytes shown, int id, String path) throws FsException {
        assertEquals(shown == null, id == 0, path);
        if (shown != null) {
            AclRule rule = get(engine, new Item.AclOf(id));
            assertNotNull(rule, path);
            int entries = (shown.length() - 4) / 8;
            assertEquals(entries, 4 + rule.namedCount(), path);
        }
    }

    private static void compareLinks(SqlEngine engine, long inode, Node node, String path) throws FsException {
        if (!node.isDirectory()) {
            Map<Long, Integer> links = get(engine, new Item.ParentLinks(inode));
            assertEquals(node.nlink(), links.values().stream().mapToInt(i -> i).sum(), path);
            Set<Long> named = new HashSet<>();
            all(engine, new Scan.LinksTo(inode)).forEach(key -> named.add(key.parent()));
            assertEquals(links.keySet(), named, path);
        } else {
            List<Long> way = get(engine, new Item.Ancestors(inode));
            assertEquals(inode, way.getFirst(), path);
            assertEquals(ROOT, way.getLast(), path);
        }
    }

    /// Records are whole, and none shows a byte past the end of a file that was never cut.
    private static void compareChunks(SqlEngine engine, long inode, Node node, String path) throws FsException {
        List<Scan.PlacedChunk> chunks = all(engine, new Scan.ChunksOf(inode, node.length()));
        assertTrue(node.isFile() || chunks.isEmpty(), path);
        for (Scan.PlacedChunk placed : chunks) {
            assertNotNull(placed.slices(), path);
            ChunkKey chunk = placed.chunk();
            assertEquals(placed.slices(), get(engine, new Item.SlicesOf(chunk)), path);
            for (Slice slice : placed.slices()) {
                assertTrue(
                        slice.end() <= Sizes.CHUNK && (slice.isZeros() || slice.off() + slice.len() <= slice.size()));
            }
        }
    }

    private static Map<SliceKey, Long> references(SqlEngine engine) throws FsException {
        Map<SliceKey, Long> references = new HashMap<>();
        for (Scan.PlacedChunk placed : all(engine, new Scan.AllChunks())) {
            assertNotNull(placed.slices());
            for (Slice slice : placed.slices()) {
                if (!slice.isZeros()) {
                    references.merge(new SliceKey(slice.id(), slice.size()), 1L, Long::sum);
                }
            }
        }
        return references;
    }

    private static Map<SliceKey, Long> counts(SqlEngine engine) throws FsException {
        Map<SliceKey, Long> counts = new HashMap<>();
        for (Scan.CountedSlice counted : all(engine, new Scan.SliceCounts())) {
            assertNull(counts.put(counted.slice(), counted.refs()));
            assertEquals(counted.refs(), get(engine, new Item.SliceRefs(counted.slice())));
        }
        return counts;
    }

    private static Map<Long, Node> nodes(SqlEngine engine) throws FsException {
        Map<Long, Node> nodes = new HashMap<>();
        all(engine, new Scan.Nodes()).forEach(placed -> nodes.put(placed.inode(), placed.node()));
        return nodes;
    }

    /// All records, in pages whose size is no divisor of anything.
    private static <R> List<R> all(SqlEngine engine, Scan<R> scan) throws FsException {
        List<R> records = new ArrayList<>();
        Cursor next = Cursor.START;
        while (next != null) {
            Page<R> page = engine.scan(scan, next, 37);
            assertTrue(page.records().size() <= 37
                    && (page.next() == null || !page.records().isEmpty()));
            records.addAll(page.records());
            next = page.next();
        }
        return records;
    }

    private static <V extends @Nullable Object> V get(SqlEngine engine, Item<V> item) throws FsException {
        return engine.read(ReadPlan.of(item), reader -> reader.get(item));
    }

    private static int typeBits(FileType type) {
        return switch (type) {
            case FILE -> 0100000;
            case DIRECTORY -> 0040000;
            case SYMLINK -> 0120000;
            case FIFO -> 0010000;
            case BLOCK_DEVICE -> 0060000;
            case CHARACTER_DEVICE -> 0020000;
            case SOCKET -> 0140000;
        };
    }
}
