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
import mountagent.meta.MetaTimes.Operation;
import org.jspecify.annotations.Nullable;

/// The metadata of one volume with all its semantics, over any engine (reference: semantics.md).
///
/// Thread-safe; methods block while the engine does. Each change is one transaction, committed and visible
/// to all when
/// the method returns ([Durability#COMMITTED]); [#barrier()] makes everything so far survive a power cut.
/// Any method
/// may fail with what the engine fails with (EIO), and changes with EROFS when the store is read-only.
/// Permission bits
/// are checked for callers that ask for it ([Caller.Checks#CORE]); what no kernel knows (flags of nodes, the
/// trash,
/// quotas) is always checked.
public final class MetaStore implements SliceLog, AutoCloseable {
    /// A node and its number.
    public record Placed(long inode, Node node) {}

    /// What the removal of a name did to the inode behind it: `unlinked` when no link is left and nobody
    /// here has it
    /// open, so that its data (`length` bytes) is to be deleted; `sustained` when this session keeps it
    /// alive.
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

    private final StoreContext context;
    private final MetaTimes times;
    private final Lookups lookups;
    private final Creations creations;
    private final Disposal disposal;
    private final Removals removals;
    private final Renames renames;
    private final Attributes attributes;
    private final Lengths lengths;
    private final SliceRecords sliceRecords;
    private final RangeCopy rangeCopy;
    private final Xattrs xattrs;
    private final FileLocks locks;
    private final Sessions sessions;
    private final TrashExpiry trashExpiry;
    private final Housekeeping housekeeping;
    private final Trees trees;

    private MetaStore(StoreContext context) {
        this.context = context;
        times = context.times();
        Trash trash = new Trash(context);
        disposal = new Disposal(context);
        lookups = new Lookups(context);
        creations = new Creations(context);
        removals = new Removals(context, trash, disposal);
        renames = new Renames(context, trash, disposal);
        attributes = new Attributes(context);
        lengths = new Lengths(context);
        sliceRecords = new SliceRecords(context);
        rangeCopy = new RangeCopy(context);
        xattrs = new Xattrs(context);
        locks = new FileLocks(context);
        sessions = new Sessions(context, disposal);
        trashExpiry = new TrashExpiry(context, removals);
        housekeeping = new Housekeeping(context);
        trees = new Trees(context, lookups, removals, sliceRecords);
    }

    /// Reads the setting of the volume in `engine`. ENOENT when it holds none; ENOTSUP when the volume is
    /// too new for
    /// this client or refuses it; EIO when the setting is not understood.
    public static MetaStore open(MetaEngine engine, MetaOptions options) throws FsException {
        VolumeFormat format = VolumeMaker.load(engine);
        format.checkVersion(ClientVersion.OURS);
        MetaStore store = new MetaStore(new StoreContext(engine, options, format));
        store.reload();
        return store;
    }

    /// Makes a volume in a store that holds none (EEXIST): tables, setting, root, trash root, counters
    /// (reference:
    /// volume-format.md §10).
    public static void format(MetaEngine engine, VolumeFormat format, Clock clock) throws FsException {
        VolumeMaker.format(engine, format, clock);
    }

    /// Changes the setting of a volume under the rules of volume-format.md §2.4 and returns it as stored:
    /// EINVAL names
    /// the member that may not differ; the UUID stays.
    public static VolumeFormat update(MetaEngine engine, VolumeFormat format, Clock clock) throws FsException {
        return VolumeMaker.update(engine, format, clock);
    }

    /// The setting as last read.
    public VolumeFormat format() {
        return context.format();
    }

    /// Reads the setting, the quotas and the counters anew, as each heartbeat does. ESTALE when the volume
    /// is gone or
    /// another one is in its place.
    public void reload() throws FsException {
        housekeeping.reload();
    }

