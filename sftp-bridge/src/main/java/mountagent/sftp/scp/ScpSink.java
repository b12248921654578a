package mountagent.sftp.scp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mountagent.base.Sizes;
import mountagent.sftp.wire.FileAttributes.Times;
import mountagent.sftp.wire.SftpRequest.Follow;
import org.jspecify.annotations.Nullable;

/// Takes the files that a client sends.
final class ScpSink {
    private static final Pattern ENTRY = Pattern.compile("([CD])([0-7]{4}) (\\d{1,18}) (.+)");
    private static final Pattern TIMES = Pattern.compile("T(\\d{1,10}) \\d{1,6} (\\d{1,10}) \\d{1,6}");
    private static final int FRESH = 0x1a;
    private static final int PIECE = 128 * Sizes.KIB;
    private static final int DEPTH_MAX = 256;

    private final ScpWire wire;
    private final ScpFiles files;
    private final ScpOrder order;
    private final byte[] piece = new byte[PIECE];
    private final Deque<Directory> directories = new ArrayDeque<>();
    private @Nullable Times times;

    /// One that is being filled, with what it gets at its end.
    private record Directory(
            String path, int mode, @Nullable Times times) {}

    ScpSink(ScpWire wire, ScpFiles files, ScpOrder order) {
        this.wire = wire;
        this.files = files;
        this.order = order;
    }

    void run() throws IOException {
        if (order.mustBeDirectory() && !isDirectory(order.path())) {
            wire.fail(order.path() + ": is not a directory");
            return;
        }
        wire.acknowledge();
        for (String line = wire.line(); !line.isEmpty(); line = wire.line()) {
            try {
                take(line);
            } catch (ScpFailure failure) {
                wire.fail(String.valueOf(failure.getMessage()));
            }
        }
    }

    private boolean isDirectory(String path) {
        try {
            ScpFiles.Found found = files.find(path, Follow.LAST_LINK);
            return found != null && found.isDirectory();
        } catch (ScpFailure _) {
            return false;
        }
    }

    private void take(String line) throws IOException, ScpFailure {
        Matcher told = TIMES.matcher(line);
        Matcher entry = ENTRY.matcher(line);
        if (told.matches()) {
            times = new Times(true, Long.parseLong(told.group(2)), Long.parseLong(told.group(1)));
            wire.acknowledge();
        } else if (line.equals("E") && !directories.isEmpty()) {
            leave();
        } else if (entry.matches()) {
            String name = entry.group(4);
            if (name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
                throw new IOException("the client names a file " + name);
            }
            Times kept = times;
            times = null;
            int mode = Integer.parseInt(entry.group(2), 8);
            if (entry.group(1).equals("D")) {
                enter(target(name), mode, kept);
            } else {
                file(target(name), mode, Long.parseLong(entry.group(3)), kept);
            }
        } else {
            throw new IOException("the client says " + line);
        }
    }

    private String target(String name) {
        Directory inside = directories.peek();
        if (inside != null) {
            return inside.path + "/" + name;
        }
        return isDirectory(order.path()) ? order.path() + "/" + name : order.path();
    }

    private void enter(String path, int mode, @Nullable Times kept) throws IOException, ScpFailure {
        if (!order.isRecursive() || directories.size() == DEPTH_MAX) {
            throw new IOException("the client sends directories deeper than it said");
        }
        if (!isDirectory(path)) {
            files.makeDirectory(path, mode | 0700);
        }
        directories.push(new Directory(path, mode, kept));
        wire.acknowledge();
    }

    private void leave() throws IOException, ScpFailure {
        Directory left = directories.pop();
        keep(left.path, left.mode, left.times);
        wire.acknowledge();
    }

    private void keep(String path, int mode, @Nullable Times kept) throws ScpFailure {
        if (order.keepsTimes()) {
            files.setMode(path, mode);
        }
        if (kept != null) {
            files.setTimes(path, kept);
        }
    }

    /// What cannot be written is read all the same: the client sends it.
    private void file(String path, int mode, long size, @Nullable Times kept) throws IOException, ScpFailure {
        long handle = files.open(path, FRESH, mode);
        wire.acknowledge();
        ScpFailure failed = null;
        for (long done = 0; done < size; ) {
            int count = wire.read(piece, (int) Math.min(PIECE, size - done));
            try {
                if (failed == null) {
                    files.write(handle, done, MemorySegment.ofArray(piece).asSlice(0, count));
                }
            } catch (ScpFailure failure) {
                failed = failure;
            }
            done += count;
        }
        boolean isSent = wire.isAcknowledged();
        files.close(handle);
        if (failed != null) {
            throw failed;
        }
        keep(path, mode, kept);
        if (isSent) {
            wire.acknowledge();
        } else {
            wire.fail(path + ": the client could not read all of it");
        }
    }
}
