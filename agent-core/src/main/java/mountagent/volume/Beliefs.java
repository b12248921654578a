package mountagent.volume;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import mountagent.base.DentryKey;
import org.jspecify.annotations.Nullable;

/// Which inode was last seen behind a name, for operations that carry names only: an engine across a network then needs
/// one round trip less, and a wrong belief costs one more and nothing else. Bounded, thread-safe. Not kept at all for
/// an
/// engine that reads locally.
final class Beliefs {
    /// No belief.
    static final long NONE = 0;

    private static final int NAMES_MAX = 65_536;

    private final @Nullable Cache<DentryKey, Long> inodes;

    Beliefs(boolean useful) {
        inodes = useful
                ? Caffeine.newBuilder()
                        .maximumSize(NAMES_MAX)
                        .executor(Runnable::run)
                        .build()
                : null;
    }

    void saw(DentryKey at, long inode) {
        if (inodes != null) {
            inodes.put(at, inode);
        }
    }

    void forget(DentryKey at) {
        if (inodes != null) {
            inodes.invalidate(at);
        }
    }

    long behind(DentryKey at) {
        Long known = inodes == null ? null : inodes.getIfPresent(at);
        return known == null ? NONE : known;
    }
}
