package mountagent.tests.interop;

import static mountagent.volume.TestVolume.ROOT_USER;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.meta.ChunkKey;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.TestVolume;
import mountagent.volume.VolumeFs;

/// Our client, through the facade that front ends use.
final class OurClient implements Client {
    private final VolumeFs fs;
    private final TestVolume volume;

    OurClient(TestVolume volume) {
        this.volume = volume;
        this.fs = volume.fs();
    }

    private static FileName name(String latin1) {
        return FileName.of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private DentryKey place(String path) throws FsException {
        int slash = path.lastIndexOf('/');
        return new DentryKey(inode(path.substring(0, slash)), name(path.substring(slash + 1)));
    }

    /// The inode that a path names, links not followed.
    long inode(String path) throws FsException {
        long inode = VolumeFs.ROOT;
        for (var part : path.split("/", -1)) {
            if (!part.isEmpty()) {
                inode = fs.lookup(ROOT_USER, new DentryKey(inode, name(part))).inode();
            }
        }
        return inode;
    }

    @Override
    public void write(String path, long seed, long offset, long length) throws FsException {
        var handle = openOrCreate(path);
        Noise.<FsException>pieces(
                seed,
                length,
                (at, piece, count) -> fs.write(
                        handle, offset + at, MemorySegment.ofArray(piece).asSlice(0, count)));
        volume.close(handle);
    }

    private FileHandle openOrCreate(String path) throws FsException {
        return fs.create(ROOT_USER, place(path), NodeSpec.file(0644), OpenSpec.WRITE)
                .handle();
    }

    @Override
    public FileSum sum(String path) throws FsException {
        try (var held = open(path)) {
            return held.sum();
        }
    }

    @Override
    public Held hold(String path) throws FsException {
        var held = open(path);
        fs.read(held.handle, 0, MemorySegment.ofArray(new byte[10]));
        return held;
    }

    private Open open(String path) throws FsException {
        return new Open(fs.open(ROOT_USER, inode(path), OpenSpec.READ));
    }

    private final class Open implements Held {
        private final FileHandle handle;

        Open(FileHandle handle) {
            this.handle = handle;
        }

        @Override
        public FileSum sum() throws FsException {
            return FileSum.<FsException>of((offset, target) -> fs.read(handle, offset, MemorySegment.ofArray(target)));
        }

        @Override
        public void close() throws FsException {
            volume.close(handle);
        }
    }

    @Override
    public void truncate(String path, long length) throws FsException {
        fs.setattr(ROOT_USER, inode(path), AttrChange.NONE.withLength(length));
    }

    @Override
    public void mkdir(String path) throws FsException {
        fs.mknod(ROOT_USER, place(path), NodeSpec.directory(0755));
    }

    /// Replaces what is at `target`.
    @Override
    public void rename(String source, String target) throws FsException {
        fs.rename(ROOT_USER, place(source), place(target), Set.of());
    }

    /// Gives a file another name.
    void link(String path, String added) throws FsException {
        fs.link(ROOT_USER, inode(path), place(added));
    }

    /// How many names a file has.
    int links(String path) throws FsException {
        return fs.getattr(ROOT_USER, inode(path)).attr().nlink();
    }

    @Override
    public void remove(String path) throws FsException {
        var at = place(path);
        if (fs.lookup(ROOT_USER, at).attr().type() == FileType.DIRECTORY) {
            fs.rmdir(ROOT_USER, at);
        } else {
            fs.unlink(ROOT_USER, at);
        }
    }

    @Override
    public void symlink(String target, String path) throws FsException {
        fs.symlink(ROOT_USER, place(path), Bytes.of(target.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public String readlink(String path) throws FsException {
        return new String(fs.readlink(ROOT_USER, inode(path)).toArray(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public Shown stat(String path) throws FsException {
        var attr = fs.getattr(ROOT_USER, inode(path)).attr();
        var mtime = attr.mtime();
        return new Shown(
                attr.type().name(),
                attr.mode() & 0777,
                attr.length(),
                mtime.seconds() * 1000 + mtime.nanos() / 1_000_000);
    }

    @Override
    public List<String> names(String directory) throws FsException {
        var names = new ArrayList<String>();
        var handle = fs.opendir(ROOT_USER, inode(directory));
        fs.readdir(ROOT_USER, handle, 0, VolumeFs.ListDetail.NAMES, (name, _, _, _, _) -> {
            if (!name.isDots()) {
                names.add(new String(name.toArray(), StandardCharsets.ISO_8859_1));
            }
            return true;
        });
        fs.releasedir(handle);
        return names;
    }

    /// Whether there is something at `path`.
    boolean exists(String path) throws FsException {
        try {
            inode(path);
            return true;
        } catch (FsException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /// How many records the first chunk of a file has.
    int records(String path) throws FsException {
        return volume.meta().slices(new ChunkKey(inode(path), 0)).size();
    }

    /// Merges the records of the first chunk of a file.
    boolean compact(String path) throws FsException {
        return volume.data().compactor().compact(new ChunkKey(inode(path), 0));
    }
}
