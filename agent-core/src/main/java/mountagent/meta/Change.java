package mountagent.meta;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.Timestamp;
import org.jspecify.annotations.Nullable;

/// One run of a transaction's function: what it reads, the mutations it leaves, and what they add up to for
/// counters, statistics and quotas. Used by one thread; a function that runs again gets a new one.
final class Change implements MetaReader {
    private final MetaTransaction transaction;
    private final StoreContext context;
    private final Terms terms;
    private final Timestamp now;
    private final Charges charges;

    Change(MetaTransaction transaction, StoreContext context, Terms terms) {
        this.transaction = transaction;
        this.context = context;
        this.terms = terms;
        now = context.now();
        charges = new Charges(context.use(), terms);
    }

    /// The time of the change.
    Timestamp now() {
        return now;
    }

    /// The ACL rules known here.
    AclRules acls() {
        return context.acls();
    }

    /// EACCES unless the caller may do with `node` what `mask` says.
    void check(Caller caller, Node node, int mask) throws FsException {
        Permission.check(context.acls(), caller, node, mask);
    }

    Terms terms() {
        return terms;
    }

    @Override
    public <V extends @Nullable Object> V get(Item<V> item) throws FsException {
        return transaction.get(item);
    }

    void apply(Mutation mutation) {
        transaction.apply(mutation);
    }

    @Nullable
    Node find(long inode) throws FsException {
        return transaction.get(new Item.NodeOf(inode));
    }

