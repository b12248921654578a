package mountagent.sftp.users;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One user of the SFTP server.
///
/// `root` is the directory of the volume that the user sees as `/`. `passwordHash` is a [PasswordHash], null
/// for a user without a password. `keys` are lines as in OpenSSH's `authorized_keys`. `allow` and `deny` are
/// networks ([Network]); without `allow` all addresses are allowed that `deny` does not have.
public record SftpUser(
        String name,
        int uid,
        int gid,
        List<Integer> groups,
        String root,
        int umask,
        boolean isReadOnly,
        boolean isSuperUserAllowed,
        @Nullable String passwordHash,
        List<String> keys,
        List<String> allow,
        List<String> deny) {
    private static final int UMASK_USUAL = 022;

    public SftpUser {
        groups = List.copyOf(groups);
        keys = List.copyOf(keys);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /// A user with the usual settings, who cannot log in yet.
    public static SftpUser of(String name, int uid, int gid) {
        return new SftpUser(
                name, uid, gid, List.of(), "/", UMASK_USUAL, false, false, null, List.of(), List.of(), List.of());
    }

    /// Nothing that is secret.
    @Override
    public String toString() {
        return name + " (uid " + uid + ", gid " + gid + ", root " + root + ")";
    }
}
