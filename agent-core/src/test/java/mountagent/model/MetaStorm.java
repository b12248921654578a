package mountagent.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.Sizes;
import mountagent.base.XattrMode;
import mountagent.meta.ChunkKey;
import mountagent.meta.Cursor;
import mountagent.meta.Durability;
import mountagent.meta.MetaEngine;
import mountagent.meta.MetaOptions;
import mountagent.meta.MetaStore;
import mountagent.meta.Page;
import mountagent.meta.Scan;
import mountagent.meta.Slice;
import mountagent.meta.SliceKey;

/// Random operations on one client's metadata without a reference: for several threads at once, and for engines that
/// fail. What comes of them is only checked for consistency, at the end.
///
/// Few names and inodes are shared by all, so that operations meet. Thread-safe; each thread brings its randomness.
public final class MetaStorm implements AutoCloseable {
    private static final int NAMES = 12;
    private static final int KNOWN_MAX = 150;
    private static final long FOREVER = 1L << 40;

    private final MetaStore store;
    private final Set<Errno> tolerated;
    private final List<Long> directories = new CopyOnWriteArrayList<>(List.of(ModelTree.ROOT));
    private final List<Long> files = new CopyOnWriteArrayList<>();
    private final Set<Long> open = ConcurrentHashMap.newKeySet();

    /// A client of the volume in `engine`. Failures with an error among `tolerated` are as good as any other answer.
    public MetaStorm(MetaEngine engine, Clock clock, Set<Errno> tolerated) throws FsException {
        this.store = MetaStore.open(engine, MetaOptions.of(clock).withOpenFiles(open::contains));
        this.tolerated = EnumSet.noneOf(Errno.class);
        this.tolerated.addAll(tolerated);
        store.openSession(Bytes.utf8("{}"), FOREVER);
    }

    /// Makes `count` operations. What no operation may answer is thrown.
    public void run(SplittableRandom random, int count) throws FsException {
        for (int i = 0; i < count; i++) {
            try {
                step(random);
            } catch (FsException refused) {
                boolean isOrdinary = refused.errno() != Errno.EIO;
                if (!isOrdinary && !tolerated.contains(refused.errno())) {
                    throw refused;
                }
            }
        }
    }

