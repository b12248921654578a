package mountagent.fuse;

import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.volume.Stat;

/// SYMLINK, MKNOD, MKDIR, LINK, UNLINK, RMDIR, RENAME, RENAME2.
final class NameOperations {
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;
    private static final int RENAME_WHITEOUT = 4;

    private final MountState mount;

    NameOperations(MountState mount) {
        this.mount = mount;
    }

    void symlink(Request request) throws FsException {
        int nameEnd = request.endOfString(0);
        int targetEnd = request.endOfString(nameEnd + 1);
        Bytes target = request.bytes(nameEnd + 1, targetEnd - nameEnd - 1);
        Stat stat = mount.volume().symlink(mount.callers().of(request), key(request, 0), target);
        mount.encoder().replyEntry(request, stat);
    }

    void mknod(Request request) throws FsException {
        int mode = request.int32(0);
        var spec = new NodeSpec(FileModes.typeOf(mode), mode & FileModes.PERMISSIONS, request.int32(4));
        make(request, mount.callers().making(request, 8), key(request, 16), spec);
    }

    void mkdir(Request request) throws FsException {
        NodeSpec spec = NodeSpec.directory(request.int32(0) & FileModes.PERMISSIONS);
        make(request, mount.callers().making(request, 4), key(request, 8), spec);
    }

    private void make(Request request, Caller caller, DentryKey at, NodeSpec spec) throws FsException {
        Stat stat = mount.volume().mknod(caller, at, spec);
        mount.encoder().replyEntry(request, stat);
    }

    void link(Request request) throws FsException {
        Stat stat = mount.volume().link(mount.callers().of(request), request.int64(0), key(request, 8));
        mount.encoder().replyEntry(request, stat);
    }

    void unlink(Request request) throws FsException {
        mount.volume().unlink(mount.callers().of(request), key(request, 0));
        request.succeed();
    }

    void rmdir(Request request) throws FsException {
        mount.volume().rmdir(mount.callers().of(request), key(request, 0));
        request.succeed();
    }

    void rename(Request request) throws FsException {
        rename(request, 8, Set.of());
    }

    void rename2(Request request) throws FsException {
        rename(request, 16, flags(request.int32(8)));
    }

    private void rename(Request request, int namesAt, Set<RenameFlag> flags) throws FsException {
        FileName to = request.name(request.endOfString(namesAt) + 1);
        mount.volume()
                .rename(mount.callers().of(request), key(request, namesAt), new DentryKey(request.int64(0), to), flags);
        request.succeed();
    }

    private static Set<RenameFlag> flags(int bits) throws FsException {
        Set<RenameFlag> flags = EnumSet.noneOf(RenameFlag.class);
        if ((bits & RENAME_NOREPLACE) != 0) {
            flags.add(RenameFlag.NO_REPLACE);
        }
        if ((bits & RENAME_EXCHANGE) != 0) {
            flags.add(RenameFlag.EXCHANGE);
        }
        if ((bits & RENAME_WHITEOUT) != 0) {
            flags.add(RenameFlag.WHITEOUT);
        }
        if ((bits & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) != 0) {
            throw new FsException(Errno.EINVAL, "rename flags 0x" + Integer.toHexString(bits) + " are not known");
        }
        return flags;
    }

    /// The name at `offset` in the directory that the request is for.
    private static DentryKey key(Request request, int offset) throws FsException {
        return new DentryKey(request.node(), request.name(offset));
    }
}