    /// The node behind a name; `.` and `..` are understood. ENOENT, ENOTDIR, EACCES, ENAMETOOLONG.
    public Placed lookup(Caller caller, DentryKey at) throws FsException {
        return times.timed(Operation.LOOKUP, () -> lookups.lookup(caller, at));
    }

    /// The node of an inode. ENOENT.
    public Node node(long inode) throws FsException {
        return times.timed(Operation.GET_ATTR, () -> lookups.node(inode));
    }

    /// The same as others have left it by now, where [#node] may go by what the engine was told some moments ago.
    public Node latestNode(long inode) throws FsException {
        return times.timed(Operation.GET_ATTR, () -> lookups.latestNode(inode));
    }

    /// Whether the caller may access the inode: bits 4 read, 2 write, 1 execute. EACCES when not.
    public void access(Caller caller, long inode, int mask) throws FsException {
        times.run(Operation.ACCESS, () -> lookups.access(caller, inode, mask));
    }

    /// Changes everything in `change` but the length, and ctime. EPERM, EACCES.
    public Node setattr(Caller caller, long inode, AttrChange change) throws FsException {
        return times.timed(Operation.SET_ATTR, () -> attributes.setattr(caller, inode, change));
    }

    /// Makes a file longer or shorter; what appears reads as zeros. EISDIR, EINVAL, EPERM, EACCES, EFBIG,
    /// ENOSPC,
    /// EDQUOT.
    public Node truncate(Caller caller, long inode, long length, TruncateRight right, boolean dropSetIds)
            throws FsException {
        return times.timed(Operation.TRUNCATE, () -> lengths.truncate(caller, inode, length, right, dropSetIds));
    }

    /// Drops the set-user-ID and set-group-ID bits as a write by an unprivileged writer does.
    public Node dropSetIds(long inode) throws FsException {
        return times.timed(Operation.SET_ATTR, () -> attributes.dropSetIds(inode));
    }

    /// Whether reading moves the time of access at all on this mount.
    public boolean keepsAccessTimes() {
        return attributes.keepsAccessTimes();
    }

    /// Moves the time of access, after a read, if the atime mode says so.
    public void touchAtime(long inode) throws FsException {
        attributes.touchAtime(inode);
    }

    /// Makes a node of any type but a symbolic link. EEXIST, ENOENT, ENOTDIR, EACCES, EPERM, EINVAL,
    /// ENAMETOOLONG,
    /// ENOSPC, EDQUOT.
    public Placed mknod(Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        return times.timed(Operation.MKNOD, () -> creations.mknod(caller, at, spec));
    }

    /// Makes a file without a name, kept alive by this session until its last close here or until [#link]
    /// names it.
    public Placed createUnnamed(Caller caller, long directory, NodeSpec spec) throws FsException {
        return times.timed(Operation.MKNOD, () -> creations.createUnnamed(caller, directory, spec));
    }

    /// Makes a symbolic link. EINVAL when the target is empty or holds NUL, ENAMETOOLONG past 4095 bytes,
    /// and as
    /// [#mknod].
    public Placed symlink(Caller caller, DentryKey at, Bytes target) throws FsException {
        return times.timed(Operation.MKNOD, () -> creations.symlink(caller, at, target));
    }

    /// The target of a symbolic link. ENOENT, EINVAL for any other node.
    public Bytes readlink(long inode) throws FsException {
        Bytes target = times.timed(Operation.READ_LINK, () -> lookups.readlink(inode));
        attributes.touchAtime(inode);
        return target;
    }

    /// Gives an inode another name and returns it as it is then. EPERM for a directory, and as [#mknod].
    public Node link(Caller caller, long inode, DentryKey to) throws FsException {
        return times.timed(Operation.LINK, () -> creations.link(caller, inode, to));
    }

    /// Removes the name of anything but a directory (EPERM for one). `believed` is the inode the caller
    /// believes
    /// behind the name, 0 for no belief: a wrong one costs a round trip and nothing else.
    public Removed unlink(Caller caller, DentryKey at, long believed) throws FsException {
        return unlink(caller, at, believed, Kept.IN_TRASH);
    }

