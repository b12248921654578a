package mountagent.sftp.users;

import java.util.List;

/// Whom users become in the volume, whatever their numbers: `uid` and `gid` stand for those that are squashed.
///
/// User 0 and group 0 are squashed, if that is meant, unless the user is allowed to be root.
public record Squash(Mode mode, int uid, int gid) {
    /// Nobody's number on all systems.
    public static final int NOBODY = 65534;

    /// User 0 and group 0, to nobody.
    public static final Squash USUAL = new Squash(Mode.ROOT, NOBODY, NOBODY);

    /// Who is squashed.
    public enum Mode {
        /// User 0 and group 0 of users that are not allowed to be root.
        ROOT,
        /// Everybody, whatever is allowed.
        ALL,
        /// Nobody.
        NONE
    }

    /// A user's numbers in the volume.
    public record Identity(int uid, int gid, List<Integer> groups) {
        public Identity {
            groups = List.copyOf(groups);
        }
    }

    /// Who `user` is in the volume.
    public Identity of(SftpUser user) {
        boolean keepsZero = mode == Mode.NONE || user.isSuperUserAllowed();
        if (mode == Mode.ALL) {
            return new Identity(uid, gid, List.of());
        }
        if (keepsZero) {
            return new Identity(user.uid(), user.gid(), user.groups());
        }
        return new Identity(
                user.uid() == 0 ? uid : user.uid(),
                user.gid() == 0 ? gid : user.gid(),
                user.groups().stream().filter(group -> group != 0).toList());
    }
}
