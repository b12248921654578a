package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.ConfigRequest;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.UserConsole;
import mountagent.service.VolumeConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs config META-URL|NAME`.
@Command(name = "config", description = "Print or change a volume's setting.", sortOptions = false)
final class ConfigCommand implements Callable<Integer> {
    private final Environment environment;
    private final UserConsole console;

    @Parameters(
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Option(names = "--storage", paramLabel = "TYPE", description = "Kind of object store: file, s3 or minio.")
    private @Nullable String storage;

    @Option(names = "--bucket", paramLabel = "URL|DIR", description = "Where the objects are by now.")
    private @Nullable String bucket;

    @Mixin
    private StoreFlags store = new StoreFlags();

    @Option(names = "--encrypt-secret", description = "Seal the keys that an older client stored in plain.")
    private boolean encryptSecret;

    @Option(names = "--capacity", paramLabel = "SIZE", description = "Limit of space, in GiB without a unit; 0: none.")
    private @Nullable String capacity;

    @Option(names = "--inodes", paramLabel = "N", description = "Limit of files and directories; 0: none.")
    private @Nullable Long inodes;

    @Option(names = "--trash-days", paramLabel = "N", description = "Days that deleted files are kept.")
    private @Nullable Integer trashDays;

    @Option(names = "--upload-limit", paramLabel = "RATE", description = "Default limit of uploads, in Mbps; 0: none.")
    private @Nullable String uploadLimit;

    @Option(
            names = "--download-limit",
            paramLabel = "RATE",
            description = "Default limit of downloads, in Mbps; 0: none.")
    private @Nullable String downloadLimit;

    @Option(names = "--min-client-version", paramLabel = "VERSION", description = "Lowest client admitted.")
    private @Nullable String minClientVersion;

    @Option(names = "--max-client-version", paramLabel = "VERSION", description = "Highest client admitted.")
    private @Nullable String maxClientVersion;

    @Option(names = "--dir-stats", arity = "0..1", description = "Keep statistics of directories (=false: do not).")
    private @Nullable Boolean dirStats;

    @Option(names = "--enable-acl", arity = "0..1", description = "Keep POSIX ACLs; cannot be undone.")
    private @Nullable Boolean enableAcl;

    @Option(
            names = {"-y", "--yes"},
            description = "Ask no questions.")
    private boolean yes;

    @Option(names = "--force", description = "Neither ask nor test.")
    private boolean force;

    ConfigCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        new VolumeConfig(environment, console).run(request());
        return ExitCode.OK.status();
    }

    private ConfigRequest request() throws CommandFailure {
        return new ConfigRequest(
                volume,
                storage,
                bucket,
                store.keys(),
                Flags.size("--capacity", capacity, 'G'),
                Flags.notNegative("--inodes", inodes),
                trashDays == null ? null : Math.toIntExact(Flags.within("--trash-days", trashDays, 0, 3_650_000)),
                Flags.rate("--upload-limit", uploadLimit),
                Flags.rate("--download-limit", downloadLimit),
                minClientVersion,
                maxClientVersion,
                dirStats,
                enableAcl,
                encryptSecret,
                yes,
                force);
    }
}
