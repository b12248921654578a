package mountagent.sftp.files;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Bytes;
import mountagent.base.DentryKey;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.RenameFlag;
import mountagent.sftp.wire.AttributeEncoder;
import mountagent.sftp.wire.FileAttributes;
import mountagent.sftp.wire.Protocol;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.sftp.wire.SftpRequest.Replace;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.Stat;

/// Requests that name their node by a path, but for those that open it.
final class NameRequests {
    private static final byte[] HOME = {'/'};

    private final View view;
    private final Replies replies;

    NameRequests(View view, Replies replies) {
        this.view = view;
        this.replies = replies;
    }

    Reply stat(int id, SftpRequest.Stat request) throws FsException {
        return attributes(id, find(request.path(), request.follow()).existing());
    }

    Reply attributes(int id, Stat stat) {
        Reply reply = Reply.attributes(replies.pool(), id);
        AttributeEncoder.put(reply, stat.attr());
        return reply;
    }

    Reply setStat(int id, SftpRequest.SetStat request) throws FsException {
        view.requireWritable();
        Stat stat = find(request.path(), request.follow()).existing();
        change(stat, request.attributes());
        return replies.done(id);
    }

    private void change(Stat stat, FileAttributes attributes) throws FsException {
        AttrChange change = AttributeChanges.of(attributes, stat.attr());
        if (change.length().isPresent()) {
            // opened, so that the length is changed with the rights of a writer and in step with what is open
            FileHandle handle = view.volume().open(view.caller(), stat.inode(), OpenSpec.WRITE);
            try {
                view.volume().setattr(view.caller(), handle, change);
            } finally {
                view.volume().release(handle, 0);
            }
        } else if (!change.equals(AttrChange.NONE)) {
            view.volume().setattr(view.caller(), stat.inode(), change);
        }
    }

    Reply remove(int id, SftpRequest.Remove request) throws FsException {
        view.requireWritable();
        Place place = find(request.path(), Follow.NOT_LAST_LINK);
        if (place.existing().attr().type() == FileType.DIRECTORY) {
            throw FsException.miss(Errno.EISDIR);
        }
        view.volume().unlink(view.caller(), place.entry());
        return replies.done(id);
    }

    Reply makeDirectory(int id, SftpRequest.MakeDirectory request) throws FsException {
        view.requireWritable();
        Place place = free(request.path());
        int mode = AttributeChanges.modeOfNewDirectory(request.attributes());
        view.volume().mknod(view.caller(), place.entry(), NodeSpec.directory(mode));
        return replies.done(id);
    }

    Reply removeDirectory(int id, SftpRequest.RemoveDirectory request) throws FsException {
        view.requireWritable();
        Place place = find(request.path(), Follow.NOT_LAST_LINK);
        place.existing();
        view.volume().rmdir(view.caller(), place.entry());
        return replies.done(id);
    }

    Reply rename(int id, SftpRequest.Rename request) throws FsException {
        view.requireWritable();
        Place from = find(request.from(), Follow.NOT_LAST_LINK);
        FileType type = from.existing().attr().type();
        Place to = find(request.to(), Follow.NOT_LAST_LINK);
        Set<RenameFlag> flags = EnumSet.noneOf(RenameFlag.class);
        if (request.replace() == Replace.NO) {
            flags.add(RenameFlag.NO_REPLACE);
        }
        view.volume().rename(view.caller(), from.entry(), to.entryOf(type), flags);
        return replies.done(id);
    }

    Reply hardLink(int id, SftpRequest.HardLink request) throws FsException {
        view.requireWritable();
        Stat stat = find(request.from(), Follow.NOT_LAST_LINK).existing();
        view.volume()
                .link(
                        view.caller(),
                        stat.inode(),
                        free(request.to()).entryOf(stat.attr().type()));
        return replies.done(id);
    }

    Reply makeLink(int id, SftpRequest.MakeLink request) throws FsException {
        view.requireWritable();
        DentryKey at = free(request.path()).entryOf(FileType.SYMLINK);
        view.volume().symlink(view.caller(), at, request.target());
        return replies.done(id);
    }

    /// The target as it is stored, wherever it points.
    Reply readLink(int id, SftpRequest.ReadLink request) throws FsException {
        Stat stat = find(request.path(), Follow.NOT_LAST_LINK).existing();
        return oneName(id, view.volume().readlink(view.caller(), stat.inode()).toArray());
    }

    /// Made of the path's words alone: what is not there has an absolute form, too.
    Reply realPath(int id, SftpRequest.RealPath request) throws FsException {
        Bytes path = request.path();
        if (request.tilde() == SftpRequest.Tilde.HOME && !path.isEmpty() && path.at(0) == '~') {
            if (path.length() > 1 && path.at(1) != '/') {
                throw FsException.miss(Errno.ENOENT);
            }
            path = Bytes.ofRange(path.toArray(), 1, path.length());
        }
        return oneName(id, RemotePath.ofClient(path).normalized());
    }

    /// Everybody's home is the root.
    Reply home(int id) {
        return oneName(id, HOME);
    }

    private Reply oneName(int id, byte[] name) {
        Reply reply = Reply.names(replies.pool(), id, 2 * (Integer.BYTES + Protocol.PATH_MAX + 1) + Integer.BYTES);
        reply.string(name).string(name).int32(0);
        reply.count(1);
        return reply;
    }

    /// The user's and the groups' names, as far as they are known: nothing for the others.
    Reply names(int id, SftpRequest.Names request) {
        byte[] users =
                packed(request.uids().stream().map(view.nameOfUser()::apply).toList());
        byte[] groups = packed(request.gids().stream().map(_ -> "").toList());
        return Reply.extended(replies.pool(), id, 2 * Integer.BYTES + users.length + groups.length)
                .string(users)
                .string(groups);
    }

    private static byte[] packed(List<String> names) {
        List<byte[]> encoded =
                names.stream().map(name -> FileName.of(name).toArray()).toList();
        var packed = java.nio.ByteBuffer.allocate(
                encoded.stream().mapToInt(name -> Integer.BYTES + name.length).sum());
        encoded.forEach(name -> packed.putInt(name.length).put(name));
        return packed.array();
    }

    Place find(Bytes path, Follow follow) throws FsException {
        return ConfinedWalk.find(view, path, follow);
    }

    /// The place of what is not there yet. EEXIST.
    private Place free(Bytes path) throws FsException {
        Place place = find(path, Follow.NOT_LAST_LINK);
        if (place.stat() != null) {
            throw FsException.miss(Errno.EEXIST);
        }
        return place;
    }
}
