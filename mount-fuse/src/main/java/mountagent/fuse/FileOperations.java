package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import mountagent.base.AllocateMode;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.Opened;
import mountagent.volume.SeekTarget;
import mountagent.volume.SyncMode;
import mountagent.volume.VolumeFs;

/// OPEN, CREATE, TMPFILE, FLUSH, FSYNC, RELEASE, FALLOCATE, LSEEK, COPY_FILE_RANGE.
final class FileOperations {
    /// Length of `struct fuse_open_out`.
    static final int OPEN_REPLY_LENGTH = 16;

    /// Each read(2) and write(2) comes here, whatever length the attributes show.
    private static final int FOPEN_DIRECT_IO = 1;

    /// The kernel may keep the pages it has of the file.
    private static final int FOPEN_KEEP_CACHE = 2;

    /// Where a request that makes a file has the caller's umask.
    private static final int UMASK_AT = 8;

    private static final int FSYNC_DATA_ONLY = 1;
    private static final int RELEASE_FLOCK_UNLOCK = 2;

    // fallocate(2), `linux/falloc.h`.
    private static final int KEEP_SIZE = 0x01;
    private static final int PUNCH_HOLE = 0x02;
    private static final int ZERO_RANGE = 0x10;

    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    /// The answer of COPY_FILE_RANGE has 32 bits; what read(2) and write(2) move at most, too.
    private static final long COPY_MAX_32 = Integer.MAX_VALUE & ~4095L;

    private final MountState mount;
    private final VolumeFs volume;
    private final boolean writebackCache;

    FileOperations(MountState mount) {
        this.mount = mount;
        this.volume = mount.volume();
        this.writebackCache = mount.protocol().has(InitFlag.WRITEBACK_CACHE);
    }

    void open(Request request) throws FsException {
        OpenSpec spec = OpenFlags.decode(request.int32(0), writebackCache);
        FileHandle handle = volume.open(mount.callers().of(request), request.node(), spec);
        putOpened(request.shortReply(), 0, handle);
        request.succeed(OPEN_REPLY_LENGTH);
    }

    void create(Request request) throws FsException {
        var at = new DentryKey(request.node(), request.name(16));
        reply(request, volume.create(mount.callers().making(request, UMASK_AT), at, node(request), spec(request)));
    }

    void tmpfile(Request request) throws FsException {
        reply(
                request,
                volume.createUnnamed(
                        mount.callers().making(request, UMASK_AT), request.node(), node(request), spec(request)));
    }

    private static NodeSpec node(Request request) {
        return NodeSpec.file(request.int32(4) & FileModes.PERMISSIONS);
    }

    private OpenSpec spec(Request request) {
        return OpenFlags.decode(request.int32(0), writebackCache);
    }

    private void reply(Request request, Opened opened) throws FsException {
        putOpened(request.shortReply(), NodeEncoder.ENTRY_LENGTH, opened.handle());
        mount.encoder().putEntry(request.shortReply(), 0, opened.stat());
        request.succeed(NodeEncoder.ENTRY_LENGTH + OPEN_REPLY_LENGTH);
    }

    private void putOpened(MemorySegment reply, long at, FileHandle handle) throws FsException {
        long number;
        try {
            number = mount.files().add(handle);
        } catch (FsException e) {
            volume.release(handle, 0);
            throw e;
        }
        reply.set(Request.LONG, at, number);
        reply.set(Request.INT, at + 8, openFlags(handle));
        reply.set(Request.INT, at + 12, 0);
    }

    private static int openFlags(FileHandle handle) {
        if (handle.bypassesCache()) {
            return FOPEN_DIRECT_IO;
        }
        return handle.mayKeepCache() ? FOPEN_KEEP_CACHE : 0;
    }

    /// FLUSH, if there is nothing to wait for.
    boolean tryFlush(Request request) throws FsException {
        boolean done = volume.tryFlush(handle(request), request.int64(16));
        request.succeed();
        return done;
    }

    void flush(Request request) throws FsException {
        volume.flush(handle(request), request.int64(16));
        request.succeed();
    }

    void fsync(Request request) throws FsException {
        boolean dataOnly = (request.int32(8) & FSYNC_DATA_ONLY) != 0;
        volume.fsync(handle(request), dataOnly ? SyncMode.DATA_ONLY : SyncMode.DATA_AND_ATTRIBUTES);
        request.succeed();
    }

    /// RELEASE, if there is nothing to wait for.
    boolean tryRelease(Request request) {
        long number = request.int64(0);
        FileHandle handle = mount.files().find(number);
        if (handle != null && !volume.tryRelease(handle, flockOwner(request))) {
            return false;
        }
        mount.files().remove(number);
        request.succeed();
        return true;
    }

    void release(Request request) {
        release(request.int64(0), flockOwner(request));
        request.succeed();
    }

    void release(long number, long flockOwner) {
        FileHandle handle = mount.files().remove(number);
        if (handle != null) {
            volume.release(handle, flockOwner);
        }
    }

    private static long flockOwner(Request request) {
        return (request.int32(12) & RELEASE_FLOCK_UNLOCK) != 0 ? request.int64(16) : 0;
    }

    void fallocate(Request request) throws FsException {
        AllocateMode mode = allocateMode(request.int32(24));
        volume.allocate(handle(request), mode, request.int64(8), request.int64(16));
        request.succeed();
    }

    private static AllocateMode allocateMode(int bits) throws FsException {
        return switch (bits) {
            case 0 -> AllocateMode.EXTEND;
            case KEEP_SIZE -> AllocateMode.KEEP_SIZE;
            case PUNCH_HOLE | KEEP_SIZE -> AllocateMode.PUNCH_HOLE;
            case ZERO_RANGE -> AllocateMode.ZERO_RANGE;
            case ZERO_RANGE | KEEP_SIZE -> AllocateMode.ZERO_RANGE_KEEP_SIZE;
            default -> throw FsException.miss(Errno.ENOTSUP);
        };
    }

    void lseek(Request request) throws FsException {
        SeekTarget sought = switch (request.int32(16)) {
            case SEEK_DATA -> SeekTarget.DATA;
            case SEEK_HOLE -> SeekTarget.HOLE;
            default -> throw FsException.miss(Errno.EINVAL);
        };
        long offset = volume.seek(handle(request), request.int64(8), sought);
        request.shortReply().set(Request.LONG, 0, offset);
        request.succeed(Long.BYTES);
    }

    /// COPY_FILE_RANGE, whose answer is a number of 32 bits and padding.
    void copyFileRange(Request request) throws FsException {
        long copied = copy(request, COPY_MAX_32);
        request.shortReply().set(Request.LONG, 0, copied);
        request.succeed(Long.BYTES);
    }

    void copyFileRange64(Request request) throws FsException {
        long copied = copy(request, Long.MAX_VALUE);
        request.shortReply().set(Request.LONG, 0, copied);
        request.succeed(Long.BYTES);
    }

    private long copy(Request request, long lengthMax) throws FsException {
        long asked = request.int64(40);
        long length = asked < 0 ? lengthMax : Math.min(asked, lengthMax); // unsigned on the wire
        return volume.copyRange(
                handle(request), request.int64(8), mount.files().get(request.int64(24)), request.int64(32), length);
    }

    private FileHandle handle(Request request) throws FsException {
        return mount.files().get(request.int64(0));
    }
}
