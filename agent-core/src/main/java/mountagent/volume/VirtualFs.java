package mountagent.volume;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.Attr;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.XattrMode;
import org.jspecify.annotations.Nullable;

/// A volume with virtual files in its root (reference: semantics.md §13). Thread-safe.
///
/// # Cost
/// Ordinary names and inodes pay a comparison of one byte or of one number and nothing else.
///
/// # Listing
/// The root lists the virtual files and the trash first. Their cookies are 1, 2, …; the volume's own cookies come
/// after them, moved by their count.
final class VirtualFs extends ForwardingFs {
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final FileName STORED_TRASH = FileName.of(".trash");

    private final VirtualFiles files;
    private final Map<FileName, VirtualName> names = new HashMap<>();
    private final Map<Long, VirtualName> inodes = new HashMap<>();
    private final List<VirtualName> listed;
    private final FileName control;
    private final FileName trash;
    private final int moved;

    VirtualFs(VolumeFs volume, VirtualFiles files) {
        super(volume);
        this.files = files;
        files.files().keySet().forEach(name -> {
            names.put(files.nameOf(name.word()), name);
            inodes.put(name.inode(), name);
        });
        boolean isHidden = files.has(VirtualFiles.Option.HIDDEN);
        listed = isHidden
                ? List.of()
                : List.of(VirtualName.ACCESS_LOG, VirtualName.STATS, VirtualName.CONFIG).stream()
                        .filter(files.files()::containsKey)
                        .toList();
        control = files.nameOf(VirtualName.CONTROL.word());
        trash = files.nameOf("trash");
        moved = isHidden ? 0 : listed.size() + 1;
    }

    // Names

    /// The virtual file behind a name, or null.
    private @Nullable VirtualName find(DentryKey at) {
        FileName name = at.name();
        if (name.length() < 2 || name.at(0) != '.') {
            return null;
        }
        return at.parent() == ROOT || name.equals(control) ? names.get(name) : null;
    }

    /// Where the volume knows a name: the trash is stored under one name and may show under another.
    private DentryKey stored(DentryKey at) throws FsException {
        if (at.parent() != ROOT || at.name().length() < 2 || at.name().at(0) != '.' || trash.equals(STORED_TRASH)) {
            return at;
        }
        if (at.name().equals(STORED_TRASH)) {
            throw FsException.miss(Errno.ENOENT);
        }
        return at.name().equals(trash) ? new DentryKey(ROOT, STORED_TRASH) : at;
    }

    private boolean isKept(DentryKey at) {
        FileName name = at.name();
        boolean isDotted = at.parent() == ROOT && name.length() > 1 && name.at(0) == '.';
        return isDotted && (names.containsKey(name) || name.equals(trash));
    }

    /// EPERM for a name that nobody may take away.
    private void requireOrdinary(DentryKey at) throws FsException {
        if (isKept(at)) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    /// EEXIST for a name that is there already.
    private void requireFree(DentryKey at) throws FsException {
        if (isKept(at)) {
            throw FsException.miss(Errno.EEXIST);
        }
    }

    private static void requireOrdinary(long inode) throws FsException {
        if (VirtualName.isVirtual(inode)) {
            throw FsException.miss(Errno.EPERM);
        }
    }

    @Override
    public Stat lookup(Caller caller, DentryKey at) throws FsException {
        VirtualName found = find(at);
        return found == null ? super.lookup(caller, stored(at)) : stat(found);
    }

    @Override
    public Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        requireFree(at);
        return super.mknod(caller, at, spec);
    }

    @Override
    public Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException {
        requireFree(at);
        return super.create(caller, at, spec, open);
    }

