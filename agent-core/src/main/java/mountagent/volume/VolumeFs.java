package mountagent.volume;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.base.XattrMode;

/// One volume, seen by inode, as one front end uses it ([Volume#frontEnd]). Every front end uses this and
/// nothing below.
///
/// Operations block (metadata and object servers may be asked), are thread-safe and answer interruption with
/// EINTR where nothing was changed yet. Every operation that changes something has committed it when it
/// returns: it is visible to all and survives the end of the process; [#fsync] and [#fsyncDirectory] make it
/// survive a power cut. The root is inode 1 whatever directory is mounted. Each method names only the errors
/// that are its own; EIO can come from any of them when a server fails. Reference: semantics.md.
public interface VolumeFs {
    /// The inode of the root.
    long ROOT = 1;

    /// Whether look-ups, attributes, listings, links' targets and extended attributes are answered without
    /// waiting for a network, so that a front end may ask for them (and open files) in a thread that must not
    /// wait long.
    boolean answersAtOnce();

    // Names and nodes

    /// The node behind a name. ENOENT when there is none, ENOTDIR, EACCES, ENAMETOOLONG. `.` and `..` are
    /// understood.
    Stat lookup(Caller caller, DentryKey at) throws FsException;

    /// The attributes of an inode. ENOENT.
    Stat getattr(Caller caller, long inode) throws FsException;

    /// Changes attributes and returns them as they are then. EPERM, EACCES, EFBIG, EINVAL, ENOSPC, EDQUOT.
    Stat setattr(Caller caller, long inode, AttrChange change) throws FsException;

    /// The same through an open file: a change of length needs no permission but a handle open for writing
    /// (EACCES).
    Stat setattr(Caller caller, FileHandle handle, AttrChange change) throws FsException;

    /// Whether the caller may access the inode as asked: bits 4 read, 2 write, 1 execute. EACCES when not.
    void access(Caller caller, long inode, int mask) throws FsException;

    /// Makes a node that is no symbolic link. EEXIST, ENOENT, ENOTDIR, EACCES, EPERM, ENOSPC, EDQUOT,
    /// ENAMETOOLONG.
    Stat mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException;

    /// Makes a file, or finds one unless EXCLUSIVE, and opens it.
    Opened create(Caller caller, DentryKey at, NodeSpec spec, OpenSpec open) throws FsException;

    /// Makes a file without a name in `directory`'s file system and opens it (`O_TMPFILE`); [#link] may name
    /// it.
    Opened createUnnamed(Caller caller, long directory, NodeSpec spec, OpenSpec open) throws FsException;

    /// Makes a symbolic link to `target`. EINVAL when that is empty or holds NUL, ENAMETOOLONG past 4095 bytes.
    Stat symlink(Caller caller, DentryKey at, Bytes target) throws FsException;

    /// The target of a symbolic link. EINVAL for any other node.
    Bytes readlink(Caller caller, long inode) throws FsException;

    /// Gives an inode another name. EPERM for a directory, EEXIST.
    Stat link(Caller caller, long inode, DentryKey to) throws FsException;

    /// Removes the name of anything but a directory (EPERM for one).
    void unlink(Caller caller, DentryKey at) throws FsException;

    /// Removes an empty directory. ENOTEMPTY, ENOTDIR.
    void rmdir(Caller caller, DentryKey at) throws FsException;

    /// Moves an entry, over an existing one unless told not to. EEXIST, ENOTEMPTY, ENOTDIR, EISDIR, EINVAL
    /// (into itself).
    void rename(Caller caller, DentryKey from, DentryKey to, Set<RenameFlag> flags) throws FsException;

    // Directories

    /// Opens a directory for listing. ENOTDIR, EACCES.
    DirHandle opendir(Caller caller, long inode) throws FsException;

    /// Hands entries to `sink` from `cookie` (0 for the start, which reads anew) until it refuses one or there
    /// are no more, `.` and `..` first. Memory stays bounded whatever the size of the directory.
    void readdir(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirSink sink) throws FsException;

    /// What [#readdir] gives with each entry.
    enum ListDetail {
        NAMES,
        ATTRIBUTES
    }

    /// Ends a listing.
    void releasedir(DirHandle handle);

    /// Returns once the entries of the directory survive a power cut.
    void fsyncDirectory(long inode) throws FsException;

    // Open files

    /// Opens a file. EACCES, EPERM, EISDIR, EROFS.
    FileHandle open(Caller caller, long inode, OpenSpec spec) throws FsException;

