package mountagent.fuse;

import java.util.List;
import mountagent.base.Caller;
import mountagent.base.Caller.Checks;

/// On whose behalf a request came.
///
/// The kernel has applied the umask already, unless it was told not to (FUSE_DONT_MASK): then requests that make nodes
/// carry it. Supplementary groups matter only when the core checks permissions; the protocol does not carry them, so
/// they are looked up.
final class Callers {
    private final Checks checks;
    private final boolean masks;
    private final ProcessGroups groups;

    /// `masks`: the core applies the umask.
    Callers(Checks checks, boolean masks, ProcessGroups groups) {
        this.checks = checks;
        this.masks = masks;
        this.groups = groups;
    }

    Caller of(Request request) {
        return caller(request, 0);
    }

    /// The caller of a request that makes a node, with its umask at `umaskAt`.
    Caller making(Request request, int umaskAt) {
        return caller(request, masks ? request.int32(umaskAt) & FileModes.PERMISSIONS : 0);
    }

    private Caller caller(Request request, int umask) {
        boolean needsGroups = checks == Checks.CORE && request.uid() != 0;
        List<Integer> known = needsGroups ? groups.of(request.pid(), request.uid()) : List.of();
        return new Caller(request.uid(), request.gid(), known, request.pid(), umask, checks);
    }
}
