package mountagent.sftp.files;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import mountagent.base.AttrChange;
import mountagent.base.Errno;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.base.NodeSpec;
import mountagent.sftp.files.OpenHandle.OpenFile;
import mountagent.sftp.wire.Protocol;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.volume.FileHandle;
import mountagent.volume.OpenSpec;
import mountagent.volume.OpenSpec.Access;
import mountagent.volume.OpenSpec.Option;
import mountagent.volume.Opened;
import mountagent.volume.Stat;
import mountagent.volume.SyncMode;
import mountagent.volume.VolumeFs;
import mountagent.volume.VolumeFs.WriteOption;
import org.jspecify.annotations.Nullable;

/// OPEN and what goes by an open file's handle.
final class FileRequests {
    // SSH_FXF_*
    private static final int READ = 0x01;
    private static final int WRITE = 0x02;
    private static final int APPEND = 0x04;
    private static final int CREATE = 0x08;
    private static final int TRUNCATE = 0x10;
    private static final int EXCLUSIVE = 0x20;
    private static final int KNOWN = READ | WRITE | APPEND | CREATE | TRUNCATE | EXCLUSIVE;

    private static final WriteOption[] AS_ANYBODY = {WriteOption.DROP_SET_IDS};
    private static final WriteOption[] AS_ROOT = {};

    private final View view;
    private final VolumeFs volume;
    private final HandleTable handles;
    private final Replies replies;
    private final WriteOption[] writeOptions;

    FileRequests(View view, HandleTable handles, Replies replies) {
        this.view = view;
        this.volume = view.volume();
        this.handles = handles;
        this.replies = replies;
        this.writeOptions = view.caller().isRoot() ? AS_ROOT : AS_ANYBODY;
    }

    Reply open(int id, SftpRequest.Open request) throws FsException {
        OpenSpec spec = spec(request.flags());
        boolean creates = (request.flags() & CREATE) != 0;
        if (creates || spec.access().writes() || spec.has(Option.TRUNCATE)) {
            view.requireWritable();
        }
        handles.reserve();
        FileHandle handle = null;
        try {
            handle = opened(request, spec, creates);
            return Reply.handle(replies.pool(), id, handles.add(new OpenFile(handle, request.path())));
        } finally {
            if (handle == null) {
                handles.unreserve();
            }
        }
    }

