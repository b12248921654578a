package mountagent.sftp.session;

import java.util.OptionalLong;
import java.util.function.LongFunction;
import mountagent.sftp.wire.SftpRequest;

/// What a request touches, as far as the order of requests goes.
///
/// A client may send requests without waiting for replies, and may take it for granted that what it sent first
/// is seen by what it sent later: OpenSSH's server works through them one by one. Here they overlap where
/// nobody can tell. `inode` means something for kinds that go by handle.
record Footprint(Kind kind, long inode) {
    /// Kinds of requests.
    enum Kind {
        /// Touches nothing.
        FREE,
        /// Reads an open file.
        READ,
        /// Lists an open directory.
        LIST,
        /// Writes to an open file, changes or closes it, or looks at its attributes.
        HANDLE,
        /// Looks at names and attributes.
        LOOK,
        /// Changes names, attributes or anything else.
        CHANGE
    }

    static final Footprint FREE = new Footprint(Kind.FREE, 0);
    static final Footprint LOOK = new Footprint(Kind.LOOK, 0);
    static final Footprint CHANGE = new Footprint(Kind.CHANGE, 0);

    /// Whether a request like this must be done before `later`, which came after it, begins.
    boolean precedes(Footprint later) {
        return switch (kind) {
            case FREE -> false;
            case READ, LIST -> later.isOfHandle() && later.inode == inode && !(isRead() && later.isRead());
            case HANDLE ->
                later.kind == Kind.LOOK || later.kind == Kind.CHANGE || later.isOfHandle() && later.inode == inode;
            case LOOK -> later.kind == Kind.CHANGE;
            case CHANGE -> later.kind != Kind.FREE;
        };
    }

    private boolean isRead() {
        return kind == Kind.READ;
    }

    private boolean isOfHandle() {
        return kind == Kind.READ || kind == Kind.LIST || kind == Kind.HANDLE;
    }

    /// Of a request; `inodes` tells what is behind a handle. One that names no handle of ours will fail
    /// whenever it is tried.
    static Footprint of(SftpRequest request, LongFunction<OptionalLong> inodes) {
        return switch (request) {
            case SftpRequest.Read read -> byHandle(Kind.READ, read.handle(), inodes);
            case SftpRequest.Write write -> byHandle(Kind.HANDLE, write.handle(), inodes);
            case SftpRequest.Close close -> byHandle(Kind.HANDLE, close.handle(), inodes);
            case SftpRequest.HandleStat stat -> byHandle(Kind.HANDLE, stat.handle(), inodes);
            case SftpRequest.SetHandleStat stat -> byHandle(Kind.HANDLE, stat.handle(), inodes);
            case SftpRequest.Sync sync -> byHandle(Kind.HANDLE, sync.handle(), inodes);
            case SftpRequest.CheckHandle check -> byHandle(Kind.HANDLE, check.handle(), inodes);
            case SftpRequest.ReadDirectory read -> byHandle(Kind.LIST, read.handle(), inodes);
            case SftpRequest.Open open -> open.flags() == 1 ? LOOK : CHANGE;
            case SftpRequest.Stat _,
                    SftpRequest.OpenDirectory _,
                    SftpRequest.ReadLink _,
                    SftpRequest.CheckFile _,
                    SftpRequest.SpaceOfPath _,
                    SftpRequest.SpaceAvailable _ -> LOOK;
            case SftpRequest.SetStat _,
                    SftpRequest.Remove _,
                    SftpRequest.MakeDirectory _,
                    SftpRequest.RemoveDirectory _,
                    SftpRequest.Rename _,
                    SftpRequest.MakeLink _,
                    SftpRequest.HardLink _,
                    SftpRequest.CopyData _,
                    SftpRequest.CopyFile _ -> CHANGE;
            case SftpRequest.RealPath _,
                    SftpRequest.SpaceOfHandle _,
                    SftpRequest.Limits _,
                    SftpRequest.HomeDirectory _,
                    SftpRequest.Names _,
                    SftpRequest.Init _,
                    SftpRequest.Malformed _,
                    SftpRequest.Unknown _ -> FREE;
        };
    }

    private static Footprint byHandle(Kind kind, long handle, LongFunction<OptionalLong> inodes) {
        OptionalLong inode = inodes.apply(handle);
        return inode.isPresent() ? new Footprint(kind, inode.getAsLong()) : FREE;
    }
}
