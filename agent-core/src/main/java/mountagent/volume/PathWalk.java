package mountagent.volume;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import mountagent.base.Caller;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.meta.MetaStore;

/// Finds what a path names, from the root of the volume on. Used for one path.
final class PathWalk {
    private static final int LINKS_MAX = 40;

    private final MetaStore meta;
    private final Caller caller;
    private final Deque<Long> above = new ArrayDeque<>();
    private int links;

    PathWalk(MetaStore meta, Caller caller) {
        this.meta = meta;
        this.caller = caller;
    }

    /// The inode that `path` names. ENOENT, ENOTDIR, EACCES; ELOOP after too many links, EINVAL for a link
    /// that
    /// leads out of the volume.
    long resolve(String path) throws FsException {
        Deque<String> rest = new ArrayDeque<>();
        push(rest, path);
        long current = VolumeFs.ROOT;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (name.equals("..")) {
                current = above.isEmpty() ? VolumeFs.ROOT : above.pop();
                continue;
            }
            MetaStore.Placed found = meta.lookup(caller, new DentryKey(current, FileName.of(name)));
            if (found.node().type() == FileType.SYMLINK) {
                follow(rest, found.inode());
            } else {
                above.push(current);
                current = found.inode();
            }
        }
        return current;
    }

    private void follow(Deque<String> rest, long link) throws FsException {
        if (++links > LINKS_MAX) {
            throw FsException.miss(Errno.ELOOP);
        }
        String target = new String(meta.readlink(link).toArray(), StandardCharsets.UTF_8);
        if (target.startsWith("/")) {
            throw new FsException(Errno.EINVAL, "link " + link + " leads out of the volume");
        }
        push(rest, target);
    }

    private static void push(Deque<String> rest, String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            if (!names[i].isEmpty() && !names[i].equals(".")) {
                rest.push(names[i]);
            }
        }
    }
}
