package mountagent.maintenance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.block.BlockFormat;
import mountagent.block.BlockKey;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.MetaStore;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import org.jspecify.annotations.Nullable;

/// Checks the entries of a directory one by one: the node behind each, and of files the records and the
/// blocks.
///
/// What looks wrong is looked at once more before it is told, since the volume may be in use.
final class FileCheck {
    private static final int PAGE = 100;

    private final MetaStore meta;
    private final ObjectStore store;
    private final BlockFormat format;
    private final Findings findings;
    private final BlockTally tally;
    private final @Nullable BlockReading reading;
    /// Files of several links whose data has been looked at: each counts once.
    private final Set<Long> linked = new HashSet<>();

    /// With `reading`, blocks are read too.
    FileCheck(
            MetaStore meta,
            ObjectStore store,
            BlockFormat format,
            @Nullable BlockReading reading,
            Findings findings,
            BlockTally tally) {
        this.reading = reading;
        this.meta = meta;
        this.store = store;
        this.format = format;
        this.findings = findings;
        this.tally = tally;
    }

    /// An entry of type directory: its node is looked at when its turn comes, but here it is seen where it
    /// lies.
    void checkDirectoryEntry(long parent, String path, Scan.DirEntry entry) throws FsException {
        Node node = entry.node();
        if (node != null && node.parent() != parent && isStill(parent, entry)) {
            findings.error(
                    entry.dentry().inode(),
                    "inode " + entry.dentry().inode() + " (" + path + ") says its parent is " + node.parent()
                            + ", but it lies in " + parent);
        }
    }

    /// Entries of other types in the directory `parent`, which is at `path`.
    void check(long parent, String path, List<Scan.DirEntry> entries) throws FsException {
        List<Scan.DirEntry> counted = new ArrayList<>();
        for (Scan.DirEntry entry : entries) {
            String name = "inode " + entry.dentry().inode() + " (" + (path.equals("/") ? "" : path) + "/" + entry.name()
                    + ")";
            Node node = entry.node();
            String problem = problem(parent, name, entry);
            if (!problem.isEmpty()) {
                if (isStill(parent, entry)) {
                    findings.error(entry.dentry().inode(), problem);
                }
                continue;
            }
            if (node != null && node.parent() == 0) {
                counted.add(entry);
            }
            if (node != null
                    && node.isFile()
                    && node.length() > 0
                    && isNew(entry.dentry().inode(), node)) {
                checkData(entry.dentry().inode(), name, node.length());
            }
        }
        checkCounted(parent, counted);
    }

    private boolean isNew(long inode, Node node) {
        return node.nlink() == 1 || linked.add(inode);
    }

    private static String problem(long parent, String name, Scan.DirEntry entry) {
        Node node = entry.node();
        FileType type = entry.dentry().type();
        if (node == null) {
            return name + " is listed as a " + type + ", but does not exist: its attributes are lost";
        }
        if (node.type() != type) {
            return name + " is listed as a " + type + ", but is a " + node.type();
        }
        if (node.nlink() < 1) {
            return name + " is listed, but has a link count of " + node.nlink();
        }
        if (node.parent() != 0 && node.parent() != parent) {
            return name + " says its parent is " + node.parent() + ", but it lies in " + parent;
        }
        return "";
    }

    /// Whether the entry and its node are still as they were listed.
    private boolean isStill(long parent, Scan.DirEntry entry) throws FsException {
        Item.DentryAt dentry = new Item.DentryAt(new DentryKey(parent, entry.name()));
        Item.NodeOf node = new Item.NodeOf(entry.dentry().inode());
        return meta.engine().read(ReadPlan.of(dentry, node), reader -> {
            Node now = reader.get(node);
            Node then = entry.node();
            boolean isSame = then == null ? now == null : then.equals(now);
            Dentry there = reader.get(dentry);
            return isSame && there != null && there.equals(entry.dentry());
        });
    }

    /// Files of several links count them by directory.
    private void checkCounted(long parent, List<Scan.DirEntry> entries) throws FsException {
        for (Scan.DirEntry entry : entries) {
            long inode = entry.dentry().inode();
            Item.DentryAt dentry = new Item.DentryAt(new DentryKey(parent, entry.name()));
            Item.ParentLinks links = new Item.ParentLinks(inode);
            Item.NodeOf node = new Item.NodeOf(inode);
            meta.engine().read(ReadPlan.of(dentry, links, node), reader -> {
                Dentry there = reader.get(dentry);
                Node now = reader.get(node);
                Map<Long, Integer> told = reader.get(links);
                long sum = told.values().stream().mapToLong(Integer::longValue).sum();
                if (now == null || there == null || there.inode() != inode || now.parent() != 0) {
                    return told;
                }
                if (!told.containsKey(parent) || sum != now.nlink()) {
                    findings.error(
                            inode,
                            "inode " + inode + " lies in " + parent + " and has " + now.nlink()
                                    + " links, but counts them by directory as " + told);
                }
                return told;
            });
        }
    }

