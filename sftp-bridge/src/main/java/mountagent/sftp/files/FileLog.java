package mountagent.sftp.files;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import mountagent.base.Bytes;
import mountagent.base.Errno;
import mountagent.base.FsException;
import mountagent.base.LinuxErrors;
import mountagent.sftp.files.OpenHandle.OpenFile;
import mountagent.sftp.wire.FileAttributes;
import mountagent.sftp.wire.SftpRequest;
import mountagent.sftp.wire.SftpRequest.Replace;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes a line for each thing that one user does to files: who, from where, what, and how it ended. Of contents it
/// tells lengths. Thread-safe.
public final class FileLog {
    private static final Logger log = LoggerFactory.getLogger(FileLog.class);

    /// Writes nothing.
    public static final FileLog OFF = new FileLog("", null);

    private static final String DONE = "done";

    private final String who;
    private final @Nullable Consumer<String> lines;

    private FileLog(String who, @Nullable Consumer<String> lines) {
        this.who = who;
        this.lines = lines;
    }

    /// Writes to the log of the agent.
    public static FileLog of(String user, InetAddress address) {
        return to(log::info, user, address);
    }

    /// Gives its lines to `lines`, which any thread may call.
    public static FileLog to(Consumer<String> lines, String user, InetAddress address) {
        return new FileLog(user + " " + address.getHostAddress() + " ", lines);
    }

    /// Tells how a request ended; `failure` is null for one that was done. Those that only look, and those that go on
    /// with an open file, are passed over; the end of an open file is told by [#closed].
    void ended(SftpRequest request, HandleTable handles, @Nullable FsException failure) {
        Consumer<String> target = lines;
        String event = target == null ? null : event(request, handles);
        if (target != null && event != null) {
            target.accept(who + event + ": " + result(failure));
        }
    }

    private static String result(@Nullable FsException failure) {
        return failure == null ? DONE : words(failure.errno());
    }

    private static String words(Errno errno) {
        return LinuxErrors.words(errno);
    }

    /// Tells that a file was closed, and how much was read and written meanwhile.
    void closed(OpenFile file, @Nullable FsException failure) {
        Consumer<String> target = lines;
        if (target != null) {
            target.accept(who + "close " + path(file.path()) + " read " + file.readBytes() + " written "
                    + file.writtenBytes() + " bytes: " + result(failure));
        }
    }

    private static @Nullable String event(SftpRequest request, HandleTable handles) {
        return switch (request) {
            case SftpRequest.Open(Bytes path, int flags, FileAttributes _) ->
                "open " + path(path) + " for " + FileRequests.flagWords(flags);
            case SftpRequest.Remove(Bytes path) -> "remove " + path(path);
            case SftpRequest.MakeDirectory(Bytes path, FileAttributes _) -> "mkdir " + path(path);
            case SftpRequest.RemoveDirectory(Bytes path) -> "rmdir " + path(path);
            case SftpRequest.Rename(Bytes from, Bytes to, Replace replace) ->
                "rename " + path(from) + " to " + path(to) + (replace == Replace.YES ? " replacing" : "");
            case SftpRequest.MakeLink(Bytes target, Bytes path) -> "symlink " + path(path) + " to " + quoted(target);
            case SftpRequest.HardLink(Bytes from, Bytes to) -> "link " + path(to) + " to " + path(from);
            case SftpRequest.CopyFile(Bytes from, Bytes to, Replace _) -> "copy " + path(from) + " to " + path(to);
            case SftpRequest.CopyData copy ->
                "copy " + pathOf(handles, copy.from()) + " to " + pathOf(handles, copy.to());
            case SftpRequest.SetStat set -> "setstat " + path(set.path()) + words(set.attributes());
            case SftpRequest.SetHandleStat set -> "setstat " + pathOf(handles, set.handle()) + words(set.attributes());
            default -> null;
        };
    }

    private static String words(FileAttributes asked) {
        List<String> words = new ArrayList<>();
        asked.size().ifPresent(size -> words.add(" size " + Long.toUnsignedString(size)));
        if (asked.owner().isSet()) {
            words.add(" owner " + Integer.toUnsignedString(asked.owner().uid()) + ":"
                    + Integer.toUnsignedString(asked.owner().gid()));
        }
        asked.mode().ifPresent(mode -> words.add(String.format(Locale.ROOT, " mode %04o", mode & 07777)));
        if (asked.times().isSet()) {
            words.add(" times " + asked.times().atime() + " " + asked.times().mtime());
        }
        return String.join("", words);
    }

    private static String pathOf(HandleTable handles, long handle) {
        return switch (handles.find(handle)) {
            case OpenFile file -> path(file.path());
            case OpenHandle.Listing listing -> "directory " + listing.inode();
            case null -> "no handle";
        };
    }

    /// The path from the user's root, as far as it is one.
    private static String path(Bytes path) {
        try {
            return quoted(Bytes.of(RemotePath.ofClient(path).normalized()));
        } catch (FsException _) {
            return quoted(path);
        }
    }

    private static String quoted(Bytes bytes) {
        return LogText.quoted(bytes.toArray());
    }
}
