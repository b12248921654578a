package mountagent.fuse;

import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.volume.FileHandle;
import mountagent.volume.VolumeFs;
import mountagent.volume.VolumeFs.WriteOption;

/// READ and WRITE: straight between the memory of the request and the volume.
///
/// Permission was checked when the file was opened: the user of a read-ahead or write-back is not the reader
/// (fuse.md §10.10).
final class DataOperations {
    private static final int WRITE_KILL_SET_IDS = 4;
    private static final WriteOption[] NO_OPTIONS = {};
    private static final WriteOption[] DROP_SET_IDS = {WriteOption.DROP_SET_IDS};

    private final MountState mount;
    private final VolumeFs volume;

    DataOperations(MountState mount) {
        this.mount = mount;
        this.volume = mount.volume();
    }

    /// READ, if memory holds the answer.
    boolean tryRead(Request request) throws FsException {
        FileHandle handle = handle(request);
        int count = volume.tryRead(handle, request.int64(8), request.data(size(request)));
        if (count < 0) {
            return false;
        }
        request.succeedWithData(count);
        return true;
    }

    void read(Request request) throws FsException {
        FileHandle handle = handle(request);
        request.succeedWithData(volume.read(handle, request.int64(8), request.data(size(request))));
    }

    /// How much room a READ needs in its request. EINVAL when that is more than was agreed on.
    private static int size(Request request) throws FsException {
        int size = request.int32(16);
        if (size < 0 || size > request.dataCapacity()) {
            throw new FsException(
                    Errno.EINVAL, "a read of " + Integer.toUnsignedString(size) + " bytes does not fit a request");
        }
        return size;
    }

    /// WRITE, if it takes no more than copying.
    boolean tryWrite(Request request) throws FsException {
        int size = writeSize(request);
        int count = volume.tryWrite(handle(request), request.int64(8), request.data(size), options(request));
        if (count < 0) {
            return false;
        }
        replyWritten(request, count);
        return true;
    }

    void write(Request request) throws FsException {
        int size = writeSize(request);
        int count = volume.write(handle(request), request.int64(8), request.data(size), options(request));
        replyWritten(request, count);
    }

    private static void replyWritten(Request request, int count) {
        request.shortReply().set(Request.LONG, 0, count);
        request.succeed(Long.BYTES);
    }

    private static int writeSize(Request request) throws FsException {
        int size = request.int32(16);
        if (size < 0 || size > request.bodyLength() - Request.HEADER_LENGTH) {
            throw new FsException(
                    Errno.EINVAL,
                    "a write of " + Integer.toUnsignedString(size) + " bytes brought "
                            + (request.bodyLength() - Request.HEADER_LENGTH));
        }
        return size;
    }

    private static WriteOption[] options(Request request) {
        return (request.int32(20) & WRITE_KILL_SET_IDS) != 0 ? DROP_SET_IDS : NO_OPTIONS;
    }

    private FileHandle handle(Request request) throws FsException {
        return mount.files().get(request.int64(0));
    }
}
