package mountagent.observe;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.base.XattrMode;
import mountagent.volume.DirHandle;
import mountagent.volume.DirSink;
import mountagent.volume.Stat;
import mountagent.volume.VolumeFs;

/// Operations on names, nodes, directories and attributes, observed. Thread-safe.
final class ObservedNodes {
    private final VolumeFs fs;
    private final Observer observer;

    ObservedNodes(VolumeFs fs, Observer observer) {
        this.fs = fs;
        this.observer = observer;
    }

    Stat lookup(Caller caller, DentryKey at) throws FsException {
        return observer.observed(
                Operation.LOOKUP,
                caller,
                () -> fs.lookup(caller, at),
                stat -> "(" + LogText.at(at) + "):" + LogText.entry(stat));
    }

    Stat getattr(Caller caller, long inode) throws FsException {
        return observer.observed(
                Operation.GETATTR,
                caller,
                () -> fs.getattr(caller, inode),
                stat -> "(" + inode + "):" + LogText.entry(stat));
    }

    Stat setattr(Caller caller, long inode, AttrChange change) throws FsException {
        return observer.observed(
                Operation.SETATTR,
                caller,
                () -> fs.setattr(caller, inode, change),
                stat -> "(" + inode + "[0]," + LogText.change(change, false) + "):" + LogText.entry(stat));
    }

    void access(Caller caller, long inode, int mask) throws FsException {
        observer.done(
                Operation.ACCESS,
                caller,
                () -> fs.access(caller, inode, mask),
                () -> "(" + inode + ",0x" + Integer.toHexString(mask).toUpperCase(Locale.ROOT) + ")");
    }

    Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        boolean isDirectory = spec.type() == FileType.DIRECTORY;
        return observer.observed(
                isDirectory ? Operation.MKDIR : Operation.MKNOD,
                caller,
                () -> fs.mknod(caller, at, spec),
                stat -> "(" + LogText.at(at) + "," + LogText.asked(spec.type(), spec.mode())
                        + (isDirectory ? "" : String.format(Locale.ROOT, ",0x%08X", spec.rdev())) + "):"
                        + LogText.entry(stat));
    }

    Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        return observer.observed(
                Operation.SYMLINK,
                caller,
                () -> fs.symlink(caller, at, target),
                stat -> "(" + LogText.at(at) + "," + LogText.bytes(target.toArray()) + "):" + LogText.entry(stat));
    }

    Bytes readlink(Caller caller, long inode) throws FsException {
        return observer.observed(
                Operation.READLINK,
                caller,
                () -> fs.readlink(caller, inode),
                target -> "(" + inode + "): (" + (target == null ? "" : LogText.bytes(target.toArray())) + ")");
    }

    Stat link(Caller caller, long inode, DentryKey to) throws FsException {
        return observer.observed(
                Operation.LINK,
                caller,
                () -> fs.link(caller, inode, to),
                stat -> "(" + inode + "," + LogText.at(to) + "):" + LogText.entry(stat));
    }

    void unlink(Caller caller, DentryKey at) throws FsException {
        observer.done(Operation.UNLINK, caller, () -> fs.unlink(caller, at), () -> "(" + LogText.at(at) + ")");
    }

    void rmdir(Caller caller, DentryKey at) throws FsException {
        observer.done(Operation.RMDIR, caller, () -> fs.rmdir(caller, at), () -> "(" + LogText.at(at) + ")");
    }

    void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException {
        observer.done(
                Operation.RENAME,
                caller,
                () -> fs.rename(caller, from, to, flags),
                () -> "(" + LogText.at(from) + "," + LogText.at(to) + "," + LogText.number(flags) + ")");
    }

    DirHandle opendir(Caller caller, long inode) throws FsException {
        return observer.observed(
                Operation.OPENDIR,
                caller,
                () -> {
                    DirHandle handle = fs.opendir(caller, inode);
                    observer.meter().opened();
                    return new ObservedDirectory(handle, caller, observer.nextHandle());
                },
                open -> "(" + inode + ") [fh:" + (open == null ? 0 : open.number()) + "]");
    }

    void readdir(Caller caller, DirHandle handle, long cookie, VolumeFs.ListDetail detail, DirSink sink)
            throws FsException {
        var counted = new CountedEntries(sink);
        observer.done(
                Operation.READDIR,
                caller,
                () -> fs.readdir(caller, inner(handle), cookie, detail, counted),
                () -> "(" + handle.inode() + ",0," + cookie + "," + (detail == VolumeFs.ListDetail.ATTRIBUTES) + "): ("
                        + counted.count() + ")");
    }

    private static DirHandle inner(DirHandle handle) {
        return handle instanceof ObservedDirectory open ? open.handle() : handle;
    }

    void releasedir(DirHandle handle) {
        long begun = observer.now();
        fs.releasedir(inner(handle));
        observer.meter().released();
        Caller caller = handle instanceof ObservedDirectory open ? open.opener() : Caller.AGENT;
        observer.told(Operation.RELEASEDIR, caller, begun, null, _ -> "(" + handle.inode() + ")", null);
    }

    void fsyncDirectory(long inode) throws FsException {
        observer.done(Operation.FSYNCDIR, Caller.AGENT, () -> fs.fsyncDirectory(inode), () -> "(" + inode + ")");
    }

    Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        return observer.observed(
                Operation.GETXATTR,
                caller,
                () -> fs.getXattr(caller, inode, name),
                value -> "(" + inode + "," + LogText.bytes(name.toArray()) + ",0): ("
                        + (value == null ? 0 : value.length()) + ")");
    }

    void setXattr(
            Caller caller, long inode, FileName name, Bytes value, XattrMode mode, VolumeFs.WriteOption... options)
            throws FsException {
        observer.done(
                Operation.SETXATTR,
                caller,
                () -> fs.setXattr(caller, inode, name, value, mode, options),
                () -> "(" + inode + "," + LogText.bytes(name.toArray()) + "," + value.length() + ","
                        + LogText.number(mode) + ")");
    }

    List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return observer.observed(
                Operation.LISTXATTR,
                caller,
                () -> fs.listXattr(caller, inode),
                names -> "(" + inode + ",0): ("
                        + (names == null
                                ? 0
                                : names.stream()
                                        .mapToInt(name -> name.length() + 1)
                                        .sum())
                        + ")");
    }

    void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        observer.done(
                Operation.REMOVEXATTR,
                caller,
                () -> fs.removeXattr(caller, inode, name),
                () -> "(" + inode + "," + LogText.bytes(name.toArray()) + ")");
    }

    SpaceInfo statfs(long inode) throws FsException {
        return observer.observed(
                Operation.STATFS,
                Caller.AGENT,
                () -> fs.statfs(inode),
                space -> "(" + inode + "): (" + (space == null ? "0,0,0,0" : LogText.space(space)) + ")");
    }
}