    /// The flags of OPEN by their names.
    static String flagWords(int flags) {
        String[] names = {"read", "write", "append", "create", "truncate", "exclusive"};
        List<String> words = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            if ((flags & 1 << i) != 0) {
                words.add(names[i]);
            }
        }
        return words.isEmpty() ? "nothing" : String.join(",", words);
    }

    private static OpenSpec spec(int flags) throws FsException {
        if ((flags & ~KNOWN) != 0) {
            throw FsException.miss(Errno.EINVAL);
        }
        Set<Option> options = EnumSet.noneOf(Option.class);
        if ((flags & APPEND) != 0) {
            options.add(Option.APPEND);
        }
        if ((flags & TRUNCATE) != 0) {
            options.add(Option.TRUNCATE);
        }
        if ((flags & EXCLUSIVE) != 0 && (flags & CREATE) != 0) {
            options.add(Option.EXCLUSIVE);
        }
        return new OpenSpec(access(flags), options);
    }

    private static Access access(int flags) {
        boolean writes = (flags & (WRITE | APPEND)) != 0;
        boolean reads = (flags & READ) != 0;
        if (writes) {
            return reads ? Access.READ_WRITE : Access.WRITE;
        }
        return Access.READ;
    }

    private FileHandle opened(SftpRequest.Open request, OpenSpec spec, boolean creates) throws FsException {
        boolean isExclusive = spec.has(Option.EXCLUSIVE);
        Place place = ConfinedWalk.find(view, request.path(), isExclusive ? Follow.NOT_LAST_LINK : Follow.LAST_LINK);
        Stat found = place.stat();
        if (found != null && isExclusive) {
            throw FsException.miss(Errno.EEXIST);
        }
        if (found == null && creates) {
            var node = NodeSpec.file(AttributeChanges.modeOfNewFile(request.attributes()));
            Opened opened = volume.create(view.caller(), place.entryOf(FileType.FILE), node, spec);
            return checked(opened.stat(), opened.handle());
        }
        requireFile(place.existing());
        return volume.open(view.caller(), place.existing().inode(), spec);
    }

    /// What somebody else may have put there between the look at it and its opening.
    private FileHandle checked(Stat stat, FileHandle handle) throws FsException {
        try {
            requireFile(stat);
            return handle;
        } catch (FsException failure) {
            volume.release(handle, 0);
            throw failure;
        }
    }

    static void requireFile(Stat stat) throws FsException {
        FileType type = stat.attr().type();
        if (type == FileType.DIRECTORY) {
            throw FsException.miss(Errno.EISDIR);
        }
        if (type != FileType.FILE) {
            throw FsException.miss(Errno.EINVAL);
        }
    }

    /// READ. Past the end of what a file can have, there is its end.
    Reply read(int id, SftpRequest.Read request) throws FsException {
        OpenFile file = handles.file(request.handle());
        int length = (int) Math.min(request.length(), Protocol.DATA_MAX);
        return Objects.requireNonNull(
                readBy(
                        id,
                        file,
                        length,
                        target -> volume.read(file.handle(), request.offset(), target),
                        request.offset()),
                "only a read that does not wait may have no answer");
    }

    /// The same if it can be answered at once; null if not.
    @Nullable
    Reply tryRead(int id, SftpRequest.Read request) throws FsException {
        OpenFile file = handles.file(request.handle());
        int length = (int) Math.min(request.length(), Protocol.DATA_MAX);
        return readBy(
                id, file, length, target -> volume.tryRead(file.handle(), request.offset(), target), request.offset());
    }

    /// Fills a target and says how far; -1 if that cannot be done now.
    private interface Filler {
        int fill(java.lang.foreign.MemorySegment target) throws FsException;
    }

    private @Nullable Reply readBy(int id, OpenFile file, int length, Filler filler, long offset) throws FsException {
        if (offset < 0 || length == 0) {
            return replies.endOfFile(id);
        }
        Reply reply = Reply.data(replies.pool(), id, length);
        int count = 0;
        boolean isSent = false;
        try {
            count = filler.fill(reply.room(length));
            isSent = count > 0;
        } catch (FsException failure) {
            if (failure.errno() != Errno.EFBIG) {
                throw failure;
            }
        } finally {
            if (!isSent) {
                reply.free();
            }
        }
        if (count < 0) {
            return null;
        }
        if (count == 0) {
            return replies.endOfFile(id);
        }
        reply.filled(count);
        file.hasRead(count);
        return reply;
    }

    Reply write(int id, SftpRequest.Write request) throws FsException {
        OpenFile file = handles.file(request.handle());
        if (request.data().byteSize() > 0) {
            volume.write(file.handle(), request.offset(), request.data(), writeOptions);
            file.hasWritten(request.data().byteSize());
        }
        return replies.done(id);
    }

    /// The same if it can be done at once; null (and nothing done) if not.
    @Nullable
    Reply tryWrite(int id, SftpRequest.Write request) throws FsException {
        OpenFile file = handles.file(request.handle());
        if (request.data().byteSize() > 0
                && volume.tryWrite(file.handle(), request.offset(), request.data(), writeOptions) < 0) {
            return null;
        }
        file.hasWritten(request.data().byteSize());
        return replies.done(id);
    }

    Reply stat(int id, SftpRequest.HandleStat request, NameRequests names) throws FsException {
        long inode = handles.any(request.handle()).inode();
        return names.attributes(id, volume.getattr(view.caller(), inode));
    }

    Reply setStat(int id, SftpRequest.SetHandleStat request) throws FsException {
        view.requireWritable();
        OpenHandle open = handles.any(request.handle());
        Stat stat = volume.getattr(view.caller(), open.inode());
        AttrChange change = AttributeChanges.of(request.attributes(), stat.attr());
        if (open instanceof OpenFile file) {
            volume.setattr(view.caller(), file.handle(), change);
        } else {
            volume.setattr(view.caller(), open.inode(), change);
        }
        return replies.done(id);
    }

    Reply sync(int id, SftpRequest.Sync request) throws FsException {
        volume.fsync(handles.file(request.handle()).handle(), SyncMode.DATA_AND_ATTRIBUTES);
        return replies.done(id);
    }

    /// CLOSE of a file, if there is nothing to wait for; null (and nothing done) if there is, or if it is no
    /// file.
    @Nullable
    Reply tryClose(int id, SftpRequest.Close request) throws FsException {
        long number = request.handle();
        if (handles.find(number) instanceof OpenFile file
                && volume.tryFlush(file.handle(), number)
                && volume.tryRelease(file.handle(), number)) {
            handles.remove(number);
            view.extras().log().closed(file, null);
            return replies.done(id);
        }
        return null;
    }

    /// CLOSE of a file: returns when its data is committed, and says so if it could not be.
    void close(long number, OpenFile file) throws FsException {
        try {
            flushAndRelease(number, file);
        } catch (FsException failure) {
            view.extras().log().closed(file, failure);
            throw failure;
        }
        view.extras().log().closed(file, null);
    }

    private void flushAndRelease(long number, OpenFile file) throws FsException {
        try {
            volume.flush(file.handle(), number);
        } finally {
            volume.release(file.handle(), number);
        }
    }
}