    private void step(SplittableRandom random) throws FsException {
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> make(random);
            case 3 -> store.symlink(Caller.AGENT, place(random), Bytes.utf8("target"));
            case 4, 5 -> store.link(Caller.AGENT, any(files, random), place(random));
            case 6, 7, 8 -> store.unlink(Caller.AGENT, place(random), random.nextInt(2) * any(files, random));
            case 9 -> store.rmdir(Caller.AGENT, place(random), 0);
            case 10, 11, 12 -> rename(random);
            case 13, 14 -> append(random);
            case 15 -> change(random);
            case 16 -> copy(random);
            case 17 -> openOrClose(random);
            case 18 -> compact(random);
            default -> purge();
        }
    }

    private static long any(List<Long> inodes, SplittableRandom random) {
        Object[] all = inodes.toArray();
        return all.length == 0 ? ModelTree.ROOT : (Long) all[random.nextInt(all.length)];
    }

    private DentryKey place(SplittableRandom random) {
        return new DentryKey(any(directories, random), FileName.of("n" + random.nextInt(NAMES)));
    }

    private void make(SplittableRandom random) throws FsException {
        boolean isDirectory = random.nextInt(4) == 0;
        NodeSpec spec = isDirectory ? NodeSpec.directory(0755) : NodeSpec.file(0644);
        long inode = store.mknod(Caller.AGENT, place(random), spec).inode();
        remember(isDirectory ? directories : files, inode);
    }

    private static void remember(List<Long> inodes, long inode) {
        inodes.add(inode);
        if (inodes.size() > KNOWN_MAX) {
            inodes.remove(1);
        }
    }

    private void rename(SplittableRandom random) throws FsException {
        Set<RenameFlag> flags = switch (random.nextInt(4)) {
            case 0 -> EnumSet.of(RenameFlag.EXCHANGE);
            case 1 -> EnumSet.of(RenameFlag.NO_REPLACE);
            default -> EnumSet.noneOf(RenameFlag.class);
        };
        store.rename(Caller.AGENT, place(random), place(random), flags, 0, any(files, random));
    }

    private void append(SplittableRandom random) throws FsException {
        int length = 1 + random.nextInt(100_000);
        Slice slice = Slice.whole(random.nextInt(Sizes.CHUNK - length), store.newSliceId(), length);
        Durability durability = random.nextInt(50) == 0 ? Durability.POWER_SAFE : Durability.COMMITTED;
        store.append(new ChunkKey(any(files, random), random.nextInt(2)), slice, Clock.SYSTEM.now(), durability);
    }

    private void change(SplittableRandom random) throws FsException {
        long inode = any(files, random);
        switch (random.nextInt(4)) {
            case 0 ->
                store.truncate(
                        Caller.AGENT, inode, random.nextInt(3 * Sizes.CHUNK), MetaStore.TruncateRight.BY_HANDLE, false);
            case 1 -> store.setattr(Caller.AGENT, inode, AttrChange.NONE.withMode(random.nextInt(07777)));
            case 2 -> store.allocate(inode, AllocateMode.ZERO_RANGE, random.nextInt(1000), 1 + random.nextInt(9999));
            default ->
                store.setXattr(
                        Caller.AGENT,
                        inode,
                        FileName.of("user.x"),
                        Bytes.utf8("v" + random.nextInt()),
                        XattrMode.CREATE_OR_REPLACE);
        }
    }

    private void copy(SplittableRandom random) throws FsException {
        long source = any(files, random);
        long target = any(files, random);
        if (source != target) {
            store.copyRange(source, random.nextInt(1000), target, random.nextInt(1000), 1 + random.nextInt(100_000));
        }
    }

    private void openOrClose(SplittableRandom random) throws FsException {
        long inode = any(files, random);
        if (random.nextBoolean()) {
            open.add(inode);
        } else if (open.remove(inode)) {
            Optional<MetaStore.Removed> _ = store.closeUnlinked(inode);
        }
    }

    private void compact(SplittableRandom random) throws FsException {
        ChunkKey chunk = new ChunkKey(any(files, random), 0);
        List<Slice> seen = store.slices(chunk);
        if (seen.size() > 1) {
            int skip = random.nextInt(seen.size() - 1);
            List<Slice> replaced = seen.subList(skip, seen.size());
            int pos = replaced.stream().mapToInt(Slice::pos).min().orElseThrow();
            int end = replaced.stream().mapToInt(Slice::end).max().orElseThrow();
            boolean _ = store.replace(chunk, seen, skip, Slice.whole(pos, store.newSliceId(), end - pos));
        }
    }

    /// Deletes the data of some files, as the housekeeping does.
    private void purge() throws FsException {
        for (Scan.DeletedFile file : store.deletedFiles(Long.MAX_VALUE, 5).records()) {
            Cursor at = Cursor.START;
            while (at != null) {
                Page<Scan.PlacedChunk> page = store.chunksOf(file.inode(), file.length(), at, 10);
                for (Scan.PlacedChunk chunk : page.records()) {
                    store.forget(store.release(List.of(chunk.chunk())));
                }
                at = page.next();
            }
            store.forgetFiles(List.of(file));
        }
        List<SliceKey> released = new ArrayList<>();
        store.releasedSlices(20).records().forEach(counted -> released.add(counted.slice()));
        store.forget(released);
    }

    /// How many files and directories are known by now.
    public int made() {
        return directories.size() + files.size();
    }

    /// Ends the session.
    public void end() throws FsException {
        store.closeSession();
    }

    @Override
    public void close() {
        store.close();
    }
}
