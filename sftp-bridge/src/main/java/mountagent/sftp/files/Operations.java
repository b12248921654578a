package mountagent.sftp.files;

import java.util.OptionalLong;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.sftp.files.OpenHandle.Listing;
import mountagent.sftp.files.OpenHandle.OpenFile;
import mountagent.sftp.wire.Extension;
import mountagent.sftp.wire.Protocol;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out the requests of one channel. Thread-safe; which requests may overlap is the caller's to say.
public final class Operations {
    private static final Logger log = LoggerFactory.getLogger(Operations.class);

    private final View view;
    private final HandleTable handles;
    private final Replies replies;
    private final NameRequests names;
    private final FileRequests files;
    private final CopyRequests copies;
    private final DirectoryRequests directories;
    private final SpaceRequests spaces;
    private final HashRequests hashes;

    /// At most `handlesMax` files and directories may be open at once.
    public Operations(View view, HandleNumbers numbers, int handlesMax, Replies replies) {
        this.view = view;
        this.handles = new HandleTable(numbers, handlesMax);
        this.replies = replies;
        this.names = new NameRequests(view, replies);
        this.files = new FileRequests(view, handles, replies);
        this.copies = new CopyRequests(view, handles, replies);
        this.directories = new DirectoryRequests(view, handles, replies);
        this.spaces = new SpaceRequests(view, handles, replies);
        this.hashes = new HashRequests(view, handles, replies);
    }

    /// The inode behind a handle, if it is one.
    public OptionalLong inode(long handle) {
        OpenHandle open = handles.find(handle);
        return open == null ? OptionalLong.empty() : OptionalLong.of(open.inode());
    }

    /// How many files and directories are open.
    public int openCount() {
        return handles.count();
    }

    /// The reply to a request that can be answered without waiting for anything; null (and nothing done) if
    /// this one cannot. Never waits.
    public @Nullable Reply tryServe(int id, SftpRequest request) {
        try {
            return switch (request) {
                case SftpRequest.Read read -> files.tryRead(id, read);
                case SftpRequest.Write write -> files.tryWrite(id, write);
                case SftpRequest.Close close -> files.tryClose(id, close);
                case SftpRequest.RealPath path -> names.realPath(id, path);
                case SftpRequest.Limits _ -> limits(id);
                case SftpRequest.Init _ -> version();
                case SftpRequest.Malformed malformed -> replies.status(id, Status.BAD_MESSAGE, malformed.why());
                case SftpRequest.Unknown unknown -> unsupported(id, unknown);
                default -> null;
            };
        } catch (FsException failure) {
            return failed(id, failure);
        } catch (RuntimeException bug) {
            return broken(id, request, bug);
        }
    }

    /// The reply to a request. May wait for servers; answers interruption.
    public Reply serve(int id, SftpRequest request) {
        try {
            Reply reply = served(id, request);
            view.extras().log().ended(request, handles, null);
            return reply;
        } catch (FsException failure) {
            view.extras().log().ended(request, handles, failure);
            return failed(id, failure);
        } catch (RuntimeException bug) {
            return broken(id, request, bug);
        }
    }

    private Reply served(int id, SftpRequest request) throws FsException {
        return switch (request) {
            case SftpRequest.Open open -> files.open(id, open);
            case SftpRequest.Close close -> close(id, close.handle());
            case SftpRequest.Read read -> files.read(id, read);
            case SftpRequest.Write write -> files.write(id, write);
            case SftpRequest.Stat stat -> names.stat(id, stat);
            case SftpRequest.HandleStat stat -> files.stat(id, stat, names);
            case SftpRequest.SetStat stat -> names.setStat(id, stat);
            case SftpRequest.SetHandleStat stat -> files.setStat(id, stat);
            case SftpRequest.OpenDirectory open -> directories.open(id, open);
            case SftpRequest.ReadDirectory read -> directories.read(id, read);
            case SftpRequest.Remove remove -> names.remove(id, remove);
            case SftpRequest.MakeDirectory make -> names.makeDirectory(id, make);
            case SftpRequest.RemoveDirectory remove -> names.removeDirectory(id, remove);
            case SftpRequest.RealPath path -> names.realPath(id, path);
            case SftpRequest.Rename rename -> names.rename(id, rename);
            case SftpRequest.ReadLink link -> names.readLink(id, link);
            case SftpRequest.MakeLink link -> names.makeLink(id, link);
            case SftpRequest.HardLink link -> names.hardLink(id, link);
            case SftpRequest.Sync sync -> files.sync(id, sync);
            case SftpRequest.SpaceOfPath space -> spaces.ofPath(id, space);
            case SftpRequest.SpaceOfHandle space -> spaces.ofHandle(id, space);
            case SftpRequest.SpaceAvailable space -> spaces.available(id, space);
            case SftpRequest.CopyData copy -> copies.data(id, copy);
            case SftpRequest.CopyFile copy -> copies.file(id, copy);
            case SftpRequest.Limits _ -> limits(id);
            case SftpRequest.HomeDirectory _ -> names.home(id);
            case SftpRequest.Names asked -> names.names(id, asked);
            case SftpRequest.CheckFile check -> hashes.ofPath(id, check);
            case SftpRequest.CheckHandle check -> hashes.ofHandle(id, check);
            case SftpRequest.Init _ -> version();
            case SftpRequest.Malformed malformed -> replies.status(id, Status.BAD_MESSAGE, malformed.why());
            case SftpRequest.Unknown unknown -> unsupported(id, unknown);
        };
    }

    private Reply version() {
        return replies.version(Extension.told(view.extras().hashing().isOn()));
    }

    private Reply limits(int id) {
        return Reply.extended(replies.pool(), id, 4 * Long.BYTES)
                .int64(Protocol.MESSAGE_TOLD)
                .int64(Protocol.DATA_MAX)
                .int64(Protocol.DATA_MAX)
                .int64(handles.openMax());
    }

    private Reply unsupported(int id, SftpRequest.Unknown unknown) {
        return replies.status(id, Status.OP_UNSUPPORTED, unknown.what() + " is not supported");
    }

    private Reply close(int id, long number) throws FsException {
        OpenHandle open = handles.remove(number);
        switch (open) {
            case null -> throw FsException.miss(Errno.EBADF);
            case OpenFile file -> files.close(number, file);
            case Listing listing -> view.volume().releasedir(listing.handle());
        }
        return replies.done(id);
    }

    /// Ends every handle; what is pending is committed, failures are logged.
    public void closeAll() {
        for (long number : handles.numbers()) {
            Reply reply = serve(0, new SftpRequest.Close(number));
            reply.free();
        }
    }

    private Reply failed(int id, FsException failure) {
        boolean isOurs = failure.errno() == Errno.EIO || failure.errno() == Errno.ETIMEDOUT;
        if (isOurs) {
            log.warn("a request failed: {}", failure.getMessage());
        } else if (!failure.isExpected()) {
            // whatever a client can provoke as often as it likes must not fill the log
            log.debug("a request is refused: {}", failure.getMessage());
        }
        return replies.failed(id, failure);
    }

    private Reply broken(int id, SftpRequest request, RuntimeException bug) {
        log.error("a {} failed unexpectedly", request.getClass().getSimpleName(), bug);
        return replies.status(id, Status.FAILURE, "internal error");
    }
}
