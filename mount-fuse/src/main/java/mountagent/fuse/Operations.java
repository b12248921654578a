package mountagent.fuse;

import java.util.Set;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.fuse.sys.LinuxErrno;
import org.jspecify.annotations.Nullable;

/// All operations: hands a decoded request to its family. A handler leaves its reply in the request or
/// throws.
final class Operations {
    private static final int ENOTTY = 25;

    private final NodeOperations nodes;
    private final NameOperations names;
    private final DirectoryOperations directories;
    private final FileOperations files;
    private final DataOperations data;
    private final XattrOperations xattrs;
    private final LockOperations locks;

    /// Operations of `mount`, which shows no extended attributes of the names `withheld`.
    Operations(MountState mount, Set<FileName> withheld) {
        this.nodes = new NodeOperations(mount);
        this.names = new NameOperations(mount);
        this.directories = new DirectoryOperations(mount);
        this.files = new FileOperations(mount);
        this.data = new DataOperations(mount);
        this.xattrs = new XattrOperations(mount, withheld);
        this.locks = new LockOperations(mount);
    }

    /// Tries to serve a request without waiting; false (and nothing done) when it would have to.
    boolean attempt(Opcode opcode, Request request) throws FsException {
        return switch (opcode) {
            case READ -> data.tryRead(request);
            case WRITE -> data.tryWrite(request);
            case FLUSH -> files.tryFlush(request);
            case RELEASE -> files.tryRelease(request);
            case GETXATTR -> xattrs.tryGet(request);
            default -> false;
        };
    }

    /// Serves a request that has a reply; may wait.
    void perform(Opcode opcode, Request request) throws FsException {
        switch (opcode) {
            case LOOKUP -> nodes.lookup(request);
            case GETATTR -> nodes.getattr(request);
            case SETATTR -> nodes.setattr(request);
            case READLINK -> nodes.readlink(request);
            case ACCESS -> nodes.access(request);
            case STATFS -> nodes.statfs(request);
            case SYMLINK -> names.symlink(request);
            case MKNOD -> names.mknod(request);
            case MKDIR -> names.mkdir(request);
            case LINK -> names.link(request);
            case UNLINK -> names.unlink(request);
            case RMDIR -> names.rmdir(request);
            case RENAME -> names.rename(request);
            case RENAME2 -> names.rename2(request);
            case OPENDIR -> directories.opendir(request);
            case READDIR -> directories.readdir(request);
            case READDIRPLUS -> directories.readdirplus(request);
            case RELEASEDIR -> directories.releasedir(request);
            case FSYNCDIR -> directories.fsyncdir(request);
            case OPEN -> files.open(request);
            case CREATE -> files.create(request);
            case TMPFILE -> files.tmpfile(request);
            case FLUSH -> files.flush(request);
            case FSYNC -> files.fsync(request);
            case RELEASE -> files.release(request);
            case FALLOCATE -> files.fallocate(request);
            case LSEEK -> files.lseek(request);
            case COPY_FILE_RANGE -> files.copyFileRange(request);
            case COPY_FILE_RANGE_64 -> files.copyFileRange64(request);
            case READ -> data.read(request);
            case WRITE -> data.write(request);
            case SETXATTR -> xattrs.set(request);
            case GETXATTR -> xattrs.get(request);
            case LISTXATTR -> xattrs.list(request);
            case REMOVEXATTR -> xattrs.remove(request);
            case GETLK -> locks.get(request);
            case SETLK -> locks.set(request);
            case SETLKW -> locks.setWaiting(request);
            // Sent at every open of some programs, to see whether the file is a terminal.
            case IOCTL -> request.fail(ENOTTY);
            case DESTROY -> request.succeed();
            // A second INIT on a connection that is up.
            case INIT -> request.fail(LinuxErrno.EIO);
            case BMAP, POLL, SETUPMAPPING, REMOVEMAPPING, SYNCFS, STATX -> request.fail(LinuxErrno.ENOSYS);
            case FORGET, BATCH_FORGET, INTERRUPT, NOTIFY_REPLY ->
                throw new IllegalArgumentException(opcode + " has no reply");
        }
    }

    /// What is to be done when the reply was not taken, since its caller was interrupted: a handle that it
    /// named is known to nobody. Null when there is nothing to do.
    @Nullable
    Runnable undelivered(Opcode opcode, Request request) {
        if (!request.repliesWithBody()) {
            return null;
        }
        return switch (opcode) {
            case OPEN -> releaseFile(request.shortReply().get(Request.LONG, 0));
            case CREATE, TMPFILE -> releaseFile(request.shortReply().get(Request.LONG, NodeEncoder.ENTRY_LENGTH));
            case OPENDIR -> {
                long number = request.shortReply().get(Request.LONG, 0);
                yield () -> directories.release(number);
            }
            default -> null;
        };
    }

    private Runnable releaseFile(long number) {
        return () -> files.release(number, 0);
    }
}
