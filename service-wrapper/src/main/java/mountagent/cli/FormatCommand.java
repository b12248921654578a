package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.FormatRequest;
import mountagent.service.FormatRequest.WhenFormatted;
import mountagent.service.VolumeFormatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs format META-URL NAME`.
@Command(
        name = "format",
        description = "Make a volume, or change the setting of one that is there.",
        sortOptions = false)
final class FormatCommand implements Callable<Integer> {
    private final Environment environment;

    @Parameters(
            index = "0",
            paramLabel = "META-URL",
            description = "Where the metadata is: sqlite3://FILE, redis://HOST:PORT/DB.")
    private String metaUrl = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "3 to 63 of a-z, 0-9 and -.")
    private String name = "";

    @Option(names = "--storage", paramLabel = "TYPE", description = "Kind of object store: file, s3 or minio.")
    private @Nullable String storage;

    @Option(
            names = "--bucket",
            paramLabel = "URL|DIR",
            description = "Where the objects are; /var/jfs or ~/.juicefs/local.")
    private @Nullable String bucket;

    @Mixin
    private StoreFlags store = new StoreFlags();

    @Option(names = "--block-size", paramLabel = "SIZE", description = "64K to 16M, a power of two; default 4M.")
    private @Nullable String blockSize;

    @Option(names = "--compress", paramLabel = "HOW", description = "none, lz4 or zstd; default none.")
    private @Nullable String compress;

    @Option(names = "--hash-prefix", description = "Begin object names with a hash.")
    private @Nullable Boolean hashPrefix;

    @Option(names = "--capacity", paramLabel = "SIZE", description = "Limit of space, in GiB without a unit; 0: none.")
    private @Nullable String capacity;

    @Option(names = "--inodes", paramLabel = "N", description = "Limit of files and directories; 0: none.")
    private @Nullable Long inodes;

    @Option(names = "--trash-days", paramLabel = "N", description = "Days that deleted files are kept; default 1.")
    private @Nullable Integer trashDays;

    @Option(names = "--enable-acl", description = "Keep POSIX ACLs; cannot be undone.")
    private @Nullable Boolean hasAcls;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "Spread objects over N buckets (up to 256); the bucket then holds a number verb such as %%d.")
    private @Nullable Integer shards;

    @Mixin
    private EncryptionFlags encryption = new EncryptionFlags();

    @Option(names = "--force", description = "Replace the setting of a volume that is there.")
    private boolean force;

    @Option(names = "--no-update", description = "Leave a volume that is there alone.")
    private boolean noUpdate;

    FormatCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailure {
        Integer count = shards == null ? null : Math.toIntExact(Flags.within("--shards", shards, 0, 256));
        new VolumeFormatter(environment, encryption.form(count)).format(request());
        return ExitCode.OK.status();
    }

    private FormatRequest request() throws CommandFailure {
        if (force && noUpdate) {
            throw new CommandFailure("--force and --no-update exclude each other: give one of them");
        }
        return new FormatRequest(
                metaUrl,
                name,
                storage,
                bucket,
                Flags.size("--block-size", blockSize, 'K'),
                compress,
                hashPrefix,
                Flags.size("--capacity", capacity, 'G'),
                Flags.notNegative("--inodes", inodes),
                trashDays == null ? null : Math.toIntExact(Flags.within("--trash-days", trashDays, 0, 3_650_000)),
                hasAcls,
                store.keys(),
                whenFormatted());
    }

    private WhenFormatted whenFormatted() {
        if (force) {
            return WhenFormatted.OVERWRITE;
        }
        return noUpdate ? WhenFormatted.LEAVE_ALONE : WhenFormatted.UPDATE;
    }
}
