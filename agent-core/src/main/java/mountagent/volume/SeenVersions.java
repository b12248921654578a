package mountagent.volume;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import mountagent.base.Attr;
import mountagent.base.Timestamp;

/// Which version of a file's contents a front end was last told of: it may keep what it has cached over a new open when
/// that is still the version there is. Bounded, thread-safe; forgetting an entry only costs a front end its cache.
final class SeenVersions {
    private static final int FILES_MAX = 65_536;

    private record Version(Timestamp mtime, long length) {}

    private final Cache<Long, Version> versions =
            Caffeine.newBuilder().maximumSize(FILES_MAX).executor(Runnable::run).build();

    /// Takes note that `attr` was handed out. Only files that were opened before matter.
    void told(Attr attr) {
        if (attr.type().hasData()) {
            Version known = versions.getIfPresent(attr.inode());
            if (known != null && !isSame(known, attr)) {
                versions.put(attr.inode(), version(attr));
            }
        }
    }

    /// Takes note that the file is opened as `attr` and says whether its contents are as they were last told.
    boolean opened(Attr attr) {
        Version known = versions.getIfPresent(attr.inode());
        if (known != null && isSame(known, attr)) {
            return true;
        }
        versions.put(attr.inode(), version(attr));
        return false;
    }

    /// Forgets a file that is gone.
    void forget(long inode) {
        versions.invalidate(inode);
    }

    private static Version version(Attr attr) {
        return new Version(attr.mtime(), attr.length());
    }

    private static boolean isSame(Version known, Attr attr) {
        return known.length() == attr.length() && known.mtime().equals(attr.mtime());
    }
}
