package mountagent.powercut;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What there is in a write-ahead log of SQLite (its file format is documented at sqlite.org/walformat.html).
///
/// `salt` tells one filling of the file from the next, `end` is where the frames of this filling end.
record WalFile(long salt, long end) {
    static final WalFile NONE = new WalFile(0, 0);

    private static final int HEADER = 32;
    private static final int FRAME_HEADER = 24;
    private static final int PAGE_SIZE_AT = 8;
    private static final int SALT_AT = 16;
    private static final int FRAME_SALT_AT = 8;

    /// Reads the log of the database `file`. Opens the log only: closing the database or `-shm` would drop the locks
    /// that SQLite has on them.
    static WalFile of(Path file) throws IOException {
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        if (!Files.exists(log) || Files.size(log) < HEADER) {
            return NONE;
        }
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            ByteBuffer header = read(channel, 0, HEADER);
            long salt = header.getLong(SALT_AT);
            int frame = FRAME_HEADER + header.getInt(PAGE_SIZE_AT);
            long end = HEADER;
            while (end + frame <= channel.size()
                    && read(channel, end, FRAME_HEADER).getLong(FRAME_SALT_AT) == salt) {
                end += frame;
            }
            return new WalFile(salt, end);
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("the log ends at " + at + buffer.position());
            }
        }
        return buffer.flip();
    }
}
