package mountagent.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.cache.sys.DiskSpace;

/// The real file system. Files are written under their name and `.tmp`, then renamed; nothing is synced,
/// since a cache may lose what it has.
final class LocalFiles implements CacheFiles {
    /// What the names of files being written end with.
    static final String TEMPORARY_SUFFIX = ".tmp";

    /// When a file being written, or a directory that is empty, has been left behind by somebody.
    static final Duration ABANDONED_AFTER = Duration.ofMinutes(1);

    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final int READ_BITS = 0444;
    private static final int OTHERS_WRITE = 0022;
    private static final int BITS = 9;

    private final Path root;
    private final Set<PosixFilePermission> fileMode;
    private final Set<PosixFilePermission> directoryMode;
    private final boolean isPosix;
    private final boolean isShared;
    private final Clock clock;

    /// Files below `root` get the permission bits `mode`, directories the same and execute bits where they can be
    /// read.
    LocalFiles(Path root, int mode, Clock clock) {
        this.root = root;
        this.fileMode = permissions(mode);
        this.directoryMode = permissions(mode | (mode & READ_BITS) >> 2);
        this.isPosix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
        this.isShared = (mode & OTHERS_WRITE) != 0;
        this.clock = clock;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        // The constants stand in the order of the bits, the owner's right to read first.
        var set = EnumSet.noneOf(PosixFilePermission.class);
        int bit = 1 << BITS - 1;
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & bit) != 0) {
                set.add(permission);
            }
            bit >>= 1;
        }
        return set;
    }

    @Override
    public BlockFile open(Path path, int length) throws IOException, BlockFile.CorruptException {
        return BlockFile.open(path, length);
    }

    @Override
    public boolean write(Path target, ByteBuffer... pieces) throws IOException {
        Path temporary = target.resolveSibling(target.getFileName() + TEMPORARY_SUFFIX);
        try (FileChannel channel = openNew(temporary)) {
            long left = 0;
            for (ByteBuffer piece : pieces) {
                left += piece.remaining();
            }
            while (left > 0) {
                left -= channel.write(pieces);
            }
        } catch (FileAlreadyExistsException _) {
            removeAbandoned(temporary);
            return false;
        } catch (IOException e) {
            removeQuietly(temporary, e);
            throw e;
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private FileChannel openNew(Path temporary) throws IOException {
        try {
            return create(temporary);
        } catch (NoSuchFileException _) {
            makeParentBelowRoot(temporary);
            return create(temporary);
        }
    }

    private FileChannel create(Path temporary) throws IOException {
        if (!isPosix) {
            return FileChannel.open(temporary, NEW);
        }
        FileChannel channel = FileChannel.open(temporary, NEW, PosixFilePermissions.asFileAttribute(fileMode));
        widen(temporary, fileMode);
        return channel;
    }

    /// Makes the root and what is missing above it.
    void makeRoot() throws IOException {
        makeWithParents(root);
    }

    private void makeWithParents(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            makeWithParents(parent);
        }
        makeDirectory(directory);
    }

    /// The root itself is not made here: where it has gone, its disk may have been unmounted, and what is below the
    /// mount point must not fill up instead.
    private void makeParentBelowRoot(Path path) throws IOException {
        Path directory = path.getParent();
        if (directory == null || !directory.startsWith(root) || (directory.equals(root) && !Files.exists(root))) {
            throw new NoSuchFileException(root.toString());
        }
        if (!Files.isDirectory(directory)) {
            makeParentBelowRoot(directory);
            makeDirectory(directory);
        }
    }

    private void makeDirectory(Path directory) throws IOException {
        try {
            if (isPosix) {
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(directoryMode));
                widen(directory, directoryMode);
            } else {
                Files.createDirectory(directory);
            }
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    /// The process's mask takes the right to write from others; who asks for that right means it.
    private void widen(Path path, Set<PosixFilePermission> mode) throws IOException {
        if (isShared) {
            Files.getFileAttributeView(path, PosixFileAttributeView.class).setPermissions(mode);
        }
    }

    private void removeAbandoned(Path temporary) throws IOException {
        if (isAbandoned(temporary)) {
            boolean _ = Files.deleteIfExists(temporary);
        }
    }

    /// Whether nobody has changed a file or directory lately.
    boolean isAbandoned(Path path) throws IOException {
        long changed =
                Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis() / 1000;
        return clock.now().seconds() - changed > ABANDONED_AFTER.toSeconds();
    }

    private static void removeQuietly(Path temporary, IOException cause) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return Files.deleteIfExists(path);
    }

    @Override
    public DiskSpace space(Path directory) throws IOException {
        return DiskSpace.of(directory);
    }

    @Override
    public long device(Path path) throws IOException {
        if (!isPosix) {
            return 0;
        }
        Path existing = path;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return Files.getAttribute(existing, "unix:dev") instanceof Long device ? device : 0;
    }
}
