package mountagent.fuse;

import java.util.List;
import mountagent.base.Caller;
import mountagent.base.Caller.Checks;

/// On whose behalf a request came.
///
/// The kernel has applied the umask already (we do not ask for FUSE_DONT_MASK). Supplementary groups matter
/// only when the core checks permissions; the protocol does not carry them, so they are looked up.
final class Callers {
    private final Checks checks;
    private final ProcessGroups groups;

    Callers(Checks checks, ProcessGroups groups) {
        this.checks = checks;
        this.groups = groups;
    }

    Caller of(Request request) {
        boolean needsGroups = checks == Checks.CORE && request.uid() != 0;
        List<Integer> known = needsGroups ? groups.of(request.pid(), request.uid()) : List.of();
        return new Caller(request.uid(), request.gid(), known, request.pid(), 0, checks);
    }
}
