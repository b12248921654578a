package mountagent.meta;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import mountagent.base.AllocateMode;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.Clock;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.base.SpaceInfo;
import mountagent.base.Timestamp;
import mountagent.base.XattrMode;
import org.jspecify.annotations.Nullable;

/// The metadata of one volume with all its semantics, over any engine (reference: semantics.md).
///
/// Thread-safe; methods block while the engine does. Each change is one transaction, committed and visible to all when
/// the method returns ([Durability#COMMITTED]); [#barrier()] makes everything so far survive a power cut. Any method
/// may fail with what the engine fails with (EIO), and changes with EROFS when the store is read-only. Permission bits
/// are checked for callers that ask for it ([Caller.Checks#CORE]); what no kernel knows (flags of nodes, the trash,
/// quotas) is always checked.
public final class MetaStore implements SliceLog, AutoCloseable {
    /// A node and its number.
    public record Placed(long inode, Node node) {}

    /// What the removal of a name did to the inode behind it: `unlinked` when no link is left and nobody here has it
    /// open, so that its data (`length` bytes) is to be deleted; `sustained` when this session keeps it alive.
    public record Removed(long inode, long length, boolean unlinked, boolean sustained) {}

    /// What a rename moved, and what it removed, if anything.
    public record Renamed(long moved, @Nullable Removed replaced) {}

    /// How many bytes a copy shared, and the target as it is then; null when nothing was to be done.
    public record Copied(long length, @Nullable Node target) {}

    /// Whether a truncation needs permission, or was allowed when its handle was opened.
    public enum TruncateRight {
        CHECKED,
        BY_HANDLE
    }

    /// Reads the setting of the volume in `engine`. ENOENT when it holds none; ENOTSUP when the volume is too new for
    /// this client or refuses it; EIO when the setting is not understood.
    public static MetaStore open(MetaEngine engine, MetaOptions options) throws FsException {
        throw pending();
    }

    /// Makes a volume in a store that holds none (EEXIST): tables, setting, root, trash root, counters (reference:
    /// volume-format.md §10).
    public static void format(MetaEngine engine, VolumeFormat format, Clock clock) throws FsException {
        throw pending();
    }

    /// Changes the setting of a volume under the rules of volume-format.md §2.4 and returns it as stored: EINVAL names
    /// the member that may not differ; the UUID stays.
    public static VolumeFormat update(MetaEngine engine, VolumeFormat format, Clock clock) throws FsException {
        throw pending();
    }

    /// The setting as last read.
    public VolumeFormat format() {
        throw new IllegalStateException();
    }

    /// Reads the setting, the quotas and the counters anew, as each heartbeat does. ESTALE when the volume is gone or
    /// another one is in its place.
    public void reload() throws FsException {
        throw pending();
    }

    /// The node behind a name; `.` and `..` are understood. ENOENT, ENOTDIR, EACCES, ENAMETOOLONG.
    public Placed lookup(Caller caller, DentryKey at) throws FsException {
        throw pending();
    }

    /// The node of an inode. ENOENT.
    public Node node(long inode) throws FsException {
        throw pending();
    }

    /// Whether the caller may access the inode: bits 4 read, 2 write, 1 execute. EACCES when not.
    public void access(Caller caller, long inode, int mask) throws FsException {
        throw pending();
    }

    /// Changes everything in `change` but the length, and ctime. EPERM, EACCES.
    public Node setattr(Caller caller, long inode, AttrChange change) throws FsException {
        throw pending();
    }

    /// Makes a file longer or shorter; what appears reads as zeros. EISDIR, EINVAL, EPERM, EACCES, EFBIG, ENOSPC,
    /// EDQUOT.
    public Node truncate(Caller caller, long inode, long length, TruncateRight right, boolean dropSetIds)
            throws FsException {
        throw pending();
    }

    /// Drops the set-user-ID and set-group-ID bits as a write by an unprivileged writer does.
    public Node dropSetIds(long inode) throws FsException {
        throw pending();
    }