    @Override
    public Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        requireFree(at);
        return super.symlink(caller, at, target);
    }

    @Override
    public Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        requireOrdinary(inode);
        requireOrdinary(to);
        return super.link(caller, inode, to);
    }

    @Override
    public void unlink(Caller caller, DentryKey at) throws FsException {
        requireOrdinary(at);
        super.unlink(caller, at);
    }

    @Override
    public void rmdir(Caller caller, DentryKey at) throws FsException {
        requireOrdinary(at);
        super.rmdir(caller, at);
    }

    @Override
    public void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        requireOrdinary(from);
        requireOrdinary(to);
        super.rename(caller, from, to, flags);
    }

    // Attributes

    private VirtualName virtual(long inode) throws FsException {
        VirtualName name = inodes.get(inode);
        if (name == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return name;
    }

    private VirtualFile file(VirtualName name) throws FsException {
        VirtualFile file = files.files().get(name);
        if (file == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        return file;
    }

    private Stat stat(VirtualName name) throws FsException {
        Attr attr = new Attr(
                name.inode(),
                FileType.FILE,
                name.mode(),
                files.uid(),
                files.gid(),
                1,
                file(name).length(),
                0,
                files.time(),
                files.time(),
                files.time(),
                0);
        return new Stat(attr, true);
    }

    @Override
    public Stat getattr(Caller caller, long inode) throws FsException {
        return VirtualName.isVirtual(inode) ? stat(virtual(inode)) : super.getattr(caller, inode);
    }

    @Override
    public Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        requireOrdinary(inode);
        return super.setattr(caller, inode, change);
    }

    @Override
    public Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException {
        requireOrdinary(handle.inode());
        return super.setattr(caller, handle, change);
    }

    @Override
    public void access(Caller caller, long inode, int mask) throws FsException {
        if (VirtualName.isVirtual(inode)) {
            check(caller, virtual(inode), mask);
        } else {
            super.access(caller, inode, mask);
        }
    }

    private void check(Caller caller, VirtualName name, int mask) throws FsException {
        int shift = caller.uid() == files.uid() ? 6 : caller.isMember(files.gid()) ? 3 : 0;
        if (caller.isChecked() && (name.mode() >> shift & mask) != mask) {
            throw FsException.miss(Errno.EACCES);
        }
    }

    @Override
    public Bytes readlink(Caller caller, long inode) throws FsException {
        if (VirtualName.isVirtual(inode)) {
            throw FsException.miss(Errno.EINVAL);
        }
        return super.readlink(caller, inode);
    }

    @Override
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        if (VirtualName.isVirtual(inode)) {
            throw FsException.miss(Errno.ENODATA);
        }
        return super.getXattr(caller, inode, name);
    }

    @Override
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return VirtualName.isVirtual(inode) ? List.of() : super.listXattr(caller, inode);
    }

    @Override
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, WriteOption... options)
            throws FsException {
        requireOrdinary(inode);
        super.setXattr(caller, inode, name, value, mode, options);
    }

    @Override
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        requireOrdinary(inode);
        super.removeXattr(caller, inode, name);
    }

    // Listing

    @Override
    public void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink)
            throws FsException {
        if (handle.inode() != ROOT || moved == 0) {
            super.readdir(caller, handle, cookie, detail, sink);
            return;
        }
        for (int place = Math.toIntExact(Math.clamp(cookie, 0, moved)); place < moved; place++) {
            if (!give(place, detail, sink)) {
                return;
            }
        }
        super.readdir(
                caller,
                handle,
                Math.max(0, cookie - moved),
                detail,
                (name, inode, type, next, stat) -> sink.entry(name, inode, type, next + moved, stat));
    }

    private boolean give(int place, ListDetail detail, DirSink sink) throws FsException {
        boolean withStat = detail == ListDetail.ATTRIBUTES;
        if (place < listed.size()) {
            VirtualName name = listed.get(place);
            Stat stat = withStat ? stat(name) : null;
            return sink.entry(files.nameOf(name.word()), name.inode(), FileType.FILE, place + 1L, stat);
        }
        Stat stat = trashIfThere();
        return stat == null || sink.entry(trash, stat.inode(), FileType.DIRECTORY, place + 1L, withStat ? stat : null);
    }

    /// The trash; null in a volume that never had one.
    private @Nullable Stat trashIfThere() throws FsException {
        try {
            return super.lookup(Caller.AGENT, new DentryKey(ROOT, STORED_TRASH));
        } catch (FsException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    // Open files

    @Override
    public FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException {
        if (!VirtualName.isVirtual(inode)) {
            return super.open(caller, inode, spec);
        }
        VirtualName name = virtual(inode);
        boolean changes = spec.access().writes() || spec.has(OpenSpec.Option.TRUNCATE);
        if (changes && !name.isWritable()) {
            throw FsException.miss(Errno.EACCES);
        }
        check(caller, name, (spec.access().reads() ? READ : 0) | (changes ? WRITE : 0));
        return new VirtualHandle(inode, spec, file(name).open(caller));
    }

    @Override
    public int read(FileHandle handle, long offset, MemorySegment target) throws FsException {
        if (!(handle instanceof VirtualHandle virtual)) {
            return super.read(handle, offset, target);
        }
        if (!virtual.spec().access().reads()) {
            throw FsException.miss(Errno.EBADF);
        }
        return virtual.content().read(offset, target);
    }

    @Override
    public int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException {
        return handle instanceof VirtualHandle ? -1 : super.tryRead(handle, offset, target);
    }

    @Override
    public int write(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException {
        if (!(handle instanceof VirtualHandle virtual)) {
            return super.write(handle, offset, source, options);
        }
        if (!virtual.spec().access().writes()) {
            throw FsException.miss(Errno.EBADF);
        }
        return virtual.content().write(offset, source);
    }

    @Override
    public int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options)
            throws FsException {
        return handle instanceof VirtualHandle ? -1 : super.tryWrite(handle, offset, source, options);
    }

    @Override
    public void flush(FileHandle handle, long lockOwner) throws FsException {
        if (!(handle instanceof VirtualHandle)) {
            super.flush(handle, lockOwner);
        }
    }

    @Override
    public boolean tryFlush(FileHandle handle, long lockOwner) throws FsException {
        return handle instanceof VirtualHandle || super.tryFlush(handle, lockOwner);
    }

    @Override
    public void fsync(FileHandle handle, SyncMode mode) throws FsException {
        if (!(handle instanceof VirtualHandle)) {
            super.fsync(handle, mode);
        }
    }

    @Override
    public void release(FileHandle handle, long flockOwner) {
        if (handle instanceof VirtualHandle virtual) {
            virtual.content().close();
        } else {
            super.release(handle, flockOwner);
        }
    }

    @Override
    public boolean tryRelease(FileHandle handle, long flockOwner) {
        return !(handle instanceof VirtualHandle) && super.tryRelease(handle, flockOwner);
    }

    @Override
    public void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException {
        requireOrdinary(handle.inode());
        super.allocate(handle, mode, offset, length);
    }

    @Override
    public long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length)
            throws FsException {
        if (from instanceof VirtualHandle) {
            throw FsException.miss(Errno.ENOTSUP);
        }
        requireOrdinary(to.inode());
        return super.copyRange(from, fromOffset, to, toOffset, length);
    }

    @Override
    public long seek(FileHandle handle, long offset, SeekTarget target) throws FsException {
        if (handle instanceof VirtualHandle) {
            throw FsException.miss(Errno.ENXIO);
        }
        return super.seek(handle, offset, target);
    }

    @Override
    public void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException {
        requireOrdinary(handle.inode());
        super.flock(handle, owner, mode, wait);
    }

    @Override
    public void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException {
        requireOrdinary(handle.inode());
        super.setLock(handle, owner, pid, mode, range, wait);
    }

    @Override
    public Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range)
            throws FsException {
        requireOrdinary(handle.inode());
        return super.getLock(handle, owner, mode, range);
    }
}
