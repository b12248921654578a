package mountagent.sftp.scp;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import mountagent.base.Bytes;
import mountagent.sftp.files.Operations;
import mountagent.sftp.wire.FileAttributes;
import mountagent.sftp.wire.Reply;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Follow;
import mountagent.sftp.wire.Status;
import org.jspecify.annotations.Nullable;

/// Files by their paths, through the requests of SFTP: the rights, the root, the limits and the log are theirs.
final class ScpFiles {
    private static final int STATUS = 101;
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int FILE = 0100000;
    private static final int LINK = 0120000;

    private final Operations operations;

    ScpFiles(Operations operations) {
        this.operations = operations;
    }

    /// What is at a path: `mode` with the bits of its type, times in seconds.
    record Found(int mode, long size, long atime, long mtime) {
        boolean isDirectory() {
            return (mode & TYPE) == DIRECTORY;
        }

        boolean isFile() {
            return (mode & TYPE) == FILE;
        }

        boolean isLink() {
            return (mode & TYPE) == LINK;
        }
    }

    private ByteBuffer ask(SftpRequest request) throws ScpFailure {
        Reply reply = operations.serve(0, request);
        ByteBuffer in;
        try {
            in = ByteBuffer.wrap(Arrays.copyOf(reply.bytes(), reply.length()));
        } finally {
            reply.free();
        }
        int type = in.position(Integer.BYTES).get() & 0xff;
        in.getInt();
        if (type == STATUS) {
            int status = in.getInt();
            String words = text(in);
            if (status != Status.OK.number()) {
                throw new ScpFailure(status, words);
            }
        }
        return in;
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// Null for nothing.
    @Nullable
    Found find(String path, Follow follow) throws ScpFailure {
        try {
            return found(ask(new SftpRequest.Stat(Bytes.utf8(path), follow)));
        } catch (ScpFailure failure) {
            if (failure.status() == Status.NO_SUCH_FILE.number()) {
                return null;
            }
            throw failure;
        }
    }

    private static Found found(ByteBuffer in) {
        in.getInt();
        long size = in.getLong();
        in.getLong();
        return new Found(in.getInt(), size, Integer.toUnsignedLong(in.getInt()), Integer.toUnsignedLong(in.getInt()));
    }

    /// A handle of a file; `flags` as in OPEN.
    long open(String path, int flags, int mode) throws ScpFailure {
        ByteBuffer in = ask(new SftpRequest.Open(Bytes.utf8(path), flags, mode(mode)));
        in.getInt();
        return in.getLong();
    }

    private static FileAttributes mode(int mode) {
        return new FileAttributes(
                OptionalLong.empty(), OptionalInt.of(mode), FileAttributes.Owner.NONE, FileAttributes.Times.NONE);
    }

    /// As many bytes as there are, 0 at the end.
    byte[] read(long handle, long offset, int length) throws ScpFailure {
        try {
            ByteBuffer in = ask(new SftpRequest.Read(handle, offset, length));
            byte[] data = new byte[in.getInt()];
            in.get(data);
            return data;
        } catch (ScpFailure failure) {
            if (failure.status() == Status.EOF.number()) {
                return new byte[0];
            }
            throw failure;
        }
    }

    void write(long handle, long offset, MemorySegment data) throws ScpFailure {
        ask(new SftpRequest.Write(handle, offset, data));
    }

    void close(long handle) throws ScpFailure {
        ask(new SftpRequest.Close(handle));
    }

    void makeDirectory(String path, int mode) throws ScpFailure {
        ask(new SftpRequest.MakeDirectory(Bytes.utf8(path), mode(mode)));
    }

    void setMode(String path, int mode) throws ScpFailure {
        ask(new SftpRequest.SetStat(Bytes.utf8(path), Follow.LAST_LINK, mode(mode)));
    }

    void setTimes(String path, FileAttributes.Times times) throws ScpFailure {
        var attributes =
                new FileAttributes(OptionalLong.empty(), OptionalInt.empty(), FileAttributes.Owner.NONE, times);
        ask(new SftpRequest.SetStat(Bytes.utf8(path), Follow.LAST_LINK, attributes));
    }

    long openDirectory(String path) throws ScpFailure {
        ByteBuffer in = ask(new SftpRequest.OpenDirectory(Bytes.utf8(path)));
        in.getInt();
        return in.getLong();
    }

    /// Some of the names in a directory, without `.` and `..`; null at its end.
    @Nullable
    List<String> names(long handle) throws ScpFailure {
        try {
            ByteBuffer in = ask(new SftpRequest.ReadDirectory(handle));
            List<String> names = new ArrayList<>();
            for (int left = in.getInt(); left > 0; left--) {
                String name = text(in);
                text(in);
                int length = attributesLength(in.getInt());
                in.position(in.position() + length);
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
            }
            return names;
        } catch (ScpFailure failure) {
            if (failure.status() == Status.EOF.number()) {
                return null;
            }
            throw failure;
        }
    }

    /// All of them, or for a directory that may not be searched the type alone.
    private static int attributesLength(int flags) {
        return flags == 4 ? Integer.BYTES : 7 * Integer.BYTES;
    }

    /// Ends what is still open.
    void closeAll() {
        operations.closeAll();
    }
}
