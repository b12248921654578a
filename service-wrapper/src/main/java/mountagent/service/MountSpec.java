package mountagent.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import mountagent.frontend.MountRequest.MountOption;

/// What `mount` was asked for: which volume, where, and how.
///
/// `volume` is a metadata URL or a registered name. `store` is where this mount finds the objects and how it keeps new
/// ones, instead of as the setting says. `ringDepth` is how many requests of a processor may be at work with
/// [MountOption#IO_URING]. `virtualFiles` is how `.control` and its like show, `metrics`
/// where
/// Prometheus may ask.
public record MountSpec(
        String volume,
        Path mountPoint,
        StoreChoice store,
        Set<MountOption> options,
        int ringDepth,
        Set<VirtualNames> virtualFiles,
        KernelCache kernelCache,
        Client client,
        MetricsAddress metrics) {

    public MountSpec {
        options = Set.copyOf(options);
        virtualFiles = Set.copyOf(virtualFiles);
    }

    /// How virtual files show.
    public enum VirtualNames {
        /// Listings of the root leave them out.
        HIDDEN,
        /// As `.jfs.stats` and so on.
        PREFIXED
    }

    /// How long the kernel may keep what it was told.
    public record KernelCache(
            Duration attributes, Duration entries, Duration directoryEntries, Duration negativeEntries) {
        /// The official client's time-outs.
        public static final KernelCache DEFAULT =
                new KernelCache(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO);
    }

    /// How the client behaves towards its servers. A heartbeat of zero means a session that never ends by
    /// itself.
    public record Client(
            Duration heartbeat,
            boolean hasBackgroundJobs,
            boolean keepsAccessTimes,
            boolean keepsEveryAccessTime,
            Duration skipDirMtime,
            long bufferBytes,
            int uploadsMax,
            int downloadsMax,
            int retriesMax,
            Backup backup,
            TransferSpec transfers,
            CacheSpec cache) {
        /// The official client's behaviour, for a caller whose usual cache directory is `usualCache`.
        static Client usual(Path usualCache) {
            return new Client(
                    Duration.ofSeconds(12),
                    true,
                    false,
                    false,
                    Duration.ofMillis(100),
                    300L << 20,
                    20,
                    200,
                    10,
                    Backup.DEFAULT,
                    TransferSpec.DEFAULT,
                    CacheSpec.usual(usualCache));
        }
    }

    /// How often the metadata is backed up to the object store, zero for never, and whether without the
    /// trash.
    public record Backup(Duration period, boolean skipsTrash) {
        /// The official client's.
        public static final Backup DEFAULT = new Backup(Duration.ofHours(1), false);
    }

    /// Whether changes are refused.
    public boolean isReadOnly() {
        return options.contains(MountOption.READ_ONLY);
    }
}
