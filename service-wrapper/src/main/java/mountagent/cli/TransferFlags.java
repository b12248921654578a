package mountagent.cli;

import java.time.Duration;
import java.util.Objects;
import mountagent.service.CommandFailure;
import mountagent.service.TransferSpec;
import picocli.CommandLine.Option;

/// The flags about moving blocks (reference: cli.md §5).
final class TransferFlags {
    private static final int PREFETCHES_MOST = 4096;
    private static final Duration TIMEOUT_LEAST = Duration.ofMillis(100);
    private static final Duration TIMEOUT_MOST = Duration.ofHours(1);

    @Option(
            names = "--upload-limit",
            paramLabel = "MBPS",
            description = "Megabits a second up; default 0: as the volume's setting says.")
    private String uploadLimit = "0";

    @Option(names = "--download-limit", paramLabel = "MBPS", description = "The same down.")
    private String downloadLimit = "0";

    @Option(
            names = "--prefetch",
            paramLabel = "N",
            description = "Whole blocks fetched at once after part of one was read; default 1, 0: none.")
    private int prefetch = TransferSpec.DEFAULT.prefetchesMax();

    @Option(
            names = "--max-readahead",
            paramLabel = "SIZE",
            description = "How far one stream reads ahead; default 0: eight blocks.")
    private String maxReadAhead = "0";

    @Option(
            names = "--get-timeout",
            paramLabel = "TIME",
            description = "How long one read of a distant store may take; default 60s.")
    private String getTimeout = "60s";

    @Option(names = "--put-timeout", paramLabel = "TIME", description = "The same of a write or deletion.")
    private String putTimeout = "60s";

    /// What the flags ask for.
    TransferSpec spec() throws CommandFailure {
        return new TransferSpec(
                rate("--upload-limit", uploadLimit),
                rate("--download-limit", downloadLimit),
                (int) Flags.within("--prefetch", prefetch, 0, PREFETCHES_MOST),
                Objects.requireNonNull(Flags.size("--max-readahead", maxReadAhead, 'M')),
                timeout("--get-timeout", getTimeout),
                timeout("--put-timeout", putTimeout));
    }

    private static Duration timeout(String flag, String text) throws CommandFailure {
        var time = Flags.duration(flag, text);
        if (time.compareTo(TIMEOUT_LEAST) < 0 || time.compareTo(TIMEOUT_MOST) > 0) {
            throw new CommandFailure(flag + " (" + text + ") must be from 100ms to 1h");
        }
        return time;
    }

    private static long rate(String flag, String text) throws CommandFailure {
        try {
            return RateText.megabitsPerSecond(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(flag + ": " + e.getMessage(), e);
        }
    }
}
