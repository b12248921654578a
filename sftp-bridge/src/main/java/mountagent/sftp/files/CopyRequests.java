package mountagent.sftp.files;

import java.util.Set;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.base.Sizes;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.sftp.wire.SftpRequest.Replace;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Access;
import mountagent.volume.OpenSpec.Option;
import mountagent.volume.Opened;
import mountagent.volume.Stat;

/// Copies inside the volume: the files share their data afterwards, none of it moves.
final class CopyRequests {
    private final View view;
    private final HandleTable handles;
    private final Replies replies;

    CopyRequests(View view, HandleTable handles, Replies replies) {
        this.view = view;
        this.handles = handles;
        this.replies = replies;
    }

    /// copy-data. A length of 0 means to the end of the source as it is now. EINVAL for ranges that are none,
    /// and for ranges of one file that overlap; EBADF for handles that may not read and write, and for a
    /// target that is opened to append.
    Reply data(int id, SftpRequest.CopyData request) throws FsException {
        view.requireWritable();
        FileHandle from = handles.file(request.from()).handle();
        FileHandle to = handles.file(request.to()).handle();
        boolean mayCopy = from.spec().access().reads() && to.spec().access().writes();
        if (!mayCopy || to.spec().has(Option.APPEND)) {
            throw FsException.miss(Errno.EBADF);
        }
        requireRange(request.fromOffset(), request.length());
        requireRange(request.toOffset(), request.length());
        long size = view.volume().getattr(view.caller(), from.inode()).attr().length();
        long there = Math.max(0, size - request.fromOffset());
        // what is asked for beyond the end of the source is not there to be copied
        long wanted = request.length() == 0 ? there : Math.min(there, request.length());
        copy(from, request.fromOffset(), to, request.toOffset(), wanted);
        return replies.done(id);
    }

    private static void requireRange(long offset, long length) throws FsException {
        if (offset < 0 || length < 0 || offset > Sizes.FILE_MAX || length > Sizes.FILE_MAX - offset) {
            throw FsException.miss(Errno.EINVAL);
        }
    }

    private void copy(FileHandle from, long fromOffset, FileHandle to, long toOffset, long length) throws FsException {
        if (from.inode() == to.inode() && length > Math.abs(fromOffset - toOffset)) {
            throw FsException.miss(Errno.EINVAL);
        }
        long done = 0;
        while (done < length) {
            long copied = view.volume().copyRange(from, fromOffset + done, to, toOffset + done, length - done);
            if (copied <= 0) {
                return; // the source has become shorter meanwhile
            }
            done += copied;
        }
    }

    /// copy-file: a whole file, with its permissions.
    Reply file(int id, SftpRequest.CopyFile request) throws FsException {
        view.requireWritable();
        Stat source = ConfinedWalk.find(view, request.from(), Follow.LAST_LINK).existing();
        if (source.attr().type() != FileType.FILE) {
            throw FsException.miss(Errno.EINVAL);
        }
        Place place = ConfinedWalk.find(view, request.to(), Follow.LAST_LINK);
        Stat target = place.stat();
        if (target != null && target.inode() == source.inode()) {
            throw FsException.miss(Errno.EINVAL);
        }
        FileHandle from = view.volume().open(view.caller(), source.inode(), OpenSpec.READ);
        try {
            Option option = request.replace() == Replace.YES ? Option.TRUNCATE : Option.EXCLUSIVE;
            Opened to = view.volume()
                    .create(
                            view.caller(),
                            place.entryOf(FileType.FILE),
                            NodeSpec.file(source.attr().mode() & 0777),
                            new OpenSpec(Access.WRITE, Set.of(option)));
            fill(from, to.handle(), source.attr().length());
        } finally {
            view.volume().release(from, 0);
        }
        return replies.done(id);
    }

    private void fill(FileHandle from, FileHandle to, long length) throws FsException {
        try {
            copy(from, 0, to, 0, length);
            view.volume().flush(to, 0);
        } finally {
            view.volume().release(to, 0);
        }
    }
}
