package mountagent.sftp.files;

import java.time.ZoneId;
import mountagent.base.Errno;
import mountagent.base.FileName;
import mountagent.base.FileType;
import mountagent.base.FsException;
import mountagent.sftp.files.OpenHandle.Listing;
import mountagent.sftp.wire.AttributeEncoder;
import mountagent.sftp.wire.LongName;
import mountagent.sftp.wire.Protocol;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.volume.DirHandle;
import mountagent.volume.Stat;
import mountagent.volume.VolumeFs.ListDetail;
import org.jspecify.annotations.Nullable;

/// OPENDIR and READDIR.
final class DirectoryRequests {
    private static final int SEARCH = 1;

    private final View view;
    private final HandleTable handles;
    private final Replies replies;

    DirectoryRequests(View view, HandleTable handles, Replies replies) {
        this.view = view;
        this.handles = handles;
        this.replies = replies;
    }

    Reply open(int id, SftpRequest.OpenDirectory request) throws FsException {
        Stat stat = ConfinedWalk.find(view, request.path(), Follow.LAST_LINK).existing();
        if (stat.attr().type() != FileType.DIRECTORY) {
            throw FsException.miss(Errno.ENOTDIR);
        }
        handles.reserve();
        DirHandle handle = null;
        try {
            handle = view.volume().opendir(view.caller(), stat.inode());
            return Reply.handle(replies.pool(), id, handles.add(new Listing(handle, detail(stat.inode()))));
        } finally {
            if (handle == null) {
                handles.unreserve();
            }
        }
    }

    /// Who may read a directory but not search it is told names and types.
    private ListDetail detail(long inode) throws FsException {
        try {
            view.volume().access(view.caller(), inode, SEARCH);
            return ListDetail.ATTRIBUTES;
        } catch (FsException failure) {
            if (failure.errno() != Errno.EACCES) {
                throw failure;
            }
            return ListDetail.NAMES;
        }
    }

    /// As many entries as one reply has room for.
    Reply read(int id, SftpRequest.ReadDirectory request) throws FsException {
        Listing listing = handles.listing(request.handle());
        if (listing.isAtEnd) {
            return replies.endOfFile(id);
        }
        var page = new Page(id, listing);
        boolean isSent = false;
        try {
            view.volume().readdir(view.caller(), listing.handle(), listing.cookie, listing.detail(), page::add);
            listing.isAtEnd = !page.isFull;
            isSent = page.count > 0;
        } finally {
            if (!isSent) {
                page.reply.free();
            }
        }
        page.reply.count(page.count);
        return isSent ? page.reply : replies.endOfFile(id);
    }

    /// One reply being filled.
    private final class Page {
        private static final int ENTRY_FIXED = 2 * Integer.BYTES + AttributeEncoder.LENGTH;

        private final Reply reply;
        private final Listing listing;
        private final LongName lines =
                new LongName(ZoneId.systemDefault(), view.clock().now().seconds());
        private @Nullable Stat self;
        private int count;
        private boolean isFull;

        Page(int id, Listing listing) {
            this.reply = Reply.names(replies.pool(), id, Protocol.LISTING_MAX);
            this.listing = listing;
        }

        boolean add(FileName name, long inode, FileType type, long cookie, @Nullable Stat stat) {
            if (name.equals(FileName.SELF)) {
                self = stat;
            }
            Stat shown = isAboveRoot(name) ? self : stat;
            byte[] bytes = name.toArray();
            byte[] line = shown == null ? bytes : lines.of(name, shown.attr());
            if (reply.remaining() < ENTRY_FIXED + bytes.length + line.length) {
                isFull = true;
                return false;
            }
            reply.string(bytes).string(line);
            if (shown == null) {
                AttributeEncoder.putType(reply, type);
            } else {
                AttributeEncoder.put(reply, shown.attr());
            }
            count++;
            listing.cookie = cookie;
            return true;
        }

        /// Nothing is told of what lies above the user's root: it is its own parent.
        private boolean isAboveRoot(FileName name) {
            return listing.inode() == view.root() && name.equals(FileName.PARENT);
        }
    }
}