    /// The node of an inode; ENOENT.
    Node node(long inode) throws FsException {
        Node node = find(inode);
        if (node == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return node;
    }

    /// The node of a directory; ENOENT, ENOTDIR.
    Node directory(long inode) throws FsException {
        Node node = node(inode);
        if (!node.isDirectory()) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        return node;
    }

    /// The node of a regular file; ENOENT, EISDIR, EINVAL.
    Node file(long inode) throws FsException {
        Node node = node(inode);
        if (!node.isFile()) {
            throw FsException.miss(node.isDirectory() ? Errno.EISDIR : Errno.EINVAL);
        }
        return node;
    }

    /// Leaves `node` as the new node of `inode` and returns it.
    Node update(long inode, Node node) {
        apply(new Mutation.UpdateNode(inode, node));
        return node;
    }

    /// Marks a directory as changed now and adds to its link count. Without a change of links that is left
    /// out while its mtime is fresh, and nothing is ever kept about directories of the trash (reference:
    /// semantics.md §4).
    void touch(long directory, Node seen, int nlinkDelta) {
        if (Inodes.isTrash(directory)) {
            return;
        }
        long age = now.nanosSince(seen.mtime());
        boolean isFresh = age >= 0 && age < context.options().skipDirMtime().toNanos();
        if (nlinkDelta != 0 || !isFresh) {
            apply(new Mutation.TouchDirectory(directory, seen, nlinkDelta, now));
        }
    }

    /// What a node adds to the statistics of its directory.
    static DirStat useOf(Node node) {
        long length = node.type().hasData() ? node.length() : 0;
        return new DirStat(length, Sizes.space(length), 1);
    }

    static DirStat negated(DirStat stat) {
        return new DirStat(-stat.length(), -stat.space(), -stat.inodes());
    }

    /// Charges space and inodes to the volume and to the owner's quotas. EDQUOT of the user's, ENOSPC,
    /// EDQUOT of the group's, in this order (reference: semantics.md §4).
    void charge(Node owner, long spaceDelta, long inodesDelta) throws FsException {
        charge(new QuotaKey(QuotaKey.Kind.USER, Integer.toUnsignedLong(owner.uid())), spaceDelta, inodesDelta);
        charges.toVolume(new DirStat(0, spaceDelta, inodesDelta));
        addToCounters(spaceDelta, inodesDelta);
        charge(new QuotaKey(QuotaKey.Kind.GROUP, Integer.toUnsignedLong(owner.gid())), spaceDelta, inodesDelta);
    }

    /// Counts space and inodes of the volume's own, whatever its limits say: a full volume must still be
    /// able to move things to the trash.
    void count(long spaceDelta, long inodesDelta) {
        charges.toVolumeUnchecked(new DirStat(0, spaceDelta, inodesDelta));
        addToCounters(spaceDelta, inodesDelta);
    }

    private void addToCounters(long spaceDelta, long inodesDelta) {
        if (spaceDelta != 0) {
            apply(new Mutation.AddCounter(Counter.USED_SPACE, spaceDelta));
        }
        if (inodesDelta != 0) {
            apply(new Mutation.AddCounter(Counter.TOTAL_INODES, inodesDelta));
        }
    }

    /// Charges to one quota, if it is counted. EDQUOT when what this change has charged to it so far goes
    /// past a limit by that.
    void charge(QuotaKey key, long spaceDelta, long inodesDelta) throws FsException {
        boolean any = spaceDelta != 0 || inodesDelta != 0;
        if (any && terms.counts(key)) {
            charges.toQuota(key, new DirStat(0, spaceDelta, inodesDelta));
            apply(new Mutation.AddQuotaUsage(key, spaceDelta, inodesDelta));
        }
    }

    /// Adds to the statistics of a directory alone.
    void addStat(long directory, DirStat delta) {
        if (terms.format().dirStats() && directory != Inodes.TRASH_ROOT && !delta.isZero()) {
            apply(new Mutation.AddDirStat(directory, delta));
        }
    }

    /// Adds to the statistics of a directory and to all directory quotas that count what lies in it.
    /// EDQUOT.
    void addTo(long directory, DirStat delta) throws FsException {
        enter(directory, delta, delta);
    }

    /// The same for an entry with what lies below it: `direct` counts in the statistics, `tree` in the
    /// quotas. EDQUOT.
    void enter(long directory, DirStat direct, DirStat tree) throws FsException {
        addStat(directory, direct);
        for (QuotaKey key : quotasOver(directory)) {
            charge(key, tree.space(), tree.inodes());
        }
    }

    /// Moves what an entry adds up to from one directory to another: `direct` counts in their statistics,
    /// `tree` in the quotas that only one of them lies under. EDQUOT.
    void move(long source, long target, DirStat direct, DirStat tree) throws FsException {
        addStat(source, negated(direct));
        addStat(target, direct);
        Set<QuotaKey> left = quotasOver(source);
        Set<QuotaKey> entered = quotasOver(target);
        for (QuotaKey key : left) {
            if (!entered.contains(key)) {
                charge(key, -tree.space(), -tree.inodes());
            }
        }
        for (QuotaKey key : entered) {
            if (!left.contains(key)) {
                charge(key, tree.space(), tree.inodes());
            }
        }
    }

    /// The directory quotas that count what lies in `directory`. None does in the trash: what is there
    /// counts for the volume alone, though the trash root calls the root its parent.
    private Set<QuotaKey> quotasOver(long directory) throws FsException {
        if (!terms.quotas().hasDirectories()) {
            return Set.of();
        }
        Set<QuotaKey> keys = new LinkedHashSet<>();
        for (long above : get(new Item.Ancestors(directory))) {
            QuotaKey key = new QuotaKey(QuotaKey.Kind.DIRECTORY, above);
            if (above == Inodes.TRASH_ROOT) {
                return Set.of();
            }
            if (terms.quotas().has(key)) {
                keys.add(key);
            }
        }
        return keys;
    }

    /// Charges the change of a file's length to the volume, its owner, and each directory that holds it, as
    /// often as it does. The plan must be that of [Terms#resizing]. ENOSPC, EDQUOT.
    void resize(long inode, Node file, long newLength) throws FsException {
        long lengthDelta = newLength - file.length();
        long spaceDelta = Sizes.space(newLength) - Sizes.space(file.length());
        if (spaceDelta != 0) {
            charge(file, spaceDelta, 0);
        }
        if (lengthDelta == 0 || file.nlink() == 0) {
            return;
        }
        if (file.parent() != 0) {
            addTo(file.parent(), new DirStat(lengthDelta, spaceDelta, 0));
        } else if (terms.format().dirStats() || terms.quotas().hasDirectories()) {
            for (Map.Entry<Long, Integer> link :
                    get(new Item.ParentLinks(inode)).entrySet()) {
                int links = link.getValue();
                addTo(link.getKey(), new DirStat(lengthDelta * links, spaceDelta * links, 0));
            }
        }
    }

    /// What this run charges, to be settled or released when its end is known.
    Charges charges() {
        return charges;
    }
}
