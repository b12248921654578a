package mountagent.sftp.files;

import mountagent.base.FileName;
import mountagent.base.FsException;
import mountagent.base.Sizes;
import mountagent.base.SpaceInfo;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;

/// statvfs, fstatvfs and space-available: of the volume, within the quotas of the directories above.
final class SpaceRequests {
    private static final int READ_ONLY = 1;
    private static final int NO_SET_IDS = 2;

    private final View view;
    private final HandleTable handles;
    private final Replies replies;

    SpaceRequests(View view, HandleTable handles, Replies replies) {
        this.view = view;
        this.handles = handles;
        this.replies = replies;
    }

    Reply ofPath(int id, SftpRequest.SpaceOfPath request) throws FsException {
        return space(
                id,
                ConfinedWalk.find(view, request.path(), Follow.LAST_LINK)
                        .existing()
                        .inode());
    }

    Reply ofHandle(int id, SftpRequest.SpaceOfHandle request) throws FsException {
        return space(id, handles.any(request.handle()).inode());
    }

    private Reply space(int id, long inode) throws FsException {
        SpaceInfo space = view.volume().statfs(inode);
        long free = space.availableBytes() / Sizes.SPACE_UNIT;
        return Reply.extended(replies.pool(), id, 11 * Long.BYTES)
                .int64(Sizes.SPACE_UNIT)
                .int64(Sizes.SPACE_UNIT)
                .int64(space.totalBytes() / Sizes.SPACE_UNIT)
                .int64(free)
                .int64(free)
                .int64(space.totalInodes())
                .int64(space.availableInodes())
                .int64(space.availableInodes())
                .int64(view.root())
                .int64(NO_SET_IDS | (view.rights() == View.Rights.READ_ONLY ? READ_ONLY : 0))
                .int64(FileName.LENGTH_MAX);
    }

    Reply available(int id, SftpRequest.SpaceAvailable request) throws FsException {
        long inode = ConfinedWalk.find(view, request.path(), Follow.LAST_LINK)
                .existing()
                .inode();
        SpaceInfo space = view.volume().statfs(inode);
        return Reply.extended(replies.pool(), id, 4 * Long.BYTES + Integer.BYTES)
                .int64(space.totalBytes())
                .int64(space.availableBytes())
                .int64(space.totalBytes())
                .int64(space.availableBytes())
                .int32(Sizes.SPACE_UNIT);
    }
}
