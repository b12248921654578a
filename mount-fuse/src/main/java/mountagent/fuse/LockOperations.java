package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LockConflict;
import mountagent.base.LockMode;
import mountagent.base.LockRange;
import mountagent.volume.FileHandle;
import mountagent.volume.LockWait;
import mountagent.volume.VolumeFs;

/// GETLK, SETLK, SETLKW, for POSIX and BSD locks.
///
/// Waits for locks are the only requests that end through other requests alone. They are bounded here, well
/// below what the memory of detached requests allows, so that those others always find room; past the bound:
/// ENOLCK.
final class LockOperations {
    private static final int WAITS_MAX = 1024;

    private static final int REPLY_LENGTH = 24;
    private static final int FLOCK = 1;

    // F_RDLCK, F_WRLCK, F_UNLCK of Linux.
    private static final int READ_LOCK = 0;
    private static final int WRITE_LOCK = 1;
    private static final int UNLOCK = 2;

    private final MountState mount;
    private final VolumeFs volume;
    private final Semaphore waits = new Semaphore(WAITS_MAX);

    LockOperations(MountState mount) {
        this.mount = mount;
        this.volume = mount.volume();
    }

    void get(Request request) throws FsException {
        Optional<LockConflict> conflict =
                volume.getLock(handle(request), request.int64(8), mode(request), range(request));
        MemorySegment reply = request.shortReply();
        reply.asSlice(0, REPLY_LENGTH).fill((byte) 0);
        reply.set(Request.INT, 16, UNLOCK);
        if (conflict.isPresent()) {
            LockConflict found = conflict.get();
            reply.set(Request.LONG, 0, found.range().start());
            reply.set(Request.LONG, 8, found.range().end());
            reply.set(Request.INT, 16, number(found.mode()));
            reply.set(Request.INT, 20, found.pid());
        }
        request.succeed(REPLY_LENGTH);
    }

    void set(Request request) throws FsException {
        set(request, LockWait.TRY);
        request.succeed();
    }

    void setWaiting(Request request) throws FsException {
        if (!waits.tryAcquire()) {
            throw new FsException(Errno.ENOLCK, WAITS_MAX + " requests wait for locks, which is the most");
        }
        try {
            set(request, LockWait.WAIT);
        } finally {
            waits.release();
        }
        request.succeed();
    }

    private void set(Request request, LockWait wait) throws FsException {
        FileHandle handle = handle(request);
        long owner = request.int64(8);
        if ((request.int32(40) & FLOCK) != 0) {
            volume.flock(handle, owner, mode(request), wait);
        } else {
            volume.setLock(handle, owner, request.int32(36), mode(request), range(request), wait);
        }
    }

    private static LockMode mode(Request request) throws FsException {
        return switch (request.int32(32)) {
            case READ_LOCK -> LockMode.SHARED;
            case WRITE_LOCK -> LockMode.EXCLUSIVE;
            case UNLOCK -> LockMode.UNLOCK;
            default -> throw FsException.miss(Errno.EINVAL);
        };
    }

    private static int number(LockMode mode) {
        return switch (mode) {
            case SHARED -> READ_LOCK;
            case EXCLUSIVE -> WRITE_LOCK;
            case UNLOCK -> UNLOCK;
        };
    }

    private static LockRange range(Request request) throws FsException {
        long start = request.int64(16);
        long end = request.int64(24);
        if (start < 0 || end < start) {
            throw new FsException(Errno.EINVAL, "a lock from " + start + " to " + end);
        }
        return new LockRange(start, end);
    }

    private FileHandle handle(Request request) throws FsException {
        return mount.files().get(request.int64(0));
    }
}
