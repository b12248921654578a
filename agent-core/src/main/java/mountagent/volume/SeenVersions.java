package mountagent.volume;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import mountagent.base.Attr;

/// Which version of a file's contents a front end was last told of: it may keep what it has cached over a new open when
/// that is still the version there is. Bounded, thread-safe; forgetting an entry only costs a front end its cache.
final class SeenVersions {
    private static final int FILES_MAX = 65_536;

    private final Cache<Long, FileVersion> versions =
            Caffeine.newBuilder().maximumSize(FILES_MAX).executor(Runnable::run).build();

    /// Takes note that `attr` was handed out. Only files that were opened before matter.
    void told(Attr attr) {
        if (attr.type().hasData()) {
            FileVersion known = versions.getIfPresent(attr.inode());
            if (known != null && !known.equals(FileVersion.of(attr))) {
                versions.put(attr.inode(), FileVersion.of(attr));
            }
        }
    }

    /// Takes note that the file is opened as `attr` and says whether its contents are as they were last told.
    boolean opened(Attr attr) {
        FileVersion known = versions.getIfPresent(attr.inode());
        if (known != null && known.equals(FileVersion.of(attr))) {
            return true;
        }
        versions.put(attr.inode(), FileVersion.of(attr));
        return false;
    }

    /// Forgets a file that is gone.
    void forget(long inode) {
        versions.invalidate(inode);
    }
}
