package mountagent.volume;

import static mountagent.volume.TestVolume.ROOT_USER;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.XattrMode;

/// Makes random changes to files through the facade and keeps what each of them must then hold.
///
/// Changes happen in directories of its own and to files it is given; names are drawn from a few, so that files are
/// replaced, linked and removed all the time.
public final class RandomChanges {
    private static final int LENGTH_MAX = 400_000;
    private static final int NAMES = 12;

    /// A file and its content; several names may lead to it.
    private static final class Content {
        private byte[] bytes;

        Content(byte[] bytes) {
            this.bytes = bytes;
        }

        void write(int offset, byte[] source) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length, offset + source.length));
            System.arraycopy(source, 0, bytes, offset, source.length);
        }
    }

    private final List<VolumeFs> clients;
    private VolumeFs fs;
    private final SplittableRandom random;
    private final List<Long> directories = new ArrayList<>();
    private final Map<DentryKey, Content> files =
            new TreeMap<>(Comparator.comparingLong(DentryKey::parent).thenComparing(DentryKey::name));
    private final Map<Long, Content> given = new TreeMap<>();

    /// Changes below a new directory `top` of the root.
    public RandomChanges(VolumeFs fs, String top, long seed) throws FsException {
        this(List.of(fs), top, seed);
    }

    /// The same through several clients of the volume by turns: each file is closed before another client opens it.
    public RandomChanges(List<VolumeFs> clients, String top, long seed) throws FsException {
        this.clients = List.copyOf(clients);
        this.fs = clients.getFirst();
        this.random = new SplittableRandom(seed);
        long at = VolumeFs.ROOT;
        for (String name : List.of(top, "deeper", "deepest")) {
            at = fs.mknod(ROOT_USER, new DentryKey(at, FileName.of(name)), NodeSpec.directory(0755))
                    .inode();
            directories.add(at);
        }
    }

    /// Lets the changes also write to a file that was there before.
    public void give(long inode, byte[] content) {
        given.put(inode, new Content(content));
    }

    /// Makes one change.
    public void change() throws FsException {
        fs = clients.get(random.nextInt(clients.size()));
        switch (random.nextInt(12)) {
            case 0, 1 -> create();
            case 2, 3, 4 -> write();
            case 5 -> truncate();
            case 6 -> punch();
            case 7 -> copy();
            case 8 -> rename();
            case 9 -> link();
            case 10 -> unlink();
            default -> setXattr();
        }
    }

    private DentryKey place() {
        long directory = directories.get(random.nextInt(directories.size()));
        return new DentryKey(directory, FileName.of("f" + random.nextInt(NAMES)));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        if (random.nextInt(3) > 0) {
            random.nextBytes(bytes);
        } else {
            Arrays.fill(bytes, (byte) random.nextInt(256));
        }
        return bytes;
    }

    private void create() throws FsException {
        DentryKey at = place();
        if (!files.containsKey(at)) {
            var opened = fs.create(ROOT_USER, at, NodeSpec.file(0644), OpenSpec.READ_WRITE);
            byte[] content = bytes(random.nextInt(LENGTH_MAX));
            fs.write(opened.handle(), 0, MemorySegment.ofArray(content));
            close(opened.handle());
            files.put(at, new Content(content));
        }
    }

    private void close(FileHandle handle) throws FsException {
        fs.flush(handle, 1);
        if (random.nextInt(40) == 0) {
            fs.fsync(handle, SyncMode.DATA_AND_ATTRIBUTES);
        }
        fs.release(handle, 1);
    }

    /// An existing file: one of ours, or one that was given.
    private Map.Entry<Long, Content> any() throws FsException {
        int own = files.size();
        int which = random.nextInt(own + given.size());
        if (which < own) {
            var entry = new ArrayList<>(files.entrySet()).get(which);
            return Map.entry(fs.lookup(ROOT_USER, entry.getKey()).inode(), entry.getValue());
        }
        return new ArrayList<>(given.entrySet()).get(which - own);
    }

    private boolean isEmpty() {
        return files.isEmpty() && given.isEmpty();
    }

    private void write() throws FsException {
        if (isEmpty()) {
            return;
        }
        var file = any();
        FileHandle handle = fs.open(ROOT_USER, file.getKey(), OpenSpec.READ_WRITE);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int offset = random.nextInt(Math.min(LENGTH_MAX, file.getValue().bytes.length + 5000));
            byte[] source = bytes(1 + random.nextInt(60_000));
            fs.write(handle, offset, MemorySegment.ofArray(source));
            file.getValue().write(offset, source);
        }
        check(handle, file.getValue());
        close(handle);
    }

    private void truncate() throws FsException {
        if (!isEmpty()) {
            var file = any();
            int length = random.nextInt(LENGTH_MAX);
            fs.setattr(ROOT_USER, file.getKey(), AttrChange.NONE.withLength(length));
            file.getValue().bytes = Arrays.copyOf(file.getValue().bytes, length);
        }
    }

    private void punch() throws FsException {
        if (!isEmpty()) {
            var file = any();
            int length = file.getValue().bytes.length;
            if (length > 10) {
                int from = random.nextInt(length - 1);
                int to = from + 1 + random.nextInt(length - from - 1);
                FileHandle handle = fs.open(ROOT_USER, file.getKey(), OpenSpec.READ_WRITE);
                fs.allocate(handle, AllocateMode.PUNCH_HOLE, from, to - from);
                Arrays.fill(file.getValue().bytes, from, to, (byte) 0);
                check(handle, file.getValue());
                close(handle);
            }
        }
    }

    private void copy() throws FsException {
        if (isEmpty()) {
            return;
        }
        var source = any();
        var target = any();
        int length = source.getValue().bytes.length;
        if (source.getValue() == target.getValue() || length == 0) {
            return;
        }
        int from = random.nextInt(length);
        int to = random.nextInt(Math.min(LENGTH_MAX, target.getValue().bytes.length + 100));
        FileHandle in = fs.open(ROOT_USER, source.getKey(), OpenSpec.READ);
        FileHandle out = fs.open(ROOT_USER, target.getKey(), OpenSpec.READ_WRITE);
        int copied = (int) fs.copyRange(in, from, out, to, 1 + random.nextInt(length - from));
        byte[] bytes = Arrays.copyOfRange(source.getValue().bytes, from, from + copied);
        target.getValue().write(to, bytes);
        check(out, target.getValue());
        close(in);
        close(out);
    }

    private void rename() throws FsException {
        DentryKey from = place();
        DentryKey to = place();
        Content moved = files.get(from);
        Content replaced = files.get(to);
        if (moved == null || from.equals(to)) {
            return;
        }
        boolean exchanges = replaced != null && random.nextInt(4) == 0;
        fs.rename(ROOT_USER, from, to, exchanges ? Set.of(RenameFlag.EXCHANGE) : Set.of());
        if (moved == replaced) {
            return;
        }
        files.put(to, moved);
        if (exchanges) {
            files.put(from, replaced);
        } else {
            files.remove(from);
        }
    }

    private void link() throws FsException {
        DentryKey from = place();
        DentryKey to = place();
        Content linked = files.get(from);
        if (linked != null && !files.containsKey(to)) {
            fs.link(ROOT_USER, fs.lookup(ROOT_USER, from).inode(), to);
            files.put(to, linked);
        }
    }

    private void unlink() throws FsException {
        DentryKey at = place();
        if (files.remove(at) != null) {
            fs.unlink(ROOT_USER, at);
        }
    }

    private void setXattr() throws FsException {
        if (!isEmpty()) {
            fs.setXattr(
                    ROOT_USER,
                    any().getKey(),
                    FileName.of("user.random"),
                    Bytes.of(bytes(random.nextInt(100))),
                    XattrMode.CREATE_OR_REPLACE);
        }
    }

    /// Compares the length and one random range of an open file.
    private void check(FileHandle handle, Content content) throws FsException {
        int from = random.nextInt(content.bytes.length + 1);
        byte[] target = new byte[70_000];
        int count = fs.read(handle, from, MemorySegment.ofArray(target));
        byte[] expected = Arrays.copyOfRange(content.bytes, from, Math.min(content.bytes.length, from + target.length));
        if (!Arrays.equals(expected, Arrays.copyOf(target, count))) {
            throw new AssertionError("inode " + handle.inode() + " reads back wrong from byte " + from + ": "
                    + count + " bytes, expected " + expected.length + ", first difference at "
                    + Arrays.mismatch(expected, Arrays.copyOf(target, count)));
        }
    }

    /// Compares all files with what they must hold, read through `reader`.
    public void checkAll(VolumeFs reader) throws FsException {
        for (Map.Entry<DentryKey, Content> file : files.entrySet()) {
            checkWhole(reader, reader.lookup(ROOT_USER, file.getKey()).inode(), file.getValue());
        }
        for (Map.Entry<Long, Content> file : given.entrySet()) {
            checkWhole(reader, file.getKey(), file.getValue());
        }
    }

    private static void checkWhole(VolumeFs reader, long inode, Content content) throws FsException {
        FileHandle handle = reader.open(ROOT_USER, inode, OpenSpec.READ);
        byte[] target = new byte[content.bytes.length + 10];
        int count = reader.read(handle, 0, MemorySegment.ofArray(target));
        reader.release(handle, 1);
        int mismatch = Arrays.mismatch(content.bytes, Arrays.copyOf(target, count));
        if (mismatch >= 0) {
            throw new AssertionError("inode " + inode + " has " + count + " bytes, expected " + content.bytes.length
                    + ", first difference at " + mismatch);
        }
    }

    /// The files that were given, by inode.
    public Set<Long> given() {
        return given.keySet();
    }
}