    /// The same, past the trash if `kept` says so.
    public Removed unlink(Caller caller, DentryKey at, long believed, Kept kept) throws FsException {
        return times.timed(Operation.UNLINK, () -> removals.unlink(caller, at, believed, kept));
    }

    /// Removes an empty directory. ENOTEMPTY, ENOTDIR, EINVAL for `.`. `believed` as in [#unlink].
    public Removed rmdir(Caller caller, DentryKey at, long believed) throws FsException {
        return rmdir(caller, at, believed, Kept.IN_TRASH);
    }

    /// The same, past the trash if `kept` says so.
    public Removed rmdir(Caller caller, DentryKey at, long believed, Kept kept) throws FsException {
        return times.timed(Operation.RMDIR, () -> removals.rmdir(caller, at, believed, kept));
    }

    /// Moves an entry, over an existing one unless told not to. EINVAL into itself, ENOTEMPTY, ENOTDIR,
    /// EISDIR,
    /// EEXIST. Beliefs as in [#unlink].
    public Renamed rename(
            Caller caller,
            DentryKey from,
            DentryKey to,
            Set<RenameFlag> flags,
            long believedSource,
            long believedTarget)
            throws FsException {
        return times.timed(
                Operation.RENAME, () -> renames.rename(caller, from, to, flags, believedSource, believedTarget));
    }

    /// Whether an open also reads the records of the file's first chunk, which costs no round trip.
    public enum FirstChunk {
        READ,
        LEFT
    }

    /// What an open found: the node, and the records of the first chunk if they were asked for and can be understood.
    public record OpenedNode(Node node, @Nullable List<Slice> firstChunk) {}

    /// Whether a file may be opened as asked, and its node. EACCES, EPERM, EISDIR, EROFS.
    public Node checkOpen(Caller caller, long inode, OpenIntent intent) throws FsException {
        return checkOpen(caller, inode, intent, FirstChunk.LEFT).node();
    }

    /// The same, with what a reader will ask for next.
    public OpenedNode checkOpen(Caller caller, long inode, OpenIntent intent, FirstChunk chunk) throws FsException {
        return times.timed(Operation.OPEN, () -> lookups.checkOpen(caller, inode, intent, chunk));
    }

    /// Whether a directory may be listed, and its node. ENOTDIR, EACCES.
    public Node opendir(Caller caller, long inode) throws FsException {
        Node node = times.timed(Operation.GET_ATTR, () -> lookups.opendir(caller, inode));
        attributes.touchAtime(inode);
        return node;
    }

    /// The same with a first page of what [#list] brings, at most `limit` entries with their nodes, where that takes no
    /// round trip of its own; else null in its place.
    public OpenedDirectory opendir(Caller caller, long inode, int limit) throws FsException {
        if (context.engine().readCost() == MetaEngine.ReadCost.LOCAL) {
            return new OpenedDirectory(opendir(caller, inode), null);
        }
        MetaEngine.Listed<Node> listed = times.timed(Operation.READDIR, () -> lookups.opendir(caller, inode, limit));
        attributes.touchAtime(inode);
        return new OpenedDirectory(listed.answer(), listed.page());
    }

    /// What opening a directory found: its node, and maybe the first page of its entries.
    public record OpenedDirectory(Node node, @Nullable Page<Scan.DirEntry> first) {}

    /// One page of a directory, without `.` and `..`.
    public Page<Scan.DirEntry> list(long directory, Scan.Detail detail, Cursor from, int limit) throws FsException {
        return times.timed(
                Operation.READDIR, () -> context.engine().scan(new Scan.Directory(directory, detail), from, limit));
    }

    /// Tells that the last handle here of an inode is closed: when this session kept it alive, it goes, and
    /// its data
    /// is to be deleted. Costs nothing for all other inodes.
    public Optional<Removed> closeUnlinked(long inode) throws FsException {
        return disposal.close(inode);
    }

