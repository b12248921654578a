package mountagent.meta;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import org.jspecify.annotations.Nullable;

/// BSD and POSIX locks of this session, seen by all clients (reference: semantics.md §12). Nothing here waits: a front
/// end that blocks tries again.
final class FileLocks {
    /// As many ranges as one owner may hold on one inode, so that its record stays small.
    private static final int RANGES_MAX = 10_000;

    private final StoreContext context;

    FileLocks(StoreContext context) {
        this.context = context;
    }

    boolean tryFlock(long inode, long token, LockMode mode) throws FsException {
        LockOwner owner = owner(token);
        LockType type = type(mode);
        Item.Flocks item = new Item.Flocks(inode);
        return context.change(context.terms(), ReadPlan.of(item), change -> {
            Map<LockOwner, LockType> locks = change.get(item);
            if (type == null) {
                if (locks.containsKey(owner)) {
                    change.apply(new Mutation.RemoveFlock(inode, owner));
                }
                return true;
            }
            if (isTaken(locks, owner, type)) {
                return false;
            }
            if (locks.get(owner) != type) {
                change.apply(new Mutation.PutFlock(inode, owner, type));
            }
            return true;
        });
    }

    private static boolean isTaken(Map<LockOwner, LockType> locks, LockOwner owner, LockType type) {
        return locks.entrySet().stream()
                .anyMatch(held ->
                        !held.getKey().equals(owner) && (type == LockType.WRITE || held.getValue() == LockType.WRITE));
    }

    boolean trySet(long inode, long token, int pid, LockMode mode, LockRange range) throws FsException {
        checkRange(range);
        LockOwner owner = owner(token);
        LockType type = type(mode);
        Item.PosixLocks item = new Item.PosixLocks(inode);
        return context.change(context.terms(), ReadPlan.of(item), change -> {
            Map<LockOwner, List<PosixLock>> all = change.get(item);
            if (type != null && LockRanges.conflict(all, owner, type, range).isPresent()) {
                return false;
            }
            List<PosixLock> before = all.getOrDefault(owner, List.of());
            List<PosixLock> after = LockRanges.changed(before, type, pid, range);
            if (after.size() > Math.max(RANGES_MAX, before.size())) {
                throw new FsException(
                        Errno.ENOLCK, "inode " + inode + ": an owner holds " + before.size() + " locked ranges");
            }
            if (!after.equals(before)) {
                change.apply(new Mutation.PutPosixLocks(inode, owner, after));
            }
            return true;
        });
    }

    Optional<LockConflict> find(long inode, long token, LockMode mode, LockRange range) throws FsException {
        checkRange(range);
        LockOwner owner = owner(token);
        LockType type = type(mode);
        if (type == null) {
            return Optional.empty();
        }
        Item.PosixLocks item = new Item.PosixLocks(inode);
        Map<LockOwner, List<PosixLock>> all = context.read(ReadPlan.of(item), reader -> reader.get(item));
        return LockRanges.conflict(all, owner, type, range)
                .map(held -> new LockConflict(
                        held.lock().type() == LockType.READ ? LockMode.SHARED : LockMode.EXCLUSIVE,
                        new LockRange(held.lock().start(), held.lock().end()),
                        held.owner().session() == owner.session() ? held.lock().pid() : 0));
    }

    private static void checkRange(LockRange range) throws FsException {
        if (range.start() < 0 || range.end() < range.start()) {
            throw new FsException(
                    Errno.EINVAL, "locked range [" + range.start() + ", " + range.end() + "] is empty or negative");
        }
    }

    private LockOwner owner(long token) throws FsException {
        long session = context.session();
        if (session == 0) {
            throw new FsException(Errno.ENOLCK, "locks need a session, and this client has none");
        }
        return new LockOwner(session, token);
    }

    private static @Nullable LockType type(LockMode mode) {
        return switch (mode) {
            case SHARED -> LockType.READ;
            case EXCLUSIVE -> LockType.WRITE;
            case UNLOCK -> null;
        };
    }
}
