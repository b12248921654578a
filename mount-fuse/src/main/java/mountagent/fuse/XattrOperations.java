package mountagent.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.XattrMode;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.volume.VolumeFs.WriteOption;

/// SETXATTR, GETXATTR, LISTXATTR, REMOVEXATTR.
///
/// The kernel asks for `security.capability` with every file that is written, `ls -l` for a label and an ACL of each
/// entry. A mount that shows none of these answers without asking the volume, and says that it does not support them,
/// as
/// other file systems do: `ls` asks no second time then. (The official client says that there is none.)
final class XattrOperations {
    private static final FileName CAPABILITY = FileName.of("security.capability");
    private static final FileName LABEL = FileName.of("security.selinux");
    private static final FileName ACCESS_ACL = FileName.of("system.posix_acl_access");
    private static final FileName DEFAULT_ACL = FileName.of("system.posix_acl_default");

    /// `FUSE_SETXATTR_ACL_KILL_SGID`: the kernel knows that the caller is outside the file's group.
    private static final int ACL_KILL_SGID = 1;

    private static final WriteOption[] NO_OPTIONS = {};

    private final MountState mount;
    private final boolean hasSetFlags;
    private final int setHeaderLength;
    private final Set<FileName> withheld;

    XattrOperations(MountState mount, Set<FileName> withheld) {
        this.mount = mount;
        this.withheld = withheld;
        this.hasSetFlags = mount.protocol().has(InitFlag.SETXATTR_EXT);
        this.setHeaderLength = hasSetFlags ? 16 : 8;
    }

    /// The names that a mount as `request` asks for does not show.
    static Set<FileName> withheld(MountRequest request) {
        Set<FileName> names = new HashSet<>();
        if (!request.has(MountOption.FILE_CAPABILITIES)) {
            names.add(CAPABILITY);
        }
        if (!request.has(MountOption.SELINUX_LABELS)) {
            names.add(LABEL);
        }
        if (!request.has(MountOption.POSIX_ACLS)) {
            names.add(ACCESS_ACL);
            names.add(DEFAULT_ACL);
        }
        return Set.copyOf(names);
    }

    private FileName shown(FileName name) throws FsException {
        if (withheld.contains(name)) {
            throw FsException.miss(Errno.ENOTSUP);
        }
        return name;
    }

    void set(Request request) throws FsException {
        XattrMode mode = switch (request.int32(4)) {
            case 0 -> XattrMode.CREATE_OR_REPLACE;
            case 1 -> XattrMode.CREATE;
            case 2 -> XattrMode.REPLACE;
            default -> throw FsException.miss(Errno.EINVAL);
        };
        int valueAt = request.endOfString(setHeaderLength) + 1;
        Bytes value = request.bytes(valueAt, request.int32(0));
        FileName name = shown(request.name(setHeaderLength));
        mount.volume().setXattr(mount.callers().of(request), request.node(), name, value, mode, options(request));
        request.succeed();
    }

    private WriteOption[] options(Request request) {
        boolean drops = hasSetFlags && (request.int32(8) & ACL_KILL_SGID) != 0;
        return drops ? new WriteOption[] {WriteOption.DROP_SET_GROUP_ID} : NO_OPTIONS;
    }

    /// Refuses a name that is not shown without waiting; false, and nothing done, for any other.
    boolean tryGet(Request request) throws FsException {
        FileName _ = shown(request.name(8));
        return false;
    }

    void get(Request request) throws FsException {
        int room = request.int32(0);
        FileName name = shown(request.name(8));
        Bytes value = mount.volume().getXattr(mount.callers().of(request), request.node(), name);
        reply(request, value.toArray(), room);
    }

    void list(Request request) throws FsException {
        int room = request.int32(0);
        List<FileName> names = mount.volume().listXattr(mount.callers().of(request), request.node());
        int length = 0;
        for (FileName name : names) {
            length += name.length() + 1;
        }
        var joined = new byte[length];
        int at = 0;
        for (FileName name : names) {
            System.arraycopy(name.toArray(), 0, joined, at, name.length());
            at += name.length() + 1;
        }
        reply(request, joined, room);
    }

    /// With no room at all the length is asked for; with too little the answer is ERANGE.
    private static void reply(Request request, byte[] content, int room) throws FsException {
        if (room == 0) {
            request.shortReply().set(Request.LONG, 0, content.length);
            request.succeed(Long.BYTES);
            return;
        }
        if (content.length > room || content.length > request.dataCapacity()) {
            throw FsException.miss(Errno.ERANGE);
        }
        MemorySegment.copy(content, 0, request.data(content.length), ValueLayout.JAVA_BYTE, 0, content.length);
        request.succeedWithData(content.length);
    }

    void remove(Request request) throws FsException {
        mount.volume().removeXattr(mount.callers().of(request), request.node(), shown(request.name(0)));
        request.succeed();
    }
}
