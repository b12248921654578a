package mountagent.sftp.wire;

import java.lang.foreign.MemorySegment;
import java.util.List;
import mountagent.base.Bytes;

/// One request of a client, read and checked for form, not for sense. Handles are numbers of ours, -1 for what
/// cannot be one. Paths are bytes as sent.
public sealed interface SftpRequest {
    /// `flags` are the bits of SSH_FXP_OPEN.
    record Open(Bytes path, int flags, FileAttributes attributes) implements SftpRequest {}

    record Close(long handle) implements SftpRequest {}

    /// `length` is as sent: up to 2^32 - 1.
    record Read(long handle, long offset, long length) implements SftpRequest {}

    /// `data` lies in the message and is valid as long as that is.
    record Write(long handle, long offset, MemorySegment data) implements SftpRequest {}

    /// STAT and LSTAT.
    record Stat(Bytes path, Follow follow) implements SftpRequest {}

    record HandleStat(long handle) implements SftpRequest {}

    /// SETSTAT and lsetstat@openssh.com.
    record SetStat(Bytes path, Follow follow, FileAttributes attributes) implements SftpRequest {}

    record SetHandleStat(long handle, FileAttributes attributes) implements SftpRequest {}

    record OpenDirectory(Bytes path) implements SftpRequest {}

    record ReadDirectory(long handle) implements SftpRequest {}

    record Remove(Bytes path) implements SftpRequest {}

    record MakeDirectory(Bytes path, FileAttributes attributes) implements SftpRequest {}

    record RemoveDirectory(Bytes path) implements SftpRequest {}

    /// REALPATH and expand-path@openssh.com.
    record RealPath(Bytes path, Tilde tilde) implements SftpRequest {}

    /// RENAME and posix-rename@openssh.com.
    record Rename(Bytes from, Bytes to, Replace replace) implements SftpRequest {}

    record ReadLink(Bytes path) implements SftpRequest {}

    record MakeLink(Bytes target, Bytes path) implements SftpRequest {}

    /// hardlink@openssh.com.
    record HardLink(Bytes from, Bytes to) implements SftpRequest {}

    /// fsync@openssh.com.
    record Sync(long handle) implements SftpRequest {}

    /// statvfs@openssh.com.
    record SpaceOfPath(Bytes path) implements SftpRequest {}

    /// fstatvfs@openssh.com.
    record SpaceOfHandle(long handle) implements SftpRequest {}

    /// space-available.
    record SpaceAvailable(Bytes path) implements SftpRequest {}

    /// copy-data; a length of 0 means to the end.
    record CopyData(long from, long fromOffset, long length, long to, long toOffset) implements SftpRequest {}

    /// copy-file.
    record CopyFile(Bytes from, Bytes to, Replace replace) implements SftpRequest {}

    /// check-file-name.
    record CheckFile(Bytes path, HashRange range) implements SftpRequest {}

    /// check-file-handle.
    record CheckHandle(long handle, HashRange range) implements SftpRequest {}

    /// What is to be hashed, in blocks or, for a `blockSize` of 0, as a whole; a length of 0 means to the end.
    /// `algorithms` are names with commas between them, the best first.
    record HashRange(Bytes algorithms, long offset, long length, long blockSize) {}

    /// limits@openssh.com.
    record Limits() implements SftpRequest {}

    /// home-directory.
    record HomeDirectory(Bytes user) implements SftpRequest {}

    /// users-groups-by-id@openssh.com.
    record Names(List<Integer> uids, List<Integer> gids) implements SftpRequest {}

    /// The first message of a client, whose version was accepted.
    record Init() implements SftpRequest {}

    /// A message of a known type that has not the fields of one; `why` says what is wrong.
    record Malformed(String why) implements SftpRequest {}

    /// A type or an extension that is not known here.
    record Unknown(String what) implements SftpRequest {}

    /// Whether a link at the end of a path is followed.
    enum Follow {
        LAST_LINK,
        NOT_LAST_LINK
    }

    /// Whether an existing target is replaced.
    enum Replace {
        YES,
        NO
    }

    /// Whether `~` stands for the home directory.
    enum Tilde {
        HOME,
        LITERAL
    }
}
