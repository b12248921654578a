package mountagent.sftp.files;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.volume.Stat;
import org.jspecify.annotations.Nullable;

/// Finds what a path names without ever leaving the user's root directory. Used for one path.
///
/// # How it is confined
/// The walk keeps the directories it came through, by inode, the user's root at the bottom. `..` takes the
/// last one away and stops at the root: the volume is never asked for a parent, so that a directory which is
/// moved meanwhile leads nowhere else. A link's target is walked the same way: from the root when it is
/// absolute, else from the directory the link is in. Every name is looked up with the user's rights.
final class ConfinedWalk {
    private static final int LINKS_MAX = 40;

    private final View view;
    private final Deque<Long> directories = new ArrayDeque<>();
    private final Deque<FileName> rest = new ArrayDeque<>();
    private int links;
    private boolean mustBeDirectory;

    private ConfinedWalk(View view) {
        this.view = view;
        directories.push(view.root());
    }

    /// What `path` names. A name that is not there is no failure at the end of the path, ENOENT before it.
    /// ENOTDIR, EACCES, EINVAL, ENAMETOOLONG; ELOOP after 40 links.
    static Place find(View view, Bytes path, Follow follow) throws FsException {
        if (path.isEmpty()) {
            throw FsException.miss(Errno.ENOENT);
        }
        RemotePath cut = RemotePath.ofClient(path);
        return new ConfinedWalk(view).walk(cut, follow);
    }

    private Place walk(RemotePath path, Follow follow) throws FsException {
        push(path);
        Place place = place(null, null);
        while (!rest.isEmpty()) {
            place = step(rest.pop(), follow);
        }
        if (place.at() == null) {
            return place(null, view.volume().getattr(view.caller(), here()));
        }
        Stat stat = place.stat();
        if (stat != null) {
            place.entryOf(stat.attr().type());
        }
        return place;
    }

    private Place place(@Nullable DentryKey at, @Nullable Stat stat) {
        return new Place(at, stat, mustBeDirectory ? Place.Allows.DIRECTORY : Place.Allows.ANYTHING);
    }

    private long here() {
        return directories.peek();
    }

    private Place step(FileName name, Follow follow) throws FsException {
        if (name.equals(FileName.SELF)) {
            return place(null, null);
        }
        if (name.equals(FileName.PARENT)) {
            if (directories.size() > 1) {
                directories.pop();
            }
            return place(null, null);
        }
        var at = new DentryKey(here(), name);
        Stat found = lookup(at);
        boolean isLast = rest.isEmpty();
        if (found != null && isFollowed(found, isLast, follow)) {
            follow(found.inode());
            return place(null, null);
        }
        if (!isLast || isDirectory(found)) {
            enter(found);
        }
        return place(at, found);
    }

    private @Nullable Stat lookup(DentryKey at) throws FsException {
        try {
            return view.volume().lookup(view.caller(), at);
        } catch (FsException failure) {
            if (failure.errno() == Errno.ENOENT && rest.isEmpty()) {
                return null;
            }
            throw failure;
        }
    }

    private boolean isFollowed(Stat found, boolean isLast, Follow follow) {
        return found.attr().type() == FileType.SYMLINK && (!isLast || mustBeDirectory || follow == Follow.LAST_LINK);
    }

    private static boolean isDirectory(@Nullable Stat found) {
        return found != null && found.attr().type() == FileType.DIRECTORY;
    }

    private void enter(@Nullable Stat found) throws FsException {
        if (found == null) {
            throw FsException.miss(Errno.ENOENT);
        }
        if (found.attr().type() != FileType.DIRECTORY) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        directories.push(found.inode());
    }

    private void follow(long link) throws FsException {
        if (++links > LINKS_MAX) {
            throw FsException.miss(Errno.ELOOP);
        }
        push(RemotePath.ofLink(view.volume().readlink(view.caller(), link)));
    }

    private void push(RemotePath path) {
        if (path.isAbsolute()) {
            directories.clear();
            directories.push(view.root());
        }
        if (rest.isEmpty()) {
            mustBeDirectory |= path.endsInSlash();
        }
        List<FileName> names = path.names();
        for (int i = names.size() - 1; i >= 0; i--) {
            rest.push(names.get(i));
        }
    }
}
