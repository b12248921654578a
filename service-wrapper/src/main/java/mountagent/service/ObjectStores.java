package mountagent.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import mountagent.base.Clock;
import mountagent.base.Sizes;
import mountagent.block.BlockFormat;
import mountagent.block.Compression;
import mountagent.meta.VolumeFormat;
import mountagent.metrics.MetricRegistry;
import mountagent.object.MeteredStore;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.PrefixStore;
import mountagent.object.RetryingStore;
import mountagent.object.ShardBuckets;
import mountagent.object.ShardedStore;
import mountagent.object.crypt.EncryptedStore;
import mountagent.object.crypt.ObjectCipher;
import mountagent.object.file.FileStore;
import org.jspecify.annotations.Nullable;

/// Makes the object store that a volume's setting describes: the driver, and around it what all drivers need.
final class ObjectStores {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /// A block that does not compress grows by less.
    private static final int GROWTH = 128;

    private static final int GROWTH_BYTES = 128 * Sizes.KIB;

    /// Memory for encrypted objects on their way; each block size has some of them at once all the same.
    private static final int ENCRYPTION_BYTES = 96 * Sizes.MIB;

    private static final int TRANSFERS_LEAST = 4;
    private static final int TRANSFERS_MOST = 32;
    /// The kinds of storage there are, for people.
    static final String SUPPORTED = "file, s3, minio";

    private ObjectStores() {}

    /// Whether there is a driver for `storage`.
    static boolean isBuilt(String storage) {
        return isFile(storage) || S3Buckets.keeps(storage);
    }

    private static boolean isFile(String storage) {
        return storage.equalsIgnoreCase("file");
    }

    /// Refuses what is not built yet, by name.
    static void checkSupported(VolumeFormat format) throws CommandFailure {
        var volume = "volume " + format.name();
        if (!isBuilt(format.storage())) {
            throw new CommandFailure(volume + " keeps its objects in " + format.storage()
                    + ", which is not built yet; supported so far: " + SUPPORTED);
        }
    }

    /// The store of an existing volume. Its folder must be there: an empty place where a disk should be
    /// mounted is not filled by mistake. `environment` has the passphrase of an encrypted one, and what servers are
    /// reached with.
    static ObjectStore open(VolumeFormat format, int retriesMax, Environment environment) throws CommandFailure {
        return open(format, StoreUse.of(retriesMax), environment, new MetricRegistry());
    }

    /// The same, used as `use` says and counted in `registry`.
    static ObjectStore open(VolumeFormat format, StoreUse use, Environment environment, MetricRegistry registry)
            throws CommandFailure {
        checkSupported(format);
        var cipher = new VolumeEncryption(environment).of(format);
        var folders = folders(format);
        // In a young volume with shards not every bucket holds something.
        if (!folders.isEmpty() && folders.stream().noneMatch(Files::isDirectory)) {
            throw new CommandFailure("the bucket folder " + folders.getFirst() + " of volume " + format.name()
                    + " is missing: mount the disk it is on, or say where it is with --bucket");
        }
        var driver = driver(format, use, environment, false);
        return encrypted(wrapped(driver, format, use.retriesMax(), registry), cipher, format);
    }

    /// The store of a volume that is being made; its folder or bucket is made too.
    static ObjectStore create(VolumeFormat format, Environment environment) throws CommandFailure {
        checkSupported(format);
        var cipher = new VolumeEncryption(environment).of(format);
        var driver = driver(format, StoreUse.of(0), environment, true);
        return encrypted(wrapped(driver, format, 0, new MetricRegistry()), cipher, format);
    }

    /// The buckets of a volume: one, or one for each shard.
    static List<String> buckets(VolumeFormat format) throws CommandFailure {
        try {
            return ShardBuckets.of(format.bucket(), format.shards());
        } catch (ObjectStoreException e) {
            throw new CommandFailure("volume " + format.name() + ": " + e.getMessage(), e);
        }
    }

    /// Where a volume's objects are in a store of kind `file`, in each bucket; none for other kinds.
    static List<Path> folders(VolumeFormat format) throws CommandFailure {
        if (!isFile(format.storage())) {
            return List.of();
        }
        return buckets(format).stream()
                .map(bucket -> Path.of(bucket).resolve(format.name()))
                .toList();
    }

    /// How the blocks of a volume in `store`, which was opened here, are named and stored.
    static BlockFormat blockFormat(VolumeFormat format, ObjectStore store) {
        return new BlockFormat(
                format.blockSizeBytes(),
                Compression.named(format.compression().toLowerCase(Locale.ROOT)),
                format.hashPrefix(),
                store instanceof EncryptedStore encrypted ? encrypted.addedBytes() : 0);
    }

    /// Refuses a bucket that this user may not write to, as far as that shows without writing.
    static void checkWritable(VolumeFormat format, Predicate<Path> isWritable) throws CommandFailure {
        for (var folder : folders(format)) {
            if (!isWritable.test(Files.exists(folder) ? folder : folder.resolveSibling(""))) {
                throw new CommandFailure("the bucket folder " + folder + " of volume " + format.name()
                        + " is read-only for this user: make it writable, or mount with --read-only");
            }
        }
    }

    private static ObjectStore driver(VolumeFormat format, StoreUse use, Environment environment, boolean isNew)
            throws CommandFailure {
        return ShardedStore.open(buckets(format), bucket -> driver(bucket, format, use, environment, isNew));
    }

    private static ObjectStore driver(
            String bucket, VolumeFormat format, StoreUse use, Environment environment, boolean isNew)
            throws CommandFailure {
        try {
            if (!isFile(format.storage())) {
                return S3Buckets.open(format, bucket, use, environment, isNew);
            }
            return isNew ? FileStore.create(Path.of(bucket)) : FileStore.open(Path.of(bucket));
        } catch (ObjectStoreException e) {
            throw new CommandFailure("cannot use the bucket of volume " + format.name() + ": " + e.getMessage(), e);
        }
    }

    private static ObjectStore encrypted(ObjectStore store, @Nullable ObjectCipher cipher, VolumeFormat format) {
        if (cipher == null) {
            return store;
        }
        int plainMax = format.blockSizeBytes() + format.blockSizeBytes() / GROWTH + GROWTH_BYTES;
        int transfersMax = Math.clamp(ENCRYPTION_BYTES / plainMax, TRANSFERS_LEAST, TRANSFERS_MOST);
        return new EncryptedStore(store, cipher, plainMax, transfersMax);
    }

    private static ObjectStore wrapped(
            ObjectStore driver, VolumeFormat format, int retriesMax, MetricRegistry registry) {
        var metered = new MeteredStore(driver, Clock.SYSTEM, registry);
        var policy = new RetryingStore.Policy(retriesMax + 1, FIRST_PAUSE, LONGEST_PAUSE);
        var retrying = new RetryingStore(metered, policy, Clock.SYSTEM, new SecureRandom());
        return new PrefixStore(retrying, format.name() + "/");
    }
}
