package mountagent.object.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.object.ObjectInfo;
import mountagent.object.ObjectPage;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.ObjectStoreException.Kind;

/// Objects as files below a directory, the bucket: the path is the bucket and the key.
///
/// A put writes a hidden file beside its place and renames it there: four system calls where the directory
/// exists. Names of blocks are never used twice, so the rename goes to a fresh name, which ext4 does not
/// punish with a flush. Nothing is waited for before [#sync], but large files are begun to be written. A process that
/// dies in a put leaves its hidden
/// file behind, which listings do not show, but [#listUnfinished] does.
public final class FileStore implements ObjectStore {
    /// What the names of files being written begin with.
    static final String TEMPORARY_PREFIX = ".jfs.";

    private static final int LARGE_BYTES = Sizes.MIB;
    private static final int LIST_PAGE = 1000;
    private static final Duration UNSYNCED_MAX = Duration.ofHours(1);
    private static final int TEMPORARY_NAME_MAX = 200;
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final Path bucket;
    private final FileFailures failures;
    private final FileSync sync;
    private final EarlyWriting early = new EarlyWriting();

    private FileStore(Path bucket) {
        this.bucket = bucket;
        this.failures = new FileFailures(bucket, describe());
        this.sync = new FileSync(bucket);
    }

    /// The store in the directory `bucket`, which must exist: kind MISSING when it does not, INVALID when
    /// it is no directory.
    public static FileStore open(Path bucket) throws ObjectStoreException {
        var store = new FileStore(bucket.toAbsolutePath().normalize());
        store.failures.checkBucket();
        return store;
    }

    /// The store in the directory `bucket`, which is made with its parents when it is missing.
    public static FileStore create(Path bucket) throws ObjectStoreException {
        var store = new FileStore(bucket.toAbsolutePath().normalize());
        try {
            Files.createDirectories(store.bucket);
        } catch (FileAlreadyExistsException _) {
            store.failures.checkBucket();
        } catch (IOException e) {
            throw store.failures.of("make the bucket", "", e);
        }
        return store;
    }

    @Override
    public void put(String key, MemorySegment body) throws ObjectStoreException {
        Path target = path(key);
        Path temporary = temporary(target);
        try {
            write(temporary, body);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            if (body.byteSize() >= LARGE_BYTES) {
                early.begin(target);
            }
        } catch (IOException e) {
            removeQuietly(temporary, e);
            throw failures.of("write", key, e);
        }
    }

    private void write(Path temporary, MemorySegment body) throws IOException, ObjectStoreException {
        try (FileChannel channel = openNew(temporary)) {
            ByteBuffer bytes = body.asByteBuffer();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private FileChannel openNew(Path temporary) throws IOException, ObjectStoreException {
        try {
            return FileChannel.open(temporary, NEW);
        } catch (NoSuchFileException _) {
            // A bucket that has gone (its disk is not mounted) must not come back as an empty directory.
            failures.checkBucket();
            Files.createDirectories(temporary.getParent());
            return FileChannel.open(temporary, NEW);
        }
    }

    @Override
    public long read(String key, long offset, MemorySegment target) throws ObjectStoreException {
        try (FileChannel channel = FileChannel.open(path(key), StandardOpenOption.READ)) {
            ByteBuffer bytes = target.asByteBuffer();
            while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
                // A read may stop short of the end of the file.
            }
            return bytes.position();
        } catch (IOException e) {
            throw failures.of("read", key, e);
        }
    }

    @Override
    public void delete(String key) throws ObjectStoreException {
        try {
            Files.deleteIfExists(path(key));
        } catch (IOException e) {
            throw failures.of("delete", key, e);
        }
    }

    @Override
    public Optional<ObjectInfo> head(String key) throws ObjectStoreException {
        try {
            var attributes = Files.readAttributes(path(key), BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new ObjectInfo(
                            key,
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()))
                    : Optional.empty();
        } catch (NoSuchFileException _) {
            failures.checkBucket();
            return Optional.empty();
        } catch (IOException e) {
            throw failures.of("look at", key, e);
        }
    }

    @Override
    public ObjectPage list(String prefix, String after, int limit) throws ObjectStoreException {
        return list(FileListing.Kind.OBJECTS, prefix, after, limit);
    }

    @Override
    public ObjectPage listUnfinished(String prefix, String after, int limit) throws ObjectStoreException {
        return list(FileListing.Kind.UNFINISHED, prefix, after, limit);
    }

    private ObjectPage list(FileListing.Kind kind, String prefix, String after, int limit) throws ObjectStoreException {
        failures.checkBucket();
        try {
            return new FileListing(bucket, kind, prefix, after, limit).page();
        } catch (IOException e) {
            throw failures.of("list", prefix, e);
        }
    }

    @Override
    public void sync(Collection<String> keys) throws ObjectStoreException {
        try {
            sync.sync(keys.stream().map(this::unchecked).toList());
        } catch (NoSuchFileException e) {
            throw new ObjectStoreException(
                    Kind.MISSING, "cannot sync " + e.getFile() + " in " + describe() + ": it has gone", e);
        } catch (IOException e) {
            throw failures.of("sync", keys.size() + " objects", e);
        }
    }

    @Override
    public void syncAll() throws ObjectStoreException {
        failures.checkBucket();
        try {
            if (!sync.trySyncAll()) {
                syncRecent();
            }
        } catch (IOException e) {
            throw failures.of("sync", "all objects", e);
        }
    }

    /// Without a call for all, the objects of the last hour are synced: what is older the system has
    /// written itself.
    private void syncRecent() throws ObjectStoreException {
        Instant start = Instant.ofEpochSecond(Clock.SYSTEM.now().seconds()).minus(UNSYNCED_MAX);
        String after = "";
        for (boolean isLast = false; !isLast; ) {
            ObjectPage page = list("", after, LIST_PAGE);
            sync(page.objects().stream()
                    .filter(object -> object.modified().isAfter(start))
                    .map(ObjectInfo::key)
                    .toList());
            isLast = page.isLast();
            after = isLast ? after : page.objects().getLast().key();
        }
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public String describe() {
        return "file://" + bucket + "/";
    }

    @Override
    public void close() {
        early.close();
    }

    private Path path(String key) throws ObjectStoreException {
        Path path = unchecked(key);
        Path plain = key.contains("..") ? path.normalize() : path;
        if (!plain.startsWith(bucket) || plain.equals(bucket)) {
            throw new ObjectStoreException(Kind.INVALID, "key " + key + " leads out of " + describe());
        }
        return plain;
    }

    private Path unchecked(String key) {
        return bucket.resolve(key);
    }

    private static Path temporary(Path target) {
        String name = target.getFileName().toString();
        String start = name.length() > TEMPORARY_NAME_MAX ? name.substring(0, TEMPORARY_NAME_MAX) : name;
        int random = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        return target.resolveSibling(TEMPORARY_PREFIX + start + ".tmp." + random);
    }

    private static void removeQuietly(Path temporary, IOException cause) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
