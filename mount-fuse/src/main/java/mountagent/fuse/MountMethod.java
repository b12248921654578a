package mountagent.fuse;

import java.nio.file.Path;
import mountagent.frontend.MountException;
import mountagent.frontend.MountRequest;

/// How the kernel is brought to mount and to unmount: by system call, or by a helper that has the right to.
sealed interface MountMethod permits SystemMount, HelperMount {
    /// What the table of mounts shows as type; tools look for it.
    String TYPE = "fuse.juicefs";

    /// How urgently to unmount.
    enum How {
        /// Only when unused.
        IF_UNUSED,
        /// Out of the tree now; it ends when nobody uses it any more.
        LAZILY,
        /// Every operation under way fails, then as LAZILY.
        FORCED
    }

    /// Mounts at `path` and returns the descriptor over which the kernel sends its requests.
    int mount(Path path, MountRequest request, int dataMax) throws MountException;

    /// Takes the uppermost mount at `path` away; returns why it was refused, empty when it was not. A path
    /// that is not mounted is no refusal.
    String unmount(Path path, How how);

    /// What is shown as mounted: as the official client does.
    static String source(MountRequest request) {
        return "JuiceFS:" + request.volumeName();
    }
}
