package mountagent.sftp.users;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Files of public keys beside the users': those of trusted certificate authorities ([Authorities]), and those that let
/// nobody in any more ([RevokedKeys]); null for none.
public record KeyFiles(
        @Nullable Path trustedAuthorities, @Nullable Path revoked) {
    /// None.
    public static final KeyFiles NONE = new KeyFiles(null, null);
}
