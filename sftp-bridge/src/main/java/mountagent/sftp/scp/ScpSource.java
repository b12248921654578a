package mountagent.sftp.scp;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import mountagent.base.Sizes;
import mountagent.sftp.scp.ScpFiles.Found;
import mountagent.sftp.wire.SftpRequest.Follow;
import org.jspecify.annotations.Nullable;

/// Sends the files that a client asks for. Links to files are sent as those; links to directories only when they are
/// named, so that a ring of them has an end.
final class ScpSource {
    private static final int FOR_READ = 1;
    private static final int PIECE = 255 * Sizes.KIB;

    private final ScpWire wire;
    private final ScpFiles files;
    private final ScpOrder order;

    ScpSource(ScpWire wire, ScpFiles files, ScpOrder order) {
        this.wire = wire;
        this.files = files;
        this.order = order;
    }

    void run() throws IOException {
        if (wire.isAcknowledged()) {
            send(order.path(), Follow.LAST_LINK);
        }
    }

    private void send(String path, Follow follow) throws IOException {
        try {
            Found found = files.find(path, follow);
            if (found != null && found.isLink()) {
                found = files.find(path, Follow.LAST_LINK);
                if (found != null && found.isDirectory()) {
                    throw new ScpFailure(0, "a link to a directory is not followed");
                }
            }
            send(path, found);
        } catch (ScpFailure failure) {
            wire.fail(path + ": " + failure.getMessage());
        }
    }

    private void send(String path, @Nullable Found found) throws IOException, ScpFailure {
        if (found == null) {
            throw new ScpFailure(0, "no such file or directory");
        }
        if (found.isDirectory() && order.isRecursive()) {
            directory(path, found);
        } else if (found.isFile()) {
            file(path, found);
        } else {
            throw new ScpFailure(0, "not a regular file");
        }
    }

    private static String name(String path) {
        String name = path.replaceAll("/+$", "").replaceAll(".*/", "");
        return name.isEmpty() ? "." : name;
    }

    /// Times, if they are wanted, and the line of an entry; false when the client cannot take it.
    private boolean announce(char type, String path, Found found, long size) throws IOException {
        if (order.keepsTimes()) {
            wire.send("T" + found.mtime() + " 0 " + found.atime() + " 0");
            if (!wire.isAcknowledged()) {
                return false;
            }
        }
        wire.send(String.format(Locale.ROOT, "%c%04o %d %s", type, found.mode() & 07777, size, name(path)));
        return wire.isAcknowledged();
    }

    private void directory(String path, Found found) throws IOException, ScpFailure {
        long handle = files.openDirectory(path);
        try {
            if (announce('D', path, found, 0)) {
                for (List<String> names = files.names(handle); names != null; names = files.names(handle)) {
                    for (String name : names) {
                        send(path + "/" + name, Follow.NOT_LAST_LINK);
                    }
                }
                wire.send("E");
                wire.isAcknowledged();
            }
        } finally {
            files.close(handle);
        }
    }

    private void file(String path, Found found) throws IOException, ScpFailure {
        long handle = files.open(path, FOR_READ, 0);
        try {
            if (announce('C', path, found, found.size())) {
                contents(path, handle, found.size());
            }
        } finally {
            files.close(handle);
        }
    }

    /// As many bytes as were announced, whatever becomes of the file meanwhile.
    private void contents(String path, long handle, long size) throws IOException {
        String failed = "";
        for (long done = 0; done < size; ) {
            int wanted = (int) Math.min(PIECE, size - done);
            byte[] data = new byte[0];
            try {
                data = failed.isEmpty() ? files.read(handle, done, wanted) : data;
                failed = failed.isEmpty() && data.length == 0 ? "it has become shorter" : failed;
            } catch (ScpFailure failure) {
                failed = String.valueOf(failure.getMessage());
            }
            byte[] sent = data.length > 0 ? data : new byte[wanted];
            wire.send(sent, sent.length);
            done += sent.length;
        }
        if (failed.isEmpty()) {
            wire.acknowledge();
        } else {
            wire.fail(path + ": " + failed);
        }
        wire.isAcknowledged();
    }
}