    private void checkData(long inode, String name, long length) throws FsException {
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.PlacedChunk> page = meta.chunksOf(inode, length, at, PAGE);
            for (Scan.PlacedChunk chunk : page.records()) {
                checkChunk(inode, name, chunk);
            }
            at = page.next();
        }
    }

    private void checkChunk(long inode, String name, Scan.PlacedChunk chunk) throws FsException {
        String where = "chunk " + chunk.chunk().index() + " of " + name;
        List<Slice> slices = chunk.slices();
        if (slices == null) {
            findings.error(inode, where + " is corrupt: its value is no list of records");
            return;
        }
        Map<SliceKey, Integer> uses = new LinkedHashMap<>();
        for (Slice slice : slices) {
            if (!SliceCheck.isSound(slice)) {
                findings.error(inode, where + " holds a record that makes no sense: " + slice);
            } else if (!slice.isZeros()) {
                tally.used(slice.size());
                uses.merge(new SliceKey(slice.id(), slice.size()), 1, Integer::sum);
            }
        }
        checkReferences(inode, where, chunk.chunk(), uses);
        for (SliceKey slice : uses.keySet()) {
            checkBlocks(inode, where, chunk.chunk(), slice);
        }
    }

    /// Nothing may be counted as referred to less often than this chunk alone does.
    private void checkReferences(long inode, String where, ChunkKey chunk, Map<SliceKey, Integer> uses)
            throws FsException {
        List<Item.SliceRefs> items =
                uses.keySet().stream().map(Item.SliceRefs::new).toList();
        List<SliceKey> few = meta.engine().read(ReadPlan.of(items), reader -> {
            List<SliceKey> found = new ArrayList<>();
            for (Item.SliceRefs item : items) {
                if (reader.get(item) < uses.getOrDefault(item.slice(), 0)) {
                    found.add(item.slice());
                }
            }
            return found;
        });
        for (SliceKey slice : few) {
            if (isUsed(chunk, slice)) {
                findings.error(
                        inode,
                        "slice " + slice.id() + " of " + where
                                + " is counted less often than it is referred to: its data would be deleted too early");
            }
        }
    }

    private void checkBlocks(long inode, String where, ChunkKey chunk, SliceKey slice) throws FsException {
        int blockSize = format.blockSizeBytes();
        for (int index = 0; index < BlockKey.count(slice.size(), blockSize); index++) {
            BlockKey block = BlockKey.at(slice.id(), slice.size(), index * blockSize, blockSize);
            Optional<ObjectInfo> object = head(block.objectKey(format));
            if (object.isPresent()) {
                tally.found(object.get().size());
            }
            if (object.isEmpty() && isUsed(chunk, slice)) {
                tally.lost(inode, block.length());
                findings.error(inode, "can't find block " + block.objectKey(format) + ", which belongs to " + where);
            } else if (object.isPresent()
                    && !BlockCheck.canBe(block, object.get().size(), format)) {
                findings.error(
                        inode,
                        "object " + block.objectKey(format) + " of " + where + " has "
                                + object.get().size() + " bytes, which is no block of " + block.length()
                                + " bytes with compression " + format.compression());
            } else if (object.isPresent() && reading != null) {
                String problem = reading.problem(block);
                if (!problem.isEmpty() && isUsed(chunk, slice)) {
                    findings.error(inode, problem + "; it belongs to " + where);
                }
            }
        }
    }

    private Optional<ObjectInfo> head(String key) throws FsException {
        try {
            return store.head(key);
        } catch (ObjectStoreException e) {
            throw new FsException(Errno.EIO, "object " + key + " cannot be looked at: " + e.getMessage(), e);
        }
    }

    /// Whether the chunk still refers to the slice: else it was replaced meanwhile.
    private boolean isUsed(ChunkKey chunk, SliceKey slice) throws FsException {
        return meta.slices(chunk).stream().anyMatch(now -> now.id() == slice.id() && now.size() == slice.size());
    }
}
