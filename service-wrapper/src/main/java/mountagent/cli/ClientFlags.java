package mountagent.cli;

import java.time.Duration;
import java.util.Objects;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.MetricsAddress;
import mountagent.service.MountSpec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The flags of every command that opens a volume for use (reference: cli.md §5), as far as they are built.
final class ClientFlags {
    private static final Duration HEARTBEAT_LEAST = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT_MOST = Duration.ofMinutes(10);
    private static final long BUFFER_LEAST = 32L << 20;
    private static final Duration BACKUP_LEAST = Duration.ofMinutes(5);
    private static final int TRANSFERS_MOST = 4096;

    @Option(names = "--heartbeat", paramLabel = "TIME", description = "1s to 10m, 0: sessions never end; default 12s.")
    private String heartbeat = "12s";

    @Option(names = "--no-bgjob", description = "Leave cleaning up to other clients.")
    private boolean noBackgroundJobs;

    @Option(names = "--atime-mode", paramLabel = "MODE", description = "noatime (default), relatime or strictatime.")
    private String atimeMode = "noatime";

    @Option(
            names = "--skip-dir-mtime",
            paramLabel = "TIME",
            description = "Do not update a directory's times more often.")
    private String skipDirMtime = "100ms";

    @Option(names = "--buffer-size", paramLabel = "SIZE", description = "Memory for data under way; default 300M.")
    private String bufferSize = "300M";

    @Option(names = "--max-uploads", paramLabel = "N", description = "Blocks put at the same time; default 20.")
    private int maxUploads = 20;

    @Option(names = "--max-downloads", paramLabel = "N", description = "Blocks got at the same time; default 200.")
    private int maxDownloads = 200;

    @Option(names = "--io-retries", paramLabel = "N", description = "Tries of a failing transfer; default 10.")
    private int ioRetries = 10;

    @Option(names = "--attr-cache", paramLabel = "TIME", description = "Kernel keeps attributes; default 1s.")
    private String attrCache = "1s";

    @Option(names = "--entry-cache", paramLabel = "TIME", description = "Kernel keeps file names; default 1s.")
    private String entryCache = "1s";

    @Option(names = "--dir-entry-cache", paramLabel = "TIME", description = "Kernel keeps directory names; default 1s.")
    private String dirEntryCache = "1s";

    @Option(names = "--negative-entry-cache", paramLabel = "TIME", description = "Kernel keeps absence; default 0.")
    private String negativeEntryCache = "0s";

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            description = "Where Prometheus may ask; default 127.0.0.1:9567, or another port when that is in use."
                    + " Empty: nowhere.")
    private @Nullable String metrics;

    @Option(
            names = "--custom-labels",
            paramLabel = "NAME:VALUE;…",
            description = "Labels that every metric carries beside its own.")
    private String customLabels = "";

    @Option(
            names = "--backup-meta",
            paramLabel = "TIME",
            description = "Back the metadata up to the object store each 5m or longer, 0: never; default 1h.")
    private String backupMeta = "1h";

    @Option(names = "--backup-skip-trash", description = "Without the trash in backups.")
    private boolean backupSkipTrash;

    @Mixin
    private TransferFlags transfers = new TransferFlags();

    @Mixin
    private CacheFlags cache = new CacheFlags();

    @SuppressWarnings("UnusedVariable") // accepted, with nothing to do
    @Option(names = "--no-usage-report", description = "Accepted: nothing is ever reported.")
    private boolean noUsageReport;

    /// How long the kernel may keep what it was told.
    MountSpec.KernelCache kernelCache() throws CommandFailure {
        return new MountSpec.KernelCache(
                Flags.duration("--attr-cache", attrCache),
                Flags.duration("--entry-cache", entryCache),
                Flags.duration("--dir-entry-cache", dirEntryCache),
                Flags.duration("--negative-entry-cache", negativeEntryCache));
    }

    /// How the client behaves towards its servers.
    MountSpec.Client client(Environment environment) throws CommandFailure {
        var keepsTimes = atimeMode.equals("relatime") || atimeMode.equals("strictatime");
        if (!keepsTimes && !atimeMode.equals("noatime")) {
            throw new CommandFailure("--atime-mode (" + atimeMode + ") must be noatime, relatime or strictatime");
        }
        var buffer = Objects.requireNonNull(Flags.size("--buffer-size", bufferSize, 'M'));
        return new MountSpec.Client(
                heartbeat(),
                !noBackgroundJobs,
                keepsTimes,
                atimeMode.equals("strictatime"),
                Flags.duration("--skip-dir-mtime", skipDirMtime),
                Flags.within("--buffer-size", buffer, BUFFER_LEAST, Long.MAX_VALUE),
                (int) Flags.within("--max-uploads", maxUploads, 1, TRANSFERS_MOST),
                (int) Flags.within("--max-downloads", maxDownloads, 1, TRANSFERS_MOST),
                (int) Flags.within("--io-retries", ioRetries, 0, 1000),
                new MountSpec.Backup(backupPeriod(environment), backupSkipTrash),
                transfers.spec(),
                cache.spec(environment));
    }

    private Duration backupPeriod(Environment environment) throws CommandFailure {
        var period = Flags.duration("--backup-meta", backupMeta);
        // Shorter periods are for tests, as with the official client.
        var isChecked = environment.variable("SKIP_BACKUP_META_CHECK") == null;
        if (isChecked && !period.isZero() && period.compareTo(BACKUP_LEAST) < 0) {
            throw new CommandFailure("--backup-meta (" + backupMeta + ") must be at least 5m, or 0 for never");
        }
        return period;
    }

    /// Where the metrics are shown, and with which labels.
    MetricsAddress metrics() throws CommandFailure {
        return metrics == null
                ? MetricsAddress.DEFAULT.withLabels(customLabels)
                : MetricsAddress.of(metrics, customLabels);
    }

    private Duration heartbeat() throws CommandFailure {
        var time = Flags.duration("--heartbeat", heartbeat);
        if (!time.isZero() && (time.compareTo(HEARTBEAT_LEAST) < 0 || time.compareTo(HEARTBEAT_MOST) > 0)) {
            throw new CommandFailure("--heartbeat (" + heartbeat + ") must be from 1s to 10m, or 0");
        }
        return time;
    }
}
