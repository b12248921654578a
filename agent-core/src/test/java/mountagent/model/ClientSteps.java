package mountagent.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockRange;
import mountagent.meta.Cursor;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.SliceKey;

/// Locks, sessions and what clients do in the background, on both sides.
final class ClientSteps {
    private static final long HOUR = 3600;
    private static final long FOREVER = 1L << 40;

    private final Sides sides;
    private final Set<SliceKey> removed = new HashSet<>();

    ClientSteps(Sides sides) {
        this.sides = sides;
    }

    void flock(MetaOp.Flock op) {
        long inode = sides.pick.file(op.node());
        if (sides.tree.nodes.containsKey(inode)) {
            var real = Sides.ask(() -> sides.store(op.client()).tryFlock(inode, op.owner(), op.mode()));
            boolean taken = sides.locks.flock(inode, new LockModel.Owner(op.client(), op.owner()), op.mode());
            Sides.same("flock taken", real.got(), taken);
        }
    }

    void lock(MetaOp.Lock op) {
        long inode = sides.pick.file(op.node());
        if (sides.tree.nodes.containsKey(inode)) {
            LockRange range = range(op.start(), op.end());
            int pid = 100 + op.owner();
            var real = Sides.ask(() -> sides.store(op.client()).trySetLock(inode, op.owner(), pid, op.mode(), range));
            boolean taken =
                    sides.locks.lock(inode, new LockModel.Owner(op.client(), op.owner()), pid, op.mode(), range);
            Sides.same("lock taken", real.got(), taken);
        }
    }

    private static LockRange range(int start, int end) {
        return new LockRange(start, end < start || end >= LockModel.UNITS ? Long.MAX_VALUE : end);
    }

    void getLock(MetaOp.GetLock op) {
        long inode = sides.pick.file(op.node());
        if (!sides.tree.nodes.containsKey(inode)) {
            return;
        }
        LockRange range = range(op.start(), op.end());
        LockModel.Owner owner = new LockModel.Owner(op.client(), op.owner());
        var real = Sides.ask(() -> sides.store(op.client()).getLock(inode, op.owner(), op.mode(), range));
        var expected = sides.locks.conflict(inode, owner, op.mode(), range);
        Optional<LockConflict> told = real.got();
        Sides.same("a lock stands in the way", told.isPresent(), expected.isPresent());
        if (told.isPresent()) {
            LockConflict conflict = told.get();
            long at = Math.max(range.start(), conflict.range().start());
            LockRange there = new LockRange(at, at);
            Sides.same(
                    "a lock " + conflict + " exists",
                    sides.locks.holds(inode, owner, op.client(), conflict.mode(), conflict.pid(), there),
                    true);
        }
    }

    void endSession(MetaOp.EndSession op) {
        MetaStore store = sides.store(op.client());
        long session = store.session();
        Sides.ask(() -> {
                    if (op.isStale()) {
                        sides.store(1 - op.client()).dropSession(session);
                        store.refreshSession(FOREVER);
                    } else {
                        store.closeSession();
                        store.openSession(Bytes.utf8("{}"), FOREVER);
                    }
                    return true;
                })
                .got();
        sides.locks.drop(op.client());
        List<ModelTree.Holder> held = sides.tree.sustained.stream()
                .filter(holder -> holder.client() == op.client())
                .toList();
        for (ModelTree.Holder holder : held) {
            sides.tree.sustained.remove(holder);
            sides.tree.unnamed.remove(holder);
            sides.names.end(sides.tree.present(holder.inode()));
            sides.touch(holder.inode());
        }
        if (!op.isStale()) {
            sides.tree.open.removeIf(holder -> holder.client() == op.client());
        }
    }

    /// Deletes the data of some deleted files, and of slices that nothing refers to.
    void purge(MetaOp.Purge op) {
        MetaStore store = sides.store(op.client());
        Sides.ask(() -> {
                    for (Scan.DeletedFile file :
                            store.deletedFiles(Long.MAX_VALUE, op.limit()).records()) {
                        Sides.same(
                                "length of deleted inode " + file.inode(),
                                file.length(),
                                sides.tree.deleted.remove(file.inode()));
                        purgeFile(store, file);
                    }
                    List<SliceKey> released = new ArrayList<>();
                    store.releasedSlices(op.limit()).records().forEach(counted -> released.add(counted.slice()));
                    store.forget(released);
                    released.forEach(this::notRemovedBefore);
                    return true;
                })
                .got();
    }

    private void purgeFile(MetaStore store, Scan.DeletedFile file) throws FsException {
        Cursor at = Cursor.START;
        while (at != null) {
            Page<Scan.PlacedChunk> page = store.chunksOf(file.inode(), file.length(), at, 2);
            for (Scan.PlacedChunk chunk : page.records()) {
                List<SliceKey> free = store.release(List.of(chunk.chunk()));
                free.forEach(this::notRemovedBefore);
                store.forget(free);
            }
            at = page.next();
        }
        store.forgetFiles(List.of(file));
    }

    private void notRemovedBefore(SliceKey slice) {
        Sides.same("handed out for deletion before: " + slice, removed.add(slice), true);
    }

    void expireTrash(MetaOp.ExpireTrash op) {
        long before = sides.clock.now().seconds() - (24L * sides.tree.trashDays + 2) * HOUR;
        Sides.ask(() -> sides.store(op.client()).expireTrash(before, 1_000_000)).got();
        sides.trash.expire(op.client(), before, sides.names);
    }

    void expireDelayed(MetaOp.ExpireDelayed op) {
        long before = sides.clock.now().seconds() - 24L * sides.tree.trashDays * HOUR;
        Sides.ask(() -> sides.store(op.client()).expireDelayedSlices(before, 1_000_000))
                .got();
    }

    /// Lets time go by: mostly less than what directory times wait for, now and then hours or days.
    void tick(MetaOp.Tick op) {
        int number = op.time() / 8;
        switch (op.time() % 8) {
            case 0, 1, 2, 3 -> sides.clock.advance(0, number % 60_000_000);
            case 4, 5 -> sides.clock.advance(0, 100_000_000 + number % 1000);
            case 6 -> sides.clock.advance(1 + number % 100, 0);
            default -> sides.clock.advance(number % 10 == 0 ? 24 * HOUR : number % 3 == 0 ? HOUR : 60, 1);
        }
    }
}
