package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import mountagent.base.AttrChange;
import mountagent.base.AttrChange.TimeChange;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.SpaceInfo;
import mountagent.base.Timestamp;
import mountagent.volume.FileHandle;
import mountagent.volume.Stat;

/// LOOKUP, GETATTR, SETATTR, READLINK, ACCESS, STATFS.
final class NodeOperations {
    // The bits of `valid` in `struct fuse_setattr_in`.
    private static final int SET_MODE = 1;
    private static final int SET_UID = 1 << 1;
    private static final int SET_GID = 1 << 2;
    private static final int SET_SIZE = 1 << 3;
    private static final int SET_ATIME = 1 << 4;
    private static final int SET_MTIME = 1 << 5;
    private static final int HAS_HANDLE = 1 << 6;
    private static final int ATIME_NOW = 1 << 7;
    private static final int MTIME_NOW = 1 << 8;
    private static final int KILL_SET_IDS = 1 << 11;

    private static final int SPACE_REPLY_LENGTH = 80;
    private static final int SPACE_BLOCK = 4096;

    private final MountState mount;

    NodeOperations(MountState mount) {
        this.mount = mount;
    }

    /// A miss is an answer to be remembered when the mount says so. `.` comes from NFS alone: a node that is
    /// gone is a stale handle there.
    void lookup(Request request) throws FsException {
        FileName name = request.name(0);
        Stat stat;
        try {
            stat = mount.volume().lookup(mount.callers().of(request), new DentryKey(request.node(), name));
        } catch (FsException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            if (name.equals(FileName.SELF)) {
                throw FsException.miss(Errno.ESTALE);
            }
            if (!mount.encoder().keepsMisses()) {
                throw e;
            }
            mount.encoder().replyMiss(request);
            return;
        }
        mount.encoder().replyEntry(request, stat);
    }

    void getattr(Request request) throws FsException {
        Stat stat = mount.volume().getattr(mount.callers().of(request), request.node());
        mount.encoder().replyAttr(request, stat);
    }

    /// Through the handle only for a change of length: ftruncate(2) needs no permission but an open for
    /// writing.
    void setattr(Request request) throws FsException {
        Caller caller = mount.callers().of(request);
        int valid = request.int32(0);
        AttrChange change = decode(request, valid);
        FileHandle handle = (valid & HAS_HANDLE) != 0 && (valid & SET_SIZE) != 0
                ? mount.files().find(request.int64(8))
                : null;
        Stat stat = handle != null
                ? mount.volume().setattr(caller, handle, change)
                : mount.volume().setattr(caller, request.node(), change);
        mount.encoder().replyAttr(request, stat);
    }

    private static AttrChange decode(Request request, int valid) throws FsException {
        AttrChange change = AttrChange.NONE;
        if ((valid & SET_MODE) != 0) {
            change = change.withMode(request.int32(68) & FileModes.PERMISSIONS);
        }
        if ((valid & SET_UID) != 0) {
            change = change.withUid(request.int32(76));
        }
        if ((valid & SET_GID) != 0) {
            change = change.withGid(request.int32(80));
        }
        if ((valid & SET_SIZE) != 0) {
            change = change.withLength(request.int64(16));
        }
        if ((valid & SET_ATIME) != 0) {
            change = change.withAtime(time(request, (valid & ATIME_NOW) != 0, 32, 56));
        }
        if ((valid & SET_MTIME) != 0) {
            change = change.withMtime(time(request, (valid & MTIME_NOW) != 0, 40, 60));
        }
        return (valid & KILL_SET_IDS) != 0 ? change.droppingSetIds() : change;
    }

    private static TimeChange time(Request request, boolean now, int secondsAt, int nanosAt) throws FsException {
        if (now) {
            return TimeChange.NOW;
        }
        int nanos = request.int32(nanosAt);
        if (nanos < 0 || nanos > 999_999_999) {
            throw new FsException(Errno.EINVAL, "a time of " + nanos + " ns past the second");
        }
        return TimeChange.to(new Timestamp(request.int64(secondsAt), nanos));
    }

    void readlink(Request request) throws FsException {
        Bytes target = mount.volume().readlink(mount.callers().of(request), request.node());
        int length = Math.min(target.length(), request.dataCapacity());
        MemorySegment.copy(target.toArray(), 0, request.data(length), ValueLayout.JAVA_BYTE, 0, length);
        request.succeedWithData(length);
    }

    void access(Request request) throws FsException {
        mount.volume().access(mount.callers().of(request), request.node(), request.int32(0));
        request.succeed();
    }

    void statfs(Request request) throws FsException {
        SpaceInfo space = mount.volume().statfs(request.node());
        MemorySegment reply = request.shortReply();
        reply.asSlice(0, SPACE_REPLY_LENGTH).fill((byte) 0);
        reply.set(Request.LONG, 0, space.totalBytes() / SPACE_BLOCK);
        reply.set(Request.LONG, 8, space.availableBytes() / SPACE_BLOCK);
        reply.set(Request.LONG, 16, space.availableBytes() / SPACE_BLOCK);
        reply.set(Request.LONG, 24, space.totalInodes());
        reply.set(Request.LONG, 32, space.availableInodes());
        reply.set(Request.INT, 40, SPACE_BLOCK);
        reply.set(Request.INT, 44, FileName.LENGTH_MAX);
        reply.set(Request.INT, 48, SPACE_BLOCK);
        request.succeed(SPACE_REPLY_LENGTH);
    }
}
