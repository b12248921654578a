package mountagent.meta.redis;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.meta.Dentry;
import mountagent.meta.Item;
import mountagent.meta.Node;
import org.jspecify.annotations.Nullable;

/// Nodes and entries as they were read, until they change. Thread-safe; never blocks on anything but its own lock.
///
/// A read under way takes a [Ticket] before it asks. What it brings is put only if nothing was said of that record
/// since: else an answer that was on its way while the news of a change came would stay. The news are remembered for
/// each of a fixed number of stripes, so that now and then a record is not kept for another one's sake.
///
/// Misses are not kept: an empty directory has no key, so that nothing would be said of it when it moves to another
/// node of a cluster. Of nodes and of entries each, the least recently used are dropped beyond the limit; none of them
/// is larger than about a kilobyte.
final class CachedRecords {
    private static final int STRIPES = 1 << 12;
    private static final int TAIL_BYTES_MAX = 256;

    /// A read under way: what was known of changes when it began, and when that will have been too long ago.
    record Ticket(long changes, long deadlineNanos) {}

    private record Kept<V>(V value, long deadlineNanos) {}

    private final int recordsMax;
    private final long expiryNanos;
    private final Clock clock;
    private final Lock lock = new ReentrantLock();
    private final Map<Long, Kept<Node>> nodes = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<DentryKey, Kept<Dentry>> dentries = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Long, Set<FileName>> names = new HashMap<>();
    private final long[] changedAt = new long[2 * STRIPES];
    private long emptiedAt;
    private long changes;

    CachedRecords(RedisCaching caching, Clock clock) {
        this.recordsMax = caching.recordsMax();
        this.expiryNanos = caching.expiry().toNanos();
        this.clock = clock;
    }

    /// Whether answers to `item` may be kept.
    static boolean takes(Item<?> item) {
        return item instanceof Item.NodeOf || item instanceof Item.DentryAt;
    }

    /// To be called before the server is asked.
    Ticket ticket() {
        lock.lock();
        try {
            return new Ticket(changes, clock.nanoTime() + expiryNanos);
        } finally {
            lock.unlock();
        }
    }

    /// The answer to `item`, null when it is not known.
    @Nullable
    Object get(Item<?> item) {
        lock.lock();
        try {
            return switch (item) {
                case Item.NodeOf(long inode) -> valid(nodes.get(inode));
                case Item.DentryAt(DentryKey key) -> valid(dentries.get(key));
                default -> null;
            };
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Object valid(@Nullable Kept<?> kept) {
        return kept == null || kept.deadlineNanos() - clock.nanoTime() <= 0 ? null : kept.value();
    }

    /// Keeps the answer to `item` that was read with `ticket`, unless the record may have changed since.
    void put(Item<?> item, @Nullable Object value, Ticket ticket) {
        lock.lock();
        try {
            if (item instanceof Item.NodeOf(long inode) && value instanceof Node node) {
                put(inode, node, ticket);
            } else if (item instanceof Item.DentryAt(DentryKey key) && value instanceof Dentry dentry) {
                put(key, dentry, ticket);
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(long inode, Node node, Ticket ticket) {
        if (isValid(ticket, nodeStripe(inode)) && node.tail().length() <= TAIL_BYTES_MAX) {
            nodes.put(inode, new Kept<>(node, ticket.deadlineNanos()));
            if (nodes.size() > recordsMax) {
                nodes.remove(nodes.keySet().iterator().next());
            }
        }
    }

    private void put(DentryKey key, Dentry dentry, Ticket ticket) {
        if (isValid(ticket, entriesStripe(key.parent())) && key.name().length() <= FileName.LENGTH_MAX) {
            dentries.put(key, new Kept<>(dentry, ticket.deadlineNanos()));
            names.computeIfAbsent(key.parent(), _ -> new HashSet<>()).add(key.name());
            if (dentries.size() > recordsMax) {
                remove(dentries.keySet().iterator().next());
            }
        }
    }

    private void remove(DentryKey key) {
        dentries.remove(key);
        Set<FileName> siblings = names.get(key.parent());
        if (siblings != null) {
            siblings.remove(key.name());
            if (siblings.isEmpty()) {
                names.remove(key.parent());
            }
        }
    }

    private boolean isValid(Ticket ticket, int stripe) {
        return emptiedAt <= ticket.changes() && changedAt[stripe] <= ticket.changes();
    }

    private static int nodeStripe(long inode) {
        return 2 * Math.floorMod(inode, STRIPES);
    }

    private static int entriesStripe(long directory) {
        return nodeStripe(directory) + 1;
    }

    /// Takes note that the node of `inode` has changed, or may have.
    void nodeChanged(long inode) {
        lock.lock();
        try {
            changedAt[nodeStripe(inode)] = ++changes;
            nodes.remove(inode);
        } finally {
            lock.unlock();
        }
    }

    /// Takes note that some entry of `directory` has changed, or may have.
    void entriesChanged(long directory) {
        lock.lock();
        try {
            changedAt[entriesStripe(directory)] = ++changes;
            Set<FileName> all = names.remove(directory);
            if (all != null) {
                all.forEach(name -> dentries.remove(new DentryKey(directory, name)));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Forgets everything, and what reads under way are going to bring.
    void empty() {
        lock.lock();
        try {
            emptiedAt = ++changes;
            nodes.clear();
            dentries.clear();
            names.clear();
        } finally {
            lock.unlock();
        }
    }
}