    /// Makes a range part of the file or zero, as `mode` says. EINVAL, EFBIG, EPIPE for a FIFO, EPERM,
    /// ENOSPC, EDQUOT.
    public Node allocate(long inode, AllocateMode mode, long offset, long length) throws FsException {
        return times.timed(Operation.FALLOCATE, () -> lengths.allocate(inode, mode, offset, length));
    }

    /// Copies a range by sharing its slices: all of it, or a first part (4 GiB at a time). EINVAL when
    /// ranges of one
    /// file overlap or one is no file, EPERM, EFBIG, ENOSPC, EDQUOT.
    public Copied copyRange(long source, long sourceOffset, long target, long targetOffset, long length)
            throws FsException {
        return times.timed(
                Operation.COPY_RANGE, () -> rangeCopy.copy(source, sourceOffset, target, targetOffset, length));
    }

    /// The value of an extended attribute. ENODATA, EACCES.
    public Bytes getXattr(Caller caller, long inode, FileName name) throws FsException {
        return times.timed(Operation.GET_XATTR, () -> xattrs.get(caller, inode, name));
    }

    /// Whether an extended attribute of that name is an ACL.
    public static boolean isAcl(FileName name) {
        return Acls.Kind.of(name) != null;
    }

    /// Sets an extended attribute. EEXIST, ENODATA by mode; ERANGE when name or value is too long; EPERM,
    /// EACCES;
    /// ENOTSUP for ACLs in a volume without them, EINVAL for one that is not understood.
    public void setXattr(Caller caller, long inode, FileName name, Bytes value, XattrMode mode) throws FsException {
        times.run(Operation.SET_XATTR, () -> xattrs.set(caller, inode, name, value, mode, false));
    }

    /// The same; an access ACL then drops the set-group-ID bit too, as for somebody outside the group. For
    /// front ends
    /// whose kernel knows the caller's groups.
    public void setXattrOutsideGroup(Caller caller, long inode, FileName name, Bytes value, XattrMode mode)
            throws FsException {
        times.run(Operation.SET_XATTR, () -> xattrs.set(caller, inode, name, value, mode, true));
    }

    /// The names of the extended attributes.
    public List<FileName> listXattr(Caller caller, long inode) throws FsException {
        return times.timed(Operation.LIST_XATTR, () -> xattrs.list(caller, inode));
    }

    /// Removes an extended attribute. ENODATA, EPERM, EACCES.
    public void removeXattr(Caller caller, long inode, FileName name) throws FsException {
        times.run(Operation.REMOVE_XATTR, () -> xattrs.remove(caller, inode, name));
    }

    /// Size and use of the volume as far as the quotas of the directories over `inode` (its own included)
    /// let it be used. Never fails: tells the last known values of the volume when the engine does.
    public SpaceInfo space(long inode) {
        return housekeeping.space(inode);
    }

    /// The same of the root without asking the engine: as of the last heartbeat or [#space], with what
    /// this client has added since.
    public SpaceInfo knownSpace() {
        return housekeeping.knownSpace();
    }

    /// Takes, changes or drops the BSD lock of `owner` (the front end's token); false when another stands in
    /// the way.
    public boolean tryFlock(long inode, long owner, LockMode mode) throws FsException {
        return times.timed(Operation.LOCK, () -> locks.tryFlock(inode, owner, mode));
    }

    /// Takes, changes or drops POSIX locks of `owner` on a range; false when another stands in the way.
    public boolean trySetLock(long inode, long owner, int pid, LockMode mode, LockRange range) throws FsException {
        return times.timed(Operation.LOCK, () -> locks.trySet(inode, owner, pid, mode, range));
    }

    /// The first lock of another owner that would stand in the way.
    public Optional<LockConflict> getLock(long inode, long owner, LockMode mode, LockRange range) throws FsException {
        return times.timed(Operation.LOCK, () -> locks.find(inode, owner, mode, range));
    }

