package mountagent.service;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `fsck` is asked for: the whole of `volume` (a metadata URL or a registered name), or `path` in it.
/// Directories that get new attributes get the permission bits `directoryMode`.
public record FsckRequest(String volume, @Nullable String path, Set<Wish> wishes, int directoryMode) {
    /// What may be asked for beyond looking.
    public enum Wish {
        REPAIR,
        RECURSE,
        RECOUNT_STATISTICS,
        /// Read every block, too.
        READ_BLOCKS
    }

    public FsckRequest {
        wishes = Set.copyOf(wishes);
    }

    boolean wants(Wish wish) {
        return wishes.contains(wish);
    }
}
