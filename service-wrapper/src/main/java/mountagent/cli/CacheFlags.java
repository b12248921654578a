package mountagent.cli;

import java.time.Duration;
import mountagent.service.CacheSpec;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.Places;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The flags about caching blocks (reference: cli.md §5).
final class CacheFlags {
    private static final int OCTAL = 8;
    private static final int MODE_MOST = 0777;
    private static final Duration EXPIRE_LEAST = Duration.ofSeconds(1);

    @Option(
            names = "--cache-dir",
            paramLabel = "DIRS",
            description = "Directories separated by colons, with wildcards, or \"memory\";"
                    + " default /var/jfsCache or ~/.juicefs/cache.")
    private @Nullable String cacheDir;

    @Option(names = "--cache-size", paramLabel = "SIZE", description = "Of all directories; default 100G, 0: no cache.")
    private @Nullable String cacheSize;

    @Option(names = "--cache-items", paramLabel = "N", description = "Most blocks kept; default 0, as inodes allow.")
    private long cacheItems;

    @Option(names = "--free-space-ratio", paramLabel = "SHARE", description = "Of each disk left free; default 0.1.")
    private String freeSpaceRatio = "0.1";

    @Option(names = "--cache-mode", paramLabel = "MODE", description = "Octal mode of cached files; default 0600.")
    private String cacheMode = "0600";

    @Option(names = "--cache-partial-only", description = "Keep small and partial reads only.")
    private boolean cachePartialOnly;

    @Option(names = "--cache-large-write", description = "Keep full blocks that are written, too.")
    private boolean cacheLargeWrite;

    @Option(
            names = "--verify-cache-checksum",
            paramLabel = "LEVEL",
            description = "none, full, shrink or extend (default).")
    private String verify = "extend";

    @Option(names = "--cache-eviction", paramLabel = "POLICY", description = "2-random (default), lru or none.")
    private String eviction = "2-random";

    @Option(
            names = "--cache-scan-interval",
            paramLabel = "TIME",
            description = "Between looks through the directories; default 1h, negative: only at the start.")
    private String scanInterval = "1h";

    @Option(names = "--cache-expire", paramLabel = "TIME", description = "Unread for so long goes; default 0: never.")
    private String expire = "0s";

    /// What the flags ask for.
    CacheSpec spec(Environment environment) throws CommandFailure {
        var size = Flags.size("--cache-size", cacheSize, 'M');
        return new CacheSpec(
                cacheDir,
                environment.directory(),
                Places.of(environment).cache(),
                size,
                Flags.within("--cache-items", cacheItems, 0, Long.MAX_VALUE),
                ratio(),
                mode(),
                CacheSpec.verifyLevel("--verify-cache-checksum", verify),
                CacheSpec.evictionPolicy("--cache-eviction", eviction),
                expiry(),
                scanInterval(),
                !cachePartialOnly,
                cacheLargeWrite);
    }

    private double ratio() throws CommandFailure {
        try {
            double ratio = Double.parseDouble(freeSpaceRatio);
            if (ratio >= 0 && ratio < 1) {
                return ratio;
            }
            throw new CommandFailure("--free-space-ratio (" + freeSpaceRatio + ") must be from 0 to less than 1");
        } catch (NumberFormatException e) {
            throw new CommandFailure("--free-space-ratio (" + freeSpaceRatio + ") must be a number such as 0.1", e);
        }
    }

    private int mode() throws CommandFailure {
        try {
            int mode = Integer.parseInt(cacheMode, OCTAL);
            if (mode >= 0 && mode <= MODE_MOST) {
                return mode;
            }
            throw new CommandFailure("--cache-mode (" + cacheMode + ") must be from 0 to 0777");
        } catch (NumberFormatException e) {
            throw new CommandFailure("--cache-mode (" + cacheMode + ") must be octal such as 0600", e);
        }
    }

    private Duration expiry() throws CommandFailure {
        var time = Flags.duration("--cache-expire", expire);
        if (!time.isZero() && time.compareTo(EXPIRE_LEAST) < 0) {
            throw new CommandFailure("--cache-expire (" + expire + ") must be at least 1s, or 0");
        }
        return time;
    }

    private Duration scanInterval() throws CommandFailure {
        return scanInterval.startsWith("-")
                ? Flags.duration("--cache-scan-interval", scanInterval.substring(1))
                        .negated()
                : Flags.duration("--cache-scan-interval", scanInterval);
    }
}
