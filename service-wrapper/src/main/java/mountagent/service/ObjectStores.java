package mountagent.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Predicate;
import mountagent.base.Clock;
import mountagent.meta.VolumeFormat;
import mountagent.metrics.MetricRegistry;
import mountagent.object.MeteredStore;
import mountagent.object.ObjectStore;
import mountagent.object.ObjectStoreException;
import mountagent.object.PrefixStore;
import mountagent.object.RetryingStore;
import mountagent.object.file.FileStore;

/// Makes the object store that a volume's setting describes: the driver, and around it what all drivers need.
final class ObjectStores {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

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
        if (!format.encryptKey().isEmpty()) {
            throw new CommandFailure(volume + " is encrypted, which is not built yet");
        }
        if (format.shards() > 1) {
            throw new CommandFailure(
                    volume + " is spread over " + format.shards() + " buckets, which is not built yet");
        }
    }

    /// The store of an existing volume. Its folder must be there: an empty place where a disk should be
    /// mounted is not filled by mistake. `environment` has what servers are reached with.
    static ObjectStore open(VolumeFormat format, int retriesMax, Environment environment) throws CommandFailure {
        return open(format, StoreUse.of(retriesMax), environment, new MetricRegistry());
    }

    /// The same, used as `use` says and counted in `registry`.
    static ObjectStore open(VolumeFormat format, StoreUse use, Environment environment, MetricRegistry registry)
            throws CommandFailure {
        checkSupported(format);
        if (!isFile(format.storage())) {
            return wrapped(driver(format, use, environment, false), format, use.retriesMax(), registry);
        }
        var folder = folder(format);
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure("the bucket folder " + folder + " of volume " + format.name()
                    + " is missing: mount the disk it is on, or say where it is with --bucket");
        }
        return wrapped(driver(format, use, environment, false), format, use.retriesMax(), registry);
    }

    /// The store of a volume that is being made; its folder or bucket is made too.
    static ObjectStore create(VolumeFormat format, Environment environment) throws CommandFailure {
        checkSupported(format);
        return wrapped(driver(format, StoreUse.of(0), environment, true), format, 0, new MetricRegistry());
    }

    /// Where a volume's objects are in a store of kind `file`.
    static Path folder(VolumeFormat format) {
        return Path.of(format.bucket()).resolve(format.name());
    }

    /// Refuses a bucket that this user may not write to, as far as that shows without writing.
    static void checkWritable(VolumeFormat format, Predicate<Path> isWritable) throws CommandFailure {
        if (!isFile(format.storage())) {
            return;
        }
        var folder = folder(format);
        if (!isWritable.test(folder)) {
            throw new CommandFailure("the bucket folder " + folder + " of volume " + format.name()
                    + " is read-only for this user: make it writable, or mount with --read-only");
        }
    }

    private static ObjectStore driver(VolumeFormat format, StoreUse use, Environment environment, boolean isNew)
            throws CommandFailure {
        try {
            if (!isFile(format.storage())) {
                return S3Buckets.open(format, format.bucket(), use, environment, isNew);
            }
            var bucket = Path.of(format.bucket());
            return isNew ? FileStore.create(bucket) : FileStore.open(bucket);
        } catch (ObjectStoreException e) {
            throw new CommandFailure("cannot use the bucket of volume " + format.name() + ": " + e.getMessage(), e);
        }
    }

    private static ObjectStore wrapped(
            ObjectStore driver, VolumeFormat format, int retriesMax, MetricRegistry registry) {
        var metered = new MeteredStore(driver, Clock.SYSTEM, registry);
        var policy = new RetryingStore.Policy(retriesMax + 1, FIRST_PAUSE, LONGEST_PAUSE);
        var retrying = new RetryingStore(metered, policy, Clock.SYSTEM, new SecureRandom());
        return new PrefixStore(retrying, format.name() + "/");
    }
}
