package mountagent.sftp.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import mountagent.base.Bytes;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.sftp.wire.SftpRequest.Replace;
import mountagent.sftp.wire.SftpRequest.Tilde;

/// Reads requests from messages. Every message must have all its fields and, but for WRITE, nothing behind
/// them.
public final class RequestDecoder {
    private static final int ID_END = 5;

    private RequestDecoder() {}

    /// Whether a message of `length` bytes has a type and an id: one that has not cannot be answered.
    public static boolean hasId(int length) {
        return length >= ID_END;
    }

    /// The id of the message that begins at `from`.
    public static int id(byte[] bytes, int from) {
        return (bytes[from + 1] & 0xff) << 24
                | (bytes[from + 2] & 0xff) << 16
                | (bytes[from + 3] & 0xff) << 8
                | (bytes[from + 4] & 0xff);
    }

    /// The request in `bytes[from, to)`: a message that [#hasId].
    public static SftpRequest decode(byte[] bytes, int from, int to) throws BadMessageException {
        var in = new MessageReader(bytes, from + ID_END, to);
        PacketType type = PacketType.of(bytes[from] & 0xff);
        if (type == null) {
            return new SftpRequest.Unknown("message type " + (bytes[from] & 0xff));
        }
        SftpRequest request = type == PacketType.EXTENDED ? extended(in) : plain(type, in);
        if (mustEndHere(request)) {
            in.end();
        }
        return request;
    }

    /// Clients in Go (rclone among them) send whole buffers behind the last data of a file.
    private static boolean mustEndHere(SftpRequest request) {
        return !(request instanceof SftpRequest.Unknown || request instanceof SftpRequest.Write);
    }

    private static SftpRequest plain(PacketType type, MessageReader in) throws BadMessageException {
        return switch (type) {
            case OPEN -> new SftpRequest.Open(path(in), in.int32("flags"), FileAttributes.read(in));
            case CLOSE -> new SftpRequest.Close(in.handle());
            case READ -> new SftpRequest.Read(in.handle(), in.int64("offset"), in.uint32("length"));
            case WRITE -> new SftpRequest.Write(in.handle(), in.int64("offset"), in.data("data"));
            case LSTAT -> new SftpRequest.Stat(path(in), Follow.NOT_LAST_LINK);
            case FSTAT -> new SftpRequest.HandleStat(in.handle());
            case SETSTAT -> new SftpRequest.SetStat(path(in), Follow.LAST_LINK, FileAttributes.read(in));
            case FSETSTAT -> new SftpRequest.SetHandleStat(in.handle(), FileAttributes.read(in));
            case OPENDIR -> new SftpRequest.OpenDirectory(path(in));
            case READDIR -> new SftpRequest.ReadDirectory(in.handle());
            case REMOVE -> new SftpRequest.Remove(path(in));
            case MKDIR -> new SftpRequest.MakeDirectory(path(in), FileAttributes.read(in));
            case RMDIR -> new SftpRequest.RemoveDirectory(path(in));
            case REALPATH -> new SftpRequest.RealPath(path(in), Tilde.LITERAL);
            case STAT -> new SftpRequest.Stat(path(in), Follow.LAST_LINK);
            case RENAME -> new SftpRequest.Rename(path(in), path(in), Replace.NO);
            case READLINK -> new SftpRequest.ReadLink(path(in));
            // OpenSSH's order, which all clients follow: the draft has it the other way round
            case SYMLINK -> new SftpRequest.MakeLink(in.string("target"), path(in));
            case INIT, EXTENDED -> new SftpRequest.Unknown("message type " + type);
        };
    }

    private static SftpRequest extended(MessageReader in) throws BadMessageException {
        String name = new String(in.string("extension name").toArray(), StandardCharsets.UTF_8);
        return switch (name) {
            case Extension.POSIX_RENAME -> new SftpRequest.Rename(path(in), path(in), Replace.YES);
            case Extension.STATVFS -> new SftpRequest.SpaceOfPath(path(in));
            case Extension.FSTATVFS -> new SftpRequest.SpaceOfHandle(in.handle());
            case Extension.HARDLINK -> new SftpRequest.HardLink(path(in), path(in));
            case Extension.FSYNC -> new SftpRequest.Sync(in.handle());
            case Extension.LSETSTAT -> new SftpRequest.SetStat(path(in), Follow.NOT_LAST_LINK, FileAttributes.read(in));
            case Extension.LIMITS -> new SftpRequest.Limits();
            case Extension.EXPAND_PATH -> new SftpRequest.RealPath(path(in), Tilde.HOME);
            case Extension.COPY_DATA ->
                new SftpRequest.CopyData(
                        in.handle(), in.int64("offset"), in.int64("length"), in.handle(), in.int64("offset"));
            case Extension.COPY_FILE ->
                new SftpRequest.CopyFile(path(in), path(in), in.uint8("overwrite") == 0 ? Replace.NO : Replace.YES);
            case Extension.SPACE_AVAILABLE -> new SftpRequest.SpaceAvailable(path(in));
            case Extension.CHECK_FILE_NAME -> new SftpRequest.CheckFile(path(in), hashRange(in));
            case Extension.CHECK_FILE_HANDLE -> new SftpRequest.CheckHandle(in.handle(), hashRange(in));
            case Extension.HOME_DIRECTORY -> new SftpRequest.HomeDirectory(in.string("user"));
            case Extension.NAMES_BY_ID -> new SftpRequest.Names(ids(in), ids(in));
            default -> new SftpRequest.Unknown("extension");
        };
    }

    private static SftpRequest.HashRange hashRange(MessageReader in) throws BadMessageException {
        return new SftpRequest.HashRange(
                in.string("algorithms"), in.int64("offset"), in.int64("length"), in.uint32("block size"));
    }

    private static Bytes path(MessageReader in) throws BadMessageException {
        return in.string("path");
    }

    /// Numbers, one after the other, in a string.
    private static List<Integer> ids(MessageReader in) throws BadMessageException {
        byte[] packed = in.string("ids").toArray();
        if (packed.length % Integer.BYTES != 0) {
            throw new BadMessageException("a list of ids has " + packed.length + " bytes, which is no multiple of 4");
        }
        var numbers = new MessageReader(packed, 0, packed.length);
        List<Integer> ids = new ArrayList<>(packed.length / Integer.BYTES);
        while (numbers.remaining() > 0) {
            ids.add(numbers.int32("id"));
        }
        return ids;
    }
}
