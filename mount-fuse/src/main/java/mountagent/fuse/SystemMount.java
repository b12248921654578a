package mountagent.fuse;

import java.nio.file.Path;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;
import mountagent.frontend.MountRequest.MountOption;
import mountagent.fuse.sys.LibC;
import mountagent.fuse.sys.LinuxErrno;

/// Mounts by mount(2), for root (fuse.md §2.1).
final class SystemMount implements MountMethod {
    private final Path device;

    SystemMount(Path device) {
        this.device = device;
    }

    @Override
    public int mount(Path path, MountRequest request, int dataMax) throws MountException {
        int fd = LibC.open(device.toString(), LibC.O_RDWR | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw new MountException("cannot open " + device + ": " + LibC.describe(-fd) + "; " + advice(-fd));
        }
        int rc = LibC.mount(
                MountMethod.source(request), path.toString(), TYPE, flags(request), options(fd, request, dataMax));
        if (rc < 0) {
            LibC.close(fd);
            throw new MountException("cannot mount on " + path + ": " + LibC.describe(-rc)
                    + (rc == -LinuxErrno.EPERM
                            ? "; mounting needs the capability CAP_SYS_ADMIN, which a container may lack"
                            : ""));
        }
        return fd;
    }

    private static String advice(int errno) {
        return switch (errno) {
            case LinuxErrno.ENOENT, LinuxErrno.ENODEV ->
                "load the kernel module (modprobe fuse); in a container pass"
                        + " the device through (--device /dev/fuse)";
            case LinuxErrno.EPERM, LinuxErrno.EACCES -> "this process has no right to the device";
            default -> "is the kernel module 'fuse' loaded?";
        };
    }

    private static long flags(MountRequest request) {
        long flags = 0;
        if (request.has(MountOption.READ_ONLY)) {
            flags |= LibC.MS_RDONLY;
        }
        if (!request.has(MountOption.SET_IDS)) {
            flags |= LibC.MS_NOSUID;
        }
        if (!request.has(MountOption.DEVICES)) {
            flags |= LibC.MS_NODEV;
        }
        return flags;
    }

    /// The kernel knows no others than these. Root always lets other users in, as the official client does.
    private static String options(int fd, MountRequest request, int dataMax) {
        String options = "fd=" + fd + ",rootmode=40000,user_id=" + LibC.effectiveUid() + ",group_id="
                + LibC.effectiveGid() + ",allow_other,max_read=" + dataMax;
        return request.has(MountOption.CORE_CHECKS_PERMISSIONS) ? options : options + ",default_permissions";
    }

    @Override
    public String unmount(Path path, How how) {
        int rc = switch (how) {
            case IF_UNUSED -> LibC.umount(path.toString(), 0);
            case LAZILY -> LibC.umount(path.toString(), LibC.MNT_DETACH);
            case FORCED -> {
                int forced = LibC.umount(path.toString(), LibC.MNT_FORCE);
                yield forced == 0 ? 0 : LibC.umount(path.toString(), LibC.MNT_DETACH);
            }
        };
        return rc == 0 || rc == -LinuxErrno.EINVAL ? "" : LibC.describe(-rc);
    }
}
