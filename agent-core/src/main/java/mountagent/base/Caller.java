package mountagent.base;

import java.util.List;

/// On whose behalf an operation runs: always an argument, never kept in a thread.
///
/// `groups` are the supplementary groups as far as they are known. `umask` is applied by the core when a node is made
/// (a front end whose kernel has applied it already passes 0).
public record Caller(int uid, int gid, List<Integer> groups, int pid, int umask, Checks checks) {
    /// Who looks at permission bits.
    public enum Checks {
        /// The core checks them.
        CORE,
        /// The kernel of the front end has checked them already (`default_permissions`).
        KERNEL
    }

    /// The agent itself: root, unchecked.
    public static final Caller AGENT = new Caller(0, 0, List.of(), 0, 0, Checks.KERNEL);

    public Caller {
        groups = List.copyOf(groups);
    }

    /// Whether this is the super user.
    public boolean isRoot() {
        return uid == 0;
    }

    /// Whether the core has to check the permission bits for this caller.
    public boolean isChecked() {
        return checks == Checks.CORE && uid != 0;
    }

    /// Whether the caller is in group `group`.
    public boolean isMember(int group) {
        return gid == group || groups.contains(group);
    }
}
