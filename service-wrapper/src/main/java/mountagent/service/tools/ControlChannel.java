package mountagent.service.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import mountagent.base.Clock;

/// An open command channel of a mount. A request is written, then the answer is read from where the write
/// ended; a
/// read that finds nothing is tried again after a pause. Closing it ends a request that is not answered yet.
final class ControlChannel implements AutoCloseable {
    private static final String[] NAMES = {".jfs.control", ".control"};
    private static final int PROGRESS = 0xFE;
    private static final int DOCUMENT = 0xFF;
    private static final int PROGRESS_LENGTH = 16;
    private static final int DOCUMENT_MAX = 1 << 30;
    private static final Duration PAUSE_FIRST = Duration.ofMillis(5);
    private static final Duration PAUSE_MOST = Duration.ofMillis(200);

    /// Is told how far the mount has come; the figures are totals.
    @FunctionalInterface
    interface Watcher {
        void progress(long first, long second);
    }

    private final FileChannel file;
    private final Clock clock;
    private ByteBuffer unread = ByteBuffer.allocate(1 << 16).flip();

    private ControlChannel(FileChannel file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /// The channel of the mount that `path` lies in: that of `path` itself if it is a directory, else of the
    /// directory
    /// it is in. The failure says what no mount has.
    static ControlChannel at(Path path) throws IOException {
        Path directory = Files.isDirectory(path) ? path : parentOf(path);
        NoSuchFileException missing = null;
        for (String name : NAMES) {
            try {
                FileChannel file =
                        FileChannel.open(directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE);
                return new ControlChannel(file, Clock.SYSTEM);
            } catch (NoSuchFileException e) {
                missing = e;
            }
        }
        throw new IOException("open " + directory.resolve(NAMES[1]) + ": no such file or directory", missing);
    }

    private static Path parentOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path : parent;
    }

    /// Sends a request and waits for its answer.
    Reply ask(byte[] request, Watcher watcher) throws IOException, InterruptedException {
        ByteBuffer bytes = ByteBuffer.wrap(request);
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        while (true) {
            int kind = u8();
            if (kind == PROGRESS) {
                need(PROGRESS_LENGTH);
                watcher.progress(unread.getLong(), unread.getLong());
            } else if (kind == DOCUMENT) {
                return new Reply(0, document());
            } else {
                return Reply.ofErrno(kind);
            }
        }
    }

    private byte[] document() throws IOException, InterruptedException {
        need(Integer.BYTES);
        int length = unread.getInt();
        if (length < 0 || length > DOCUMENT_MAX) {
            throw new IOException("an answer of " + Integer.toUnsignedString(length) + " bytes is too long");
        }
        byte[] content = new byte[length];
        int done = Math.min(length, unread.remaining());
        unread.get(content, 0, done);
        while (done < length) {
            need(1);
            int step = Math.min(length - done, unread.remaining());
            unread.get(content, done, step);
            done += step;
        }
        return content;
    }

    private int u8() throws IOException, InterruptedException {
        need(1);
        return unread.get() & 0xFF;
    }

    /// Waits until `count` bytes are there.
    private void need(int count) throws IOException, InterruptedException {
        Duration pause = PAUSE_FIRST;
        while (unread.remaining() < count) {
            unread.compact();
            int got = file.read(unread);
            unread.flip();
            if (got <= 0) {
                clock.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(PAUSE_MOST) < 0 ? pause.multipliedBy(2) : PAUSE_MOST;
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
