package mountagent.maintenance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import mountagent.base.DentryKey;
import mountagent.base.FsException;
import mountagent.base.Progress;
import mountagent.meta.Cursor;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.Node;
import mountagent.meta.Page;
import mountagent.meta.ReadPlan;
import mountagent.meta.Scan;
import org.jspecify.annotations.Nullable;

/// The tree of a volume as one pass over its metadata found it, and a way to the rest of the metadata.
///
/// The pass takes no snapshot: on a volume in use, what changes meanwhile may look wrong (see
/// [VolumeChecker#checkLive]). Immutable once loaded.
public final class VolumeImage {
    private static final int PAGE = 10_000;
    private static final int BATCH = 500;
    private static final int DEPTH_MAX = 10_000;

    private final MetaEngine engine;
    private final Map<Long, Node> nodes = new TreeMap<>();
    private final Map<Long, List<DentryKey>> links = new HashMap<>();
    private final Map<Long, List<Scan.PlacedDentry>> children = new HashMap<>();
    private final Map<Long, Long> sustained = new HashMap<>();
    private final Map<Long, Scan.DeletedFile> deleted = new HashMap<>();
    private final Set<Long> detached = new HashSet<>();
    private final Set<Long> attached = new HashSet<>();
    private final Set<Long> inDetachedTrees = new HashSet<>();
    private long dentryCount;

    private VolumeImage(MetaEngine engine) {
        this.engine = engine;
    }

    /// Reads the tree of the volume behind `engine`.
    static VolumeImage load(MetaEngine engine) throws FsException {
        return load(engine, Progress.NONE.count("read"));
    }

    /// The same; `read` counts inodes and entries.
    static VolumeImage load(MetaEngine engine, Progress.Count read) throws FsException {
        VolumeImage image = new VolumeImage(engine);
        image.forEach(new Scan.Nodes(), found -> {
            image.nodes.put(found.inode(), found.node());
            read.add(1);
        });
        image.forEach(new Scan.Dentries(), found -> {
            image.addDentry(found);
            read.add(1);
        });
        List<Long> sessions = new ArrayList<>();
        image.forEach(new Scan.Sessions(), session -> sessions.add(session.id()));
        for (long session : sessions) {
            image.forEach(new Scan.SustainedBy(session), kept -> image.sustained.put(kept.inode(), kept.session()));
        }
        image.forEach(new Scan.DeletedFiles(Long.MAX_VALUE), file -> image.deleted.put(file.inode(), file));
        image.forEach(new Scan.DetachedNodes(), node -> image.detached.add(node.inode()));
        image.reach(List.of(Roots.ROOT, Roots.TRASH), image.attached);
        image.reach(image.detached, image.inDetachedTrees);
        return image;
    }

    private void addDentry(Scan.PlacedDentry found) {
        if (links(found.dentry().inode()).contains(found.key())) {
            return; // a scan may repeat itself
        }
        dentryCount++;
        children.computeIfAbsent(found.key().parent(), _ -> new ArrayList<>()).add(found);
        links.computeIfAbsent(found.dentry().inode(), _ -> new ArrayList<>(1)).add(found.key());
    }

    /// Adds to `seen` what can be reached from `roots` by entries.
    private void reach(Collection<Long> roots, Set<Long> seen) {
        Deque<Long> open = new ArrayDeque<>(roots);
        seen.addAll(roots);
        while (!open.isEmpty()) {
            for (Scan.PlacedDentry child : children(open.remove())) {
                if (seen.add(child.dentry().inode())) {
                    open.add(child.dentry().inode());
                }
            }
        }
    }

    /// The engine, for what the image does not hold.
    MetaEngine engine() {
        return engine;
    }

    /// All nodes by inode, ascending.
    public Map<Long, Node> nodes() {
        return nodes;
    }

    /// The node of an inode, or null.
    public @Nullable Node node(long inode) {
        return nodes.get(inode);
    }

    /// The entries of a directory.
    public List<Scan.PlacedDentry> children(long directory) {
        return children.getOrDefault(directory, List.of());
    }

    /// The directories that have entries, whether or not they exist.
    Set<Long> parents() {
        return children.keySet();
    }

    /// The places of an inode.
    public List<DentryKey> links(long inode) {
        return links.getOrDefault(inode, List.of());
    }

    /// Whether a session that is registered keeps the inode alive.
    public boolean isSustained(long inode) {
        return sustained.containsKey(inode);
    }

    /// The inodes that sessions keep alive, each with one such session.
    Map<Long, Long> sustained() {
        return sustained;
    }

    /// The files whose data is to be deleted, by inode.
    public Map<Long, Scan.DeletedFile> deletedFiles() {
        return deleted;
    }

    /// Whether entries lead from a root to the inode.
    public boolean isAttached(long inode) {
        return attached.contains(inode);
    }

    /// Whether the inode belongs to a tree that is being copied.
    public boolean isDetached(long inode) {
        return inDetachedTrees.contains(inode);
    }

    /// Whether any tree is being copied: counters may then be behind.
    boolean hasDetachedTrees() {
        return !detached.isEmpty();
    }

    long dentryCount() {
        return dentryCount;
    }

    /// Calls `consumer` with every record of a scan.
    public <R> void forEach(Scan<R> scan, Consumer<R> consumer) throws FsException {
        Cursor at = Cursor.START;
        while (at != null) {
            Page<R> page = engine.scan(scan, at, PAGE);
            page.records().forEach(consumer);
            at = page.next();
        }
    }

    /// Reads items of one kind in batches and hands each answer to `consumer` with what it was asked about.
    public <K, V extends @Nullable Object> void readEach(
            Collection<K> keys, Function<K, Item<V>> item, BiConsumer<K, V> consumer) throws FsException {
        List<K> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += BATCH) {
            List<K> batch = all.subList(from, Math.min(all.size(), from + BATCH));
            List<Item<V>> items = batch.stream().map(item).toList();
            engine.read(ReadPlan.of(items), reader -> {
                for (int i = 0; i < items.size(); i++) {
                    consumer.accept(batch.get(i), reader.get(items.get(i)));
                }
                return null;
            });
        }
    }

    /// How findings call an inode: its number and one of its paths.
    public String name(long inode) {
        return "inode " + inode + " (" + path(inode) + ")";
    }

    /// One path of an inode; `?` stands for what no entry leads to.
    public String path(long inode) {
        if (inode == Roots.ROOT) {
            return "/";
        }
        Deque<String> parts = new ArrayDeque<>();
        long at = inode;
        while (at != Roots.ROOT && at != Roots.TRASH && parts.size() < DEPTH_MAX) {
            List<DentryKey> places = links(at);
            if (places.isEmpty()) {
                parts.push("?");
                break;
            }
            parts.push(places.getFirst().name().toString());
            at = places.getFirst().parent();
        }
        return (at == Roots.TRASH ? "/.trash/" : "/") + String.join("/", parts);
    }
}
