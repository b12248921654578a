package mountagent.maintenance.dump;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.meta.Dentry;
import mountagent.meta.Durability;
import mountagent.meta.Item;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaTransaction;
import mountagent.meta.Mutation;
import mountagent.meta.Node;
import mountagent.meta.ReadPlan;
import org.jspecify.annotations.Nullable;

/// What a load has read and not yet stored: gathered, and stored in one transaction when it is much.
///
/// A file with several names is counted as they come: its node is changed here, or in the store when it is
/// there already.
final class LoadBatch {
    private static final int COUNT_MAX = 1000;
    private static final long BYTES_MAX = 4 << 20;

    private final MetaEngine engine;
    private final Map<Long, Node> created = new LinkedHashMap<>();
    private final Map<Long, List<Long>> linked = new LinkedHashMap<>();
    private final Map<DentryKey, Dentry> dentries = new LinkedHashMap<>();
    private final List<Mutation> mutations = new ArrayList<>();
    private long bytes;

    LoadBatch(MetaEngine engine) {
        this.engine = engine;
    }

    void create(long inode, Node node) {
        created.put(inode, node);
    }

    /// Adds an entry; false when there is one of this name already, as far as it is not stored yet.
    boolean add(DentryKey key, Dentry dentry) {
        return dentries.putIfAbsent(key, dentry) == null;
    }

    void add(Mutation mutation, int size) {
        mutations.add(mutation);
        bytes += size;
    }

    /// Counts one more name, in `parent`, of a file that has been created before.
    void link(long inode, long parent) throws FsException {
        Node node = created.get(inode);
        if (node == null) {
            linked.computeIfAbsent(inode, _ -> new ArrayList<>(1)).add(parent);
        } else {
            created.put(inode, linked(inode, node, List.of(parent), mutations));
        }
    }

    /// The node with one more link for each of `parents`; several parents are counted apart.
    private static Node linked(long inode, @Nullable Node node, List<Long> parents, List<Mutation> mutations)
            throws FsException {
        if (node == null || node.isDirectory()) {
            throw new FsException(
                    Errno.EINVAL, "inode " + inode + " has several names, and under one of them it is a directory");
        }
        if (node.parent() != 0) {
            mutations.add(new Mutation.AddParentLink(inode, node.parent(), 1));
        }
        for (long parent : parents) {
            mutations.add(new Mutation.AddParentLink(inode, parent, 1));
        }
        return node.edit().nlink(node.nlink() + parents.size()).parent(0).done();
    }

    /// Stores everything when it is much.
    void drain() throws FsException {
        int count = created.size() + linked.size() + dentries.size() + mutations.size();
        if (count >= COUNT_MAX || bytes >= BYTES_MAX) {
            store();
        }
    }

    /// Stores everything.
    void store() throws FsException {
        List<Item<?>> items = new ArrayList<>();
        dentries.keySet().forEach(key -> items.add(new Item.DentryAt(key)));
        linked.keySet().forEach(inode -> items.add(new Item.NodeOf(inode)));
        engine.transact(
                ReadPlan.of(items),
                transaction -> {
                    apply(transaction);
                    return items;
                },
                Durability.COMMITTED);
        created.clear();
        linked.clear();
        dentries.clear();
        mutations.clear();
        bytes = 0;
    }

    private void apply(MetaTransaction transaction) throws FsException {
        created.forEach((inode, node) -> transaction.apply(new Mutation.CreateNode(inode, node)));
        for (var entry : dentries.entrySet()) {
            if (transaction.get(new Item.DentryAt(entry.getKey())) != null) {
                throw new FsException(
                        Errno.EINVAL,
                        "directory " + entry.getKey().parent() + " has two entries called '"
                                + entry.getKey().name() + "'");
            }
            transaction.apply(new Mutation.CreateDentry(entry.getKey(), entry.getValue()));
        }
        mutations.forEach(transaction::apply);
        for (var entry : linked.entrySet()) {
            long inode = entry.getKey();
            List<Mutation> links = new ArrayList<>();
            Node node = linked(inode, transaction.get(new Item.NodeOf(inode)), entry.getValue(), links);
            links.forEach(transaction::apply);
            transaction.apply(new Mutation.UpdateNode(inode, node));
        }
    }
}
