package mountagent.chunk;

import mountagent.base.Timestamp;
import mountagent.meta.Node;
import org.jspecify.annotations.Nullable;

/// As of which version of an open file what is known of it here is, and how many changes of others were met: each node
/// that is read, and each that a commit of ours finds, is the last one known or has been changed by somebody else.
/// Guarded by the lock of its [InodeState].
final class FileVersions {
    private record Version(Timestamp mtime, Timestamp ctime, long length) {
        static Version of(Node node) {
            return new Version(node.mtime(), node.ctime(), node.length());
        }
    }

    private @Nullable Version known;
    private long others;

    /// The file is as `node` now; whether that is news, and so by others.
    boolean met(Node node) {
        Version now = Version.of(node);
        boolean isNews = known != null && !known.equals(now);
        if (isNews) {
            others++;
        }
        known = now;
        return isNews;
    }

    /// A commit of ours found the file as `before` and made it `after`; whether others had changed it.
    boolean committed(Node before, Node after) {
        boolean isNews = met(before);
        known = Version.of(after);
        return isNews;
    }

    /// What the file is now is not known: others may have changed it.
    void lost() {
        others++;
        known = null;
    }

    /// How many changes of others were met.
    long others() {
        return others;
    }
}