    /// Fills `target` from byte `offset` and returns how many bytes there were: fewer only at the end of the
    /// file, 0 at or past it. EBADF when the handle may not read. Bytes written before through any handle of
    /// this process are seen.
    int read(FileHandle handle, long offset, MemorySegment target) throws FsException;

    /// The same if it can be answered from memory at once; -1 (and nothing done) if it cannot. Never blocks.
    int tryRead(FileHandle handle, long offset, MemorySegment target) throws FsException;

    /// Writes all of `source` at `offset`, or at the end of the file when it was opened with APPEND. Returns
    /// when the bytes are in the agent's memory (with SYNC: when they survive a power cut). EBADF, EFBIG,
    /// ENOSPC, EDQUOT, and whatever an earlier write of the file failed with.
    int write(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException;

    /// The same if all that is to be done is to copy the bytes into the agent's memory, and there is room; -1
    /// (and nothing done) if not. Never waits.
    int tryWrite(FileHandle handle, long offset, MemorySegment source, WriteOption... options) throws FsException;

    /// What a write may ask for.
    enum WriteOption {
        /// Drop the set-user-ID and set-group-ID bits, as for an unprivileged writer.
        DROP_SET_IDS,
        /// Of an access ACL: drop the set-group-ID bit, as for somebody outside the file's group.
        DROP_SET_GROUP_ID
    }

    /// What close(2) means: all bytes written to the inode are committed when it returns, and what an earlier
    /// write of it failed with is thrown. Drops the POSIX locks of `lockOwner`.
    void flush(FileHandle handle, long lockOwner) throws FsException;

    /// The same if nothing is pending for the inode and `lockOwner` has no POSIX lock on it; false (and nothing
    /// done) if there may be. Never waits: most files are closed so.
    boolean tryFlush(FileHandle handle, long lockOwner) throws FsException;

    /// Returns once all bytes written to the inode survive a power cut.
    void fsync(FileHandle handle, SyncMode mode) throws FsException;

    /// Ends a handle; whatever is still pending is committed, errors are logged. `flockOwner` as in [#flock].
    void release(FileHandle handle, long flockOwner);

    /// The same if it can be done in memory alone; false (and nothing done) if it cannot. Never waits.
    boolean tryRelease(FileHandle handle, long flockOwner);

    /// Reserves or zeroes a range. ENOTSUP, EINVAL, EFBIG, EPERM.
    void allocate(FileHandle handle, AllocateMode mode, long offset, long length) throws FsException;

    /// Copies up to `length` bytes between files by sharing their slices and returns how many. EINVAL when the
    /// ranges of one file overlap.
    long copyRange(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length) throws FsException;

    /// The next offset at or after `offset` that holds data, or a hole (the end counts as one). ENXIO past the
    /// end.
    long seek(FileHandle handle, long offset, SeekTarget target) throws FsException;

    // Extended attributes, space

    /// The value of an extended attribute. ENODATA.
    Bytes getXattr(Caller caller, long inode, FileName name) throws FsException;

    /// Sets an extended attribute. EEXIST, ENODATA by mode, ERANGE when too long, ENOTSUP for names kept from
    /// users and for ACLs in a volume without them, EINVAL for an ACL that is not understood.
    void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode, WriteOption... options)
            throws FsException;

    /// The names of the extended attributes.
    List<FileName> listXattr(Caller caller, long inode) throws FsException;

    /// Removes an extended attribute. ENODATA.
    void removeXattr(Caller caller, long inode, FileName name) throws FsException;

    /// Size and use of the volume as seen from `inode`: the nearest directory with a quota, itself
    /// included, says what is in use, and no more is free than each quota above leaves. Without quotas it is
    /// the whole volume. Never fails for a server that is away, nor for an inode that is gone: it tells the
    /// last known values of the volume.
    SpaceInfo statfs(long inode) throws FsException;

    // Locks

    /// Takes, changes or drops a BSD lock. EAGAIN with TRY when another holds it, EINTR.
    void flock(FileHandle handle, long owner, LockMode mode, LockWait wait) throws FsException;

    /// Takes or drops a POSIX lock on a range. EAGAIN with TRY when another holds it, EINTR.
    void setLock(FileHandle handle, long owner, int pid, LockMode mode, LockRange range, LockWait wait)
            throws FsException;

    /// The first lock that would stand in the way of `mode` on `range`, if any.
    Optional<LockConflict> getLock(FileHandle handle, long owner, LockMode mode, LockRange range) throws FsException;

    // Events

    /// Tells `listener` of changes that others than this front end make, until the result is closed.
    Subscription subscribe(ChangeListener listener);

    /// Ends a subscription.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
