package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import mountagent.base.Caller;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.fuse.MountState.OpenDirectory;
import mountagent.volume.DirHandle;
import mountagent.volume.VolumeFs.ListDetail;

/// OPENDIR, READDIR, READDIRPLUS, RELEASEDIR, FSYNCDIR.
final class DirectoryOperations {
    /// A page of a listing is no longer than this, so that a lane is not held long.
    private static final int PAGE_MAX = 128 * Sizes.KIB;

    private final MountState mount;

    DirectoryOperations(MountState mount) {
        this.mount = mount;
    }

    void opendir(Request request) throws FsException {
        DirHandle handle = mount.volume().opendir(mount.callers().of(request), request.node());
        long number;
        try {
            number = mount.directories().add(new OpenDirectory(handle, new ReentrantLock()));
        } catch (FsException e) {
            mount.volume().releasedir(handle);
            throw e;
        }
        MemorySegment reply = request.shortReply();
        reply.set(Request.LONG, 0, number);
        reply.set(Request.LONG, 8, 0);
        request.succeed(FileOperations.OPEN_REPLY_LENGTH);
    }

    void readdir(Request request) throws FsException {
        list(request, ListDetail.NAMES);
    }

    void readdirplus(Request request) throws FsException {
        list(request, ListDetail.ATTRIBUTES);
    }

    /// How much room a listing needs in its request.
    static int pageSize(int asked) {
        return asked < 0 || asked > PAGE_MAX ? PAGE_MAX : asked;
    }

    private void list(Request request, ListDetail detail) throws FsException {
        OpenDirectory directory = mount.directories().get(request.int64(0));
        Caller caller = mount.callers().of(request);
        long cookie = request.int64(8);
        int room = Math.min(pageSize(request.int32(16)), request.dataCapacity());
        var page = new DirectoryPage(request.data(room), detail, mount.encoder());
        lock(directory.lock());
        try {
            fill(caller, directory.handle(), cookie, detail, page);
        } finally {
            directory.lock().unlock();
        }
        if (page.length() == 0 && page.isRefused()) {
            throw new FsException(Errno.EINVAL, "a listing of " + room + " bytes has no room for one entry");
        }
        request.succeedWithData(page.length());
    }

    /// Who may read a directory but not search it gets names without attributes.
    private void fill(Caller caller, DirHandle handle, long cookie, ListDetail detail, DirectoryPage page)
            throws FsException {
        try {
            mount.volume().readdir(caller, handle, cookie, detail, page);
        } catch (FsException e) {
            if (e.errno() != Errno.EACCES || detail == ListDetail.NAMES || page.length() > 0) {
                throw e;
            }
            mount.volume().readdir(caller, handle, cookie, ListDetail.NAMES, page);
        }
    }

    private static void lock(ReentrantLock lock) throws FsException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException _) {
            throw FsException.miss(Errno.EINTR);
        }
    }

    void releasedir(Request request) {
        release(request.int64(0));
        request.succeed();
    }

    void release(long number) {
        OpenDirectory directory = mount.directories().remove(number);
        if (directory != null) {
            mount.volume().releasedir(directory.handle());
        }
    }

    void fsyncdir(Request request) throws FsException {
        mount.volume().fsyncDirectory(request.node());
        request.succeed();
    }
}
