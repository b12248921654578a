package mountagent.cache;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where things are in one cache directory of one volume (reference: client-data-path.md §4): `home` is the
/// directory as it was configured, `root` the volume's folder in it.
record CacheLayout(Path home, Path root, boolean hasHashPrefix) {
    private static final String RAW = "raw";
    private static final String STAGING = "rawstaging";
    private static final String BLOCKS = "chunks";
    private static final int ID_TRIES = 50;
    private static final int ID_LENGTH_MAX = 128;

    CacheLayout(Path home, String uuid, boolean hasHashPrefix) {
        this(home, home.resolve(uuid), hasHashPrefix);
    }

    Path blocks() {
        return root.resolve(RAW).resolve(BLOCKS);
    }

    Path stagedBlocks() {
        return root.resolve(STAGING).resolve(BLOCKS);
    }

    Path block(CacheKey key) {
        return root.resolve(RAW).resolve(key.path(hasHashPrefix));
    }

    Path stagedBlock(CacheKey key) {
        return root.resolve(STAGING).resolve(key.path(hasHashPrefix));
    }

    Path probe(String name) {
        return root.resolve(RAW).resolve("probe").resolve(name);
    }

    Path lock() {
        return root.resolve(".lock");
    }

    /// The block a file is of; null when it is none's.
    @Nullable
    CacheKey key(Path file, boolean isStaged) {
        Path folder = root.resolve(isStaged ? STAGING : RAW);
        if (!file.startsWith(folder)) {
            return null;
        }
        String path = folder.relativize(file).toString().replace('\\', '/');
        return CacheKey.parse(path, hasHashPrefix);
    }

    /// The id of the directory, which the first client to use it makes up.
    String id(LocalFiles files) throws IOException {
        files.makeRoot();
        for (int i = 0; i < ID_TRIES; i++) {
            String known = readId();
            if (known != null && !known.isEmpty()) {
                return known;
            }
            // Another client may be about to write it.
            if (known == null || i == ID_TRIES - 1) {
                writeId(UUID.randomUUID().toString(), known == null);
            }
        }
        throw new IOException(lock() + " holds no id and takes none");
    }

    /// Writes an id again that was deleted with the directory.
    void restoreId(LocalFiles files, String id) throws IOException {
        files.makeRoot();
        writeId(id, true);
    }

    /// What is in the lock file; null when there is none.
    @Nullable
    String readId() throws IOException {
        try {
            if (Files.size(lock()) > ID_LENGTH_MAX) {
                throw new IOException(lock() + " is no id of a cache directory");
            }
            return Files.readString(lock(), StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private void writeId(String id, boolean isNew) throws IOException {
        try {
            Files.writeString(
                    lock(),
                    id,
                    StandardCharsets.US_ASCII,
                    isNew ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
        } catch (FileAlreadyExistsException _) {
            // Another client was first; its id is read next.
            return;
        }
    }
}
