package mountagent.maintenance.dump;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.meta.DirStat;
import mountagent.meta.IdKind;
import mountagent.meta.Inodes;
import mountagent.meta.Node;
import mountagent.meta.Quota;
import mountagent.meta.QuotaKey;
import org.jspecify.annotations.Nullable;

/// What a load adds up while it reads: the ids it has met, the space and inodes in use, the limits of quotas
/// and the use of those who have them.
///
/// Ids go on above every id met and above what the document's counters say, so that none comes again: not
/// even that of a slice whose blocks are still in some cache. The counters count one more than they say,
/// since dumps of Redis hold the last id, those of other engines the next.
final class LoadTotals {
    /// Users, groups and directories with a record of their own.
    private static final int QUOTAS_MAX = 1_000_000;

    private static final long NONE = -1;

    private final IdSet inodes = new IdSet();
    private final IdSet slices = new IdSet();
    private final Map<IdKind, Long> next = new HashMap<>();
    private final Map<Long, Quota> directories = new HashMap<>();
    private final Map<QuotaKey, Quota> owners = new HashMap<>();
    private final Set<Long> unmetDirectories = new HashSet<>();
    private long space;
    private long count;

    /// Notes an inode and says whether it is met for the first time.
    boolean isNewInode(long inode) {
        if (inode > Inodes.TRASH_ROOT) {
            raise(IdKind.TRASH, inode - Inodes.TRASH_ROOT + 1);
        } else if (inode < Inodes.TRASH_ROOT) {
            raise(IdKind.INODE, inode + 1);
        }
        return inodes.add(inode);
    }

    /// Notes a slice and says whether it is met for the first time.
    boolean isNewSlice(long slice) {
        raise(IdKind.SLICE, slice + 1);
        return slices.add(slice);
    }

    /// Lets a sequence go on at `first` or later.
    void raise(IdKind kind, long first) {
        next.merge(kind, first, Math::max);
    }

    /// Where each sequence that was met is to go on.
    Map<IdKind, Long> next() {
        return next;
    }

    /// Notes the limits of a quota.
    void limit(QuotaKey key, long maxSpace, long maxInodes) throws FsException {
        Quota limits = new Quota(maxSpace, maxInodes, 0, 0);
        if (key.kind() == QuotaKey.Kind.DIRECTORY) {
            directories.put(key.id(), limits);
            unmetDirectories.add(key.id());
        } else {
            owners.put(key, limits);
        }
        checkQuotas();
    }

    private void checkQuotas() throws FsException {
        if (directories.size() + owners.size() > QUOTAS_MAX) {
            throw new FsException(Errno.EINVAL, "more than " + QUOTAS_MAX + " quotas and owners of files");
        }
    }

    /// Counts an inode that is no root. `tracksOwners` says that users and groups without limits count too.
    void use(long inode, Node node, boolean tracksOwners) throws FsException {
        DirStat use = useOf(node);
        space += use.space();
        count++;
        if (!Inodes.isTrash(inode)) {
            own(QuotaKey.Kind.USER, node.uid(), use, tracksOwners);
            own(QuotaKey.Kind.GROUP, node.gid(), use, tracksOwners);
        }
    }

    private void own(QuotaKey.Kind kind, int id, DirStat use, boolean tracksOwners) throws FsException {
        QuotaKey key = new QuotaKey(kind, Integer.toUnsignedLong(id));
        Quota known = owners.get(key);
        if (known == null && !tracksOwners) {
            return;
        }
        Quota quota = known == null ? new Quota(NONE, NONE, 0, 0) : known;
        owners.put(key, used(quota, use));
        checkQuotas();
    }

    private static Quota used(Quota quota, DirStat use) {
        return new Quota(
                quota.maxSpace(),
                quota.maxInodes(),
                quota.usedSpace() + use.space(),
                quota.usedInodes() + use.inodes());
    }

    /// What a node adds to its directory.
    static DirStat useOf(Node node) {
        long length = node.type().hasData() ? node.length() : 0;
        return new DirStat(length, Sizes.space(length), 1);
    }

    /// The quota of a directory below which there is `below`, null when it has none.
    @Nullable
    Quota directoryQuota(long directory, DirStat below) {
        Quota limits = directories.get(directory);
        unmetDirectories.remove(directory);
        return limits == null ? null : used(limits, below);
    }

    /// Directories that have a quota and are not in the document.
    Set<Long> unmetDirectories() {
        return unmetDirectories;
    }

    /// The quotas of users and groups.
    Map<QuotaKey, Quota> owners() {
        return owners;
    }

    /// Bytes in use.
    long space() {
        return space;
    }

    /// Inodes in use.
    long inodes() {
        return count;
    }
}