    /// Moves the time of access, after a read, if the atime mode says so.
    public void touchAtime(long inode) throws FsException {
        throw pending();
    }

    /// Makes a node of any type but a symbolic link. EEXIST, ENOENT, ENOTDIR, EACCES, EPERM, EINVAL, ENAMETOOLONG,
    /// ENOSPC, EDQUOT.
    public Placed mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        throw pending();
    }

    /// Makes a file without a name, kept alive by this session until its last close here or until [#link] names it.
    public Placed createUnnamed(Caller caller, long directory, NodeSpec spec) throws FsException {
        throw pending();
    }

    /// Makes a symbolic link. EINVAL when the target is empty or holds NUL, ENAMETOOLONG past 4095 bytes, and as
    /// [#mknod].
    public Placed symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        throw pending();
    }

    /// The target of a symbolic link. ENOENT, EINVAL for any other node.
    public Bytes readlink(long inode) throws FsException {
        throw pending();
    }

    /// Gives an inode another name and returns it as it is then. EPERM for a directory, and as [#mknod].
    public Node link(Caller caller, long inode, DentryKey to) throws FsException {
        throw pending();
    }

    /// Removes the name of anything but a directory (EPERM for one). `believed` is the inode the caller believes
    /// behind the name, 0 for no belief: a wrong one costs a round trip and nothing else.
    public Removed unlink(Caller caller, DentryKey at, long believed) throws FsException {
        throw pending();
    }

    /// Removes an empty directory. ENOTEMPTY, ENOTDIR, EINVAL for `.`. `believed` as in [#unlink].
    public Removed rmdir(Caller caller, DentryKey at, long believed) throws FsException {
        throw pending();
    }

    /// Moves an entry, over an existing one unless told not to. EINVAL into itself, ENOTEMPTY, ENOTDIR, EISDIR,
    /// EEXIST. Beliefs as in [#unlink].
    public Renamed rename(
            Caller caller,
            DentryKey from,
            DentryKey to,
            Set<RenameFlag> flags,
            long believedSource,
            long believedTarget)
            throws FsException {
        throw pending();
    }

    /// Whether a file may be opened as asked, and its node. EACCES, EPERM, EISDIR, EROFS.
    public Node checkOpen(
            Caller caller,
            long inode,
            boolean reads,
            boolean writes,
            boolean executes,
            boolean appends,
            boolean truncates)
            throws FsException {
        throw pending();
    }

    /// Whether a directory may be listed, and its node. ENOTDIR, EACCES.
    public Node opendir(Caller caller, long inode) throws FsException {
        throw pending();
    }

    /// One page of a directory, without `.` and `..`.
    public Page<Scan.DirEntry> list(long directory, Scan.Detail detail, Cursor from, int limit) throws FsException {
        throw pending();
    }

    /// Tells that the last handle here of an inode is closed: when this session kept it alive, it goes, and its data
    /// is to be deleted. Costs nothing for all other inodes.
    public Optional<Removed> closeUnlinked(long inode) throws FsException {
        throw pending();
    }

    /// Makes a range part of the file or zero, as `mode` says. EINVAL, EFBIG, EPIPE for a FIFO, EPERM, ENOSPC, EDQUOT.
    public Node allocate(long inode, AllocateMode mode, long offset, long length) throws FsException {
        throw pending();
    }

    /// Copies a range by sharing its slices: all of it, or a first part (4 GiB at a time). EINVAL when ranges of one
    /// file overlap or one is no file, EPERM, EFBIG, ENOSPC, EDQUOT.
    public Copied copyRange(long source, long sourceOffset, long target, long targetOffset, long length)
            throws FsException {
        throw pending();
    }

    /// The value of an extended attribute. ENODATA, EACCES.
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        throw pending();
    }

    /// Sets an extended attribute. EEXIST, ENODATA by mode; ERANGE when name or value is too long; EPERM, EACCES,
    /// ENOTSUP for ACLs.
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode) throws FsException {
        throw pending();
    }

    /// The names of the extended attributes.
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        throw pending();
    }

    /// Removes an extended attribute. ENODATA, EPERM, EACCES.
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        throw pending();
    }

    /// Size and use of the volume. Never fails: tells the last known values when the engine does.
    public SpaceInfo space() {
        throw new IllegalStateException();
    }

    /// Takes, changes or drops the BSD lock of `owner` (the front end's token); false when another stands in the way.
    public boolean tryFlock(long inode, long owner, LockMode mode) throws FsException {
        throw pending();
    }

    /// Takes, changes or drops POSIX locks of `owner` on a range; false when another stands in the way.
    public boolean trySetLock(long inode, long owner, int pid, LockMode mode, LockRange range) throws FsException {
        throw pending();
    }

    /// The first lock of another owner that would stand in the way.
    public Optional<LockConflict> getLock(long inode, long owner, LockMode mode, LockRange range) throws FsException {
        throw pending();
    }

    /// This client's session, 0 before [#openSession].
    public long session() {
        throw new IllegalStateException();
    }

    /// Registers this client until `expireSeconds` (Unix time); `info` as the format has it (meta-redis.md §4).
    public void openSession(Bytes info, long expireSeconds) throws FsException {
        throw pending();
    }

    /// Prolongs the registration; writes it anew when somebody took it for stale.
    public void refreshSession(long expireSeconds) throws FsException {
        throw pending();
    }

    /// Ends the registration with its locks and the inodes it keeps alive.
    public void closeSession() throws FsException {
        throw pending();
    }

    /// All registered clients.
    public List<SessionRecord> sessions() throws FsException {
        throw pending();
    }

    /// Removes a session with its locks and the inodes it keeps alive, and returns those that are gone with it.
    public List<Removed> dropSession(long session) throws FsException {
        throw pending();
    }

    /// Files whose data is to be deleted, if they were deleted at or before `untilSeconds`.
    public Page<Scan.DeletedFile> deletedFiles(long untilSeconds, int limit) throws FsException {
        throw pending();
    }

    /// Slices that nothing refers to any more.
    public Page<Scan.CountedSlice> releasedSlices(int limit) throws FsException {
        throw pending();
    }

    /// Whether this client may run a job now: once each `periodSeconds` one client may.
    public boolean claim(Counter job, long nowSeconds, long periodSeconds) throws FsException {
        throw pending();
    }

    /// Removes what the trash has held since before `beforeSeconds`, oldest first, at most `limit` entries, and
    /// returns how many it removed.
    public int expireTrash(long beforeSeconds, int limit) throws FsException {
        throw pending();
    }

    /// Releases slices that compactions replaced before `beforeSeconds`: at most `limit` compactions; how many it did.
    public int expireDelayedSlices(long beforeSeconds, int limit) throws FsException {
        throw pending();
    }

    /// The engine below.
    public MetaEngine engine() {
        throw new IllegalStateException();
    }

    @Override
    public List<Slice> slices(ChunkKey chunk) throws FsException {
        throw pending();
    }

    @Override
    public long newSliceId() throws FsException {
        throw pending();
    }

    @Override
    public Commit append(ChunkKey chunk, Slice slice, Timestamp time, Durability durability) throws FsException {
        throw pending();
    }

    @Override
    public boolean replace(ChunkKey chunk, List<Slice> seen, int skip, Slice compacted) throws FsException {
        throw pending();
    }

    @Override
    public List<SliceKey> release(ChunkKey chunk) throws FsException {
        throw pending();
    }

    @Override
    public void forget(List<SliceKey> slices) throws FsException {
        throw pending();
    }

    @Override
    public Page<Scan.PlacedChunk> chunksOf(long inode, long length, Cursor from, int limit) throws FsException {
        throw pending();
    }

    @Override
    public void forgetFile(long inode, long length) throws FsException {
        throw pending();
    }

    @Override
    public void barrier() throws FsException {
        throw pending();
    }

    /// Ends background work; the engine stays open, it belongs to whoever made it.
    @Override
    public void close() {}

    private static FsException pending() {
        return new FsException(Errno.ENOSYS, "not there yet");
    }
}
