package mountagent.maintenance.dump;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import mountagent.base.FsException;

/// The file a dump is in: compressed as its name says, read as its first bytes say.
///
/// It is written beside its place as `NAME.tmp`, synced and moved there, so that a dump is there whole or not
/// at all. Only its owner may read it: it holds the names of all files.
public final class DumpFile {
    private static final int BUFFER = 1 << 16;
    private static final int ZSTD_LEVEL = 3;

    private static final int GZIP = 0x1f8b0000;
    private static final int GZIP_MASK = 0xffff0000;
    private static final int ZSTD = 0x28b52ffd;

    private DumpFile() {}

    /// Writes a document.
    @FunctionalInterface
    public interface Content {
        void write(OutputStream target) throws FsException, IOException;
    }

    /// Makes `file` of `content`: gzip for `.gz`, Zstandard for `.zstd` and `.zst`. A failure leaves what was
    /// there before.
    public static void write(Path file, Content content) throws FsException, IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        boolean isDone = false;
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING),
                    ownerOnly())) {
                try (OutputStream target = compressed(new Unclosed(channel), name(file))) {
                    content.write(target);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            isDone = true;
        } finally {
            if (!isDone) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /// A stream into a channel that its owner still syncs and closes.
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(FileChannel channel) {
            super(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static String name(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString();
    }

    /// `target` behind the compression that a file called `name` has.
    private static OutputStream compressed(OutputStream target, String name) throws IOException {
        if (name.endsWith(".gz")) {
            return gzip(target);
        }
        if (name.endsWith(".zstd") || name.endsWith(".zst")) {
            return new ZstdOutputStream(target, ZSTD_LEVEL);
        }
        return target;
    }

    /// `target` behind the fastest gzip.
    static GZIPOutputStream gzip(OutputStream target) throws IOException {
        return new GZIPOutputStream(target, BUFFER) {
            {
                def.setLevel(Deflater.BEST_SPEED);
            }
        };
    }

    /// The document in `source`, whatever it is compressed with. Closing it closes `source`.
    public static InputStream open(InputStream source) throws IOException {
        var buffered = new BufferedInputStream(source, BUFFER);
        buffered.mark(Integer.BYTES);
        byte[] first = buffered.readNBytes(Integer.BYTES);
        buffered.reset();
        int magic = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            magic = magic << Byte.SIZE | (i < first.length ? first[i] & 0xff : 0);
        }
        if ((magic & GZIP_MASK) == GZIP) {
            return new GZIPInputStream(buffered, BUFFER);
        }
        return magic == ZSTD ? new ZstdInputStream(buffered) : buffered;
    }
}