    /// This client's session, 0 before [#openSession].
    public long session() {
        return context.session();
    }

    /// Registers this client until `expireSeconds` (Unix time); `info` as the format has it (meta-redis.md
    /// §4).
    public void openSession(Bytes info, long expireSeconds) throws FsException {
        sessions.open(info, expireSeconds);
    }

    /// Prolongs the registration; writes it anew when somebody took it for stale.
    public void refreshSession(long expireSeconds) throws FsException {
        sessions.refresh(expireSeconds);
    }

    /// Ends the registration with its locks and the inodes it keeps alive.
    public void closeSession() throws FsException {
        sessions.close();
    }

    /// All registered clients.
    public List<SessionRecord> sessions() throws FsException {
        return sessions.list();
    }

    /// Removes a session with its locks and the inodes it keeps alive, and returns those that are gone with
    /// it.
    public List<Removed> dropSession(long session) throws FsException {
        return sessions.drop(session);
    }

    /// Files whose data is to be deleted, if they were deleted at or before `untilSeconds`.
    public Page<Scan.DeletedFile> deletedFiles(long untilSeconds, int limit) throws FsException {
        return context.engine().scan(new Scan.DeletedFiles(untilSeconds), Cursor.START, limit);
    }

    /// Slices that nothing refers to any more.
    public Page<Scan.CountedSlice> releasedSlices(int limit) throws FsException {
        return context.engine().scan(new Scan.ReleasedSlices(), Cursor.START, limit);
    }

    /// Whether this client may run a job now: once each `periodSeconds` one client may.
    public boolean claim(Counter job, long nowSeconds, long periodSeconds) throws FsException {
        return housekeeping.claim(job, nowSeconds, periodSeconds);
    }

    /// Removes what the trash has held since before `beforeSeconds`, oldest first, at most `limit` entries,
    /// and
    /// returns how many it removed.
    public int expireTrash(long beforeSeconds, int limit) throws FsException {
        return trashExpiry.expire(beforeSeconds, limit);
    }

    /// Releases slices that compactions replaced before `beforeSeconds`: at most `limit` compactions; how
    /// many it did.
    public int expireDelayedSlices(long beforeSeconds, int limit) throws FsException {
        return sliceRecords.expireDelayed(beforeSeconds, limit);
    }

    /// Operations on whole trees.
    public Trees trees() {
        return trees;
    }

    /// The engine below.
    public MetaEngine engine() {
        return context.engine();
    }

    @Override
    public List<Slice> slices(ChunkKey chunk) throws FsException {
        return times.timed(Operation.READ, () -> sliceRecords.slices(chunk));
    }

    @Override
    public long newSliceId() throws FsException {
        return context.newSlice();
    }

    @Override
    public Commit append(ChunkKey chunk, Slice slice, Timestamp time, Durability durability) throws FsException {
        return times.timed(Operation.WRITE, () -> sliceRecords.append(chunk, slice, time, durability));
    }

    @Override
    public boolean replace(ChunkKey chunk, List<Slice> seen, int skip, Slice compacted) throws FsException {
        return sliceRecords.replace(chunk, seen, skip, compacted);
    }

    @Override
    public List<SliceKey> release(List<ChunkKey> chunks) throws FsException {
        return sliceRecords.release(chunks);
    }

    @Override
    public void forget(List<SliceKey> slices) throws FsException {
        sliceRecords.forget(slices);
    }

    @Override
    public Page<Scan.PlacedChunk> chunksOf(long inode, long length, Cursor from, int limit) throws FsException {
        return context.engine().scan(new Scan.ChunksOf(inode, length), from, limit);
    }

    @Override
    public void forgetFiles(List<Scan.DeletedFile> files) throws FsException {
        sliceRecords.forgetFiles(files);
    }

    @Override
    public void barrier() throws FsException {
        context.engine().barrier();
    }

    /// Ends background work; the engine stays open, it belongs to whoever made it.
    @Override
    public void close() {}
}
