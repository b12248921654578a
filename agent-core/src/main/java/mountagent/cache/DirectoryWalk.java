package mountagent.cache;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One walk over a cache directory: what is staged, then what is cached. Fills the index, removes what was
/// left behind half-written and directories that stay empty; touches nothing else, and nothing that is
/// staged.
final class DirectoryWalk {
    private final CacheDirectory directory;
    private final LocalFiles files;
    private final BooleanSupplier isStopped;
    private final Set<CacheKey> staged = new HashSet<>();
    private long found;

    /// A walk that gives up once `isStopped` says so.
    DirectoryWalk(CacheDirectory directory, LocalFiles files, BooleanSupplier isStopped) {
        this.directory = directory;
        this.files = files;
        this.isStopped = isStopped;
    }

    /// Walks; returns how many blocks were found. An error breaks the walk off: the index then keeps what it
    /// knew.
    long run() throws IOException {
        directory.index().beginWalk();
        walk(directory.layout().stagedBlocks(), true);
        walk(directory.layout().blocks(), false);
        if (!isStopped.getAsBoolean()) {
            directory.index().removeUnseen();
            directory.walked();
        }
        return found;
    }

    private void walk(Path folder, boolean isStaged) throws IOException {
        if (Files.isDirectory(folder)) {
            Files.walkFileTree(folder, new Visitor(isStaged));
        }
    }

    private final class Visitor implements FileVisitor<Path> {
        private final boolean isStaged;

        Visitor(boolean isStaged) {
            this.isStaged = isStaged;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return next();
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            CacheKey key = directory.layout().key(file, isStaged);
            if (key == null || !attributes.isRegularFile()) {
                removeHalfWritten(file);
            } else if (isStaged) {
                found++;
                staged.add(key);
                directory.foundStaged(key, seconds(attributes));
            } else if (!staged.contains(key)) {
                visitCached(key, file, attributes);
            }
            return next();
        }

        private void visitCached(CacheKey key, Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.size() < key.length()) {
                boolean _ = directory.files().delete(file);
            } else {
                found++;
                directory.foundCached(key, seconds(attributes));
            }
        }

        private void removeHalfWritten(Path file) throws IOException {
            if (!isStaged && file.toString().endsWith(LocalFiles.TEMPORARY_SUFFIX) && files.isAbandoned(file)) {
                boolean _ = directory.files().delete(file);
            }
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return next();
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            if (!isStaged && !folder.equals(directory.layout().blocks())) {
                removeIfEmpty(folder);
            }
            return next();
        }

        private void removeIfEmpty(Path folder) throws IOException {
            try {
                if (files.isAbandoned(folder)) {
                    Files.delete(folder);
                }
            } catch (DirectoryNotEmptyException | NoSuchFileException _) {
                // It is in use, or somebody else has removed it.
                return;
            }
        }

        private FileVisitResult next() {
            return isStopped.getAsBoolean() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        private static int seconds(BasicFileAttributes attributes) {
            return CacheIndex.time(attributes.lastAccessTime().toMillis() / 1000);
        }
    }
}
