package mountagent.powercut;

import static mountagent.volume.TestVolume.ROOT_USER;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.FsException;
import mountagent.meta.ChunkKey;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.SyncMode;
import mountagent.volume.TestVolume;
import org.jspecify.annotations.Nullable;

/// Random changes to the files of a volume, some of them synced, and what a power cut must leave of each.
final class CutVolume {
    private static final int NAMES = 16;
    private static final int LENGTH_MAX = 200_000;

    private final TestVolume volume;
    private final SplittableRandom random;
    private final Map<String, SafeFile> names = new TreeMap<>();
    private final List<SafeFile> all = new ArrayList<>();

    CutVolume(TestVolume volume, SplittableRandom random) {
        this.volume = volume;
        this.random = random;
    }

    /// All files there ever were.
    List<SafeFile> files() {
        return all;
    }

    /// Makes one change.
    void change() throws FsException {
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> create();
            case 3, 4, 5 -> write();
            case 6, 7, 8 -> sync();
            case 9 -> truncate();
            case 10 -> zeroOrCopy();
            case 11 -> rename();
            case 12 -> unlink();
            default -> compact();
        }
    }

    /// Makes sure that a file has been synced a while ago and is now removed, and says whether there was one: its
    /// blocks are then about to be deleted.
    boolean removeSynced() throws FsException {
        for (Map.Entry<String, SafeFile> entry : names.entrySet()) {
            if (entry.getValue().safe() != null && entry.getValue().bytes.length > 0) {
                volume.fs().unlink(ROOT_USER, TestVolume.at(entry.getKey()));
                removed(names.remove(entry.getKey()));
                return true;
            }
        }
        return false;
    }

    private String name() {
        return "f" + random.nextInt(NAMES);
    }

    private byte[] bytes(int bound) {
        byte[] bytes = new byte[1 + random.nextInt(bound)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void create() throws FsException {
        String name = name();
        if (!names.containsKey(name)) {
            var opened = volume.create(name);
            SafeFile file = new SafeFile(opened.stat().inode());
            names.put(name, file);
            all.add(file);
            writeSome(opened.handle(), file);
        }
    }

    private void writeSome(FileHandle handle, SafeFile file) throws FsException {
        for (int i = random.nextInt(3); i >= 0; i--) {
            int offset = random.nextInt(Math.min(LENGTH_MAX, file.bytes.length + 1000));
            byte[] source = bytes(80_000);
            volume.write(handle, offset, source);
            file.write(offset, source);
        }
        if (random.nextInt(4) == 0) {
            volume.fs().fsync(handle, SyncMode.DATA_AND_ATTRIBUTES);
            file.becameSafe();
        }
        volume.close(handle);
    }

    private FileHandle open(SafeFile file) throws FsException {
        return volume.fs().open(ROOT_USER, file.inode, OpenSpec.READ_WRITE);
    }

    private void write() throws FsException {
        SafeFile file = names.get(name());
        if (file != null) {
            writeSome(open(file), file);
        }
    }

    private void sync() throws FsException {
        SafeFile file = names.get(name());
        if (file != null) {
            FileHandle handle = open(file);
            volume.fs().fsync(handle, SyncMode.DATA_ONLY);
            file.becameSafe();
            volume.close(handle);
        }
    }

    private void truncate() throws FsException {
        SafeFile file = names.get(name());
        if (file != null) {
            int length = random.nextInt(LENGTH_MAX);
            volume.fs().setattr(ROOT_USER, file.inode, AttrChange.NONE.withLength(length));
            file.resize(length);
        }
    }

    private void zeroOrCopy() throws FsException {
        SafeFile file = names.get(name());
        SafeFile target = names.get(name());
        if (file == null || target == null || file.bytes.length < 10) {
            return;
        }
        int from = random.nextInt(file.bytes.length - 1);
        int to = from + 1 + random.nextInt(file.bytes.length - from - 1);
        FileHandle source = open(file);
        if (file == target) {
            volume.fs().allocate(source, AllocateMode.ZERO_RANGE, from, to - from);
            file.zero(from, to);
        } else {
            FileHandle goal = open(target);
            int at = random.nextInt(Math.min(LENGTH_MAX, target.bytes.length + 100));
            int copied = (int) volume.fs().copyRange(source, from, goal, at, to - from);
            target.write(at, Arrays.copyOfRange(file.bytes, from, from + copied));
            volume.close(goal);
        }
        volume.close(source);
    }

    private void rename() throws FsException {
        String from = name();
        String to = name();
        SafeFile moved = names.get(from);
        if (moved != null && !from.equals(to)) {
            volume.fs().rename(ROOT_USER, TestVolume.at(from), TestVolume.at(to), Set.of());
            names.remove(from);
            removed(names.put(to, moved));
        }
    }

    private void unlink() throws FsException {
        String name = name();
        if (names.containsKey(name)) {
            volume.fs().unlink(ROOT_USER, TestVolume.at(name));
            removed(names.remove(name));
        }
    }

    private void removed(@Nullable SafeFile file) {
        if (file != null) {
            file.isRemoved = true;
        }
    }

    private void compact() throws FsException {
        SafeFile file = names.get(name());
        if (file != null) {
            boolean _ = volume.data().compactor().compact(new ChunkKey(file.inode, 0));
        }
    }

    /// Reads `length` bytes of a file of a volume that has been opened after a cut.
    static byte[] read(TestVolume after, long inode, int offset, int length) throws FsException {
        byte[] target = new byte[length];
        FileHandle handle = after.fs().open(ROOT_USER, inode, OpenSpec.READ);
        int count = after.fs().read(handle, offset, MemorySegment.ofArray(target));
        after.fs().release(handle, 1);
        return Arrays.copyOf(target, count);
    }
}
