package mountagent.service;

import java.time.Duration;
import java.util.Set;
import mountagent.base.Clock;
import mountagent.base.FsException;
import mountagent.maintenance.gc.GarbageCollector;
import mountagent.maintenance.gc.GcOptions;
import mountagent.maintenance.gc.GcOptions.Compaction;
import mountagent.maintenance.gc.GcOptions.Deletion;
import mountagent.maintenance.gc.GcReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Collects the garbage of a volume as the official client's `gc` does (reference: maintenance.md §4).
public final class GcRun {
    private static final Logger log = LoggerFactory.getLogger(GcRun.class);

    private static final String SPARED = "JFS_GC_SKIPPEDTIME";

    private final Environment environment;
    private final UserConsole console;

    public GcRun(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    /// What a user may ask for.
    public enum Wish {
        DELETE,
        COMPACT
    }

    /// Runs on `volume` (a metadata URL or a registered name) and logs what it found. FAILED when something
    /// could not be deleted or compacted; a failure to look is an exception.
    public ExitCode run(String volume, Set<Wish> wishes, int threads) throws CommandFailure, InterruptedException {
        var deletion = wishes.contains(Wish.DELETE) ? Deletion.DELETE : Deletion.REPORT_ONLY;
        var compaction = wishes.contains(Wish.COMPACT) ? Compaction.ALL_CHUNKS : Compaction.NONE;
        var options = new GcOptions(spared(), deletion, compaction, threads);
        var access = wishes.isEmpty() ? CommandVolume.Access.READ : CommandVolume.Access.WRITE;
        return CommandVolume.with(volume, environment, access, open -> tell(collect(open, options), deletion));
    }

    private GcReport collect(CommandVolume volume, GcOptions options) throws CommandFailure, FsException {
        var store = volume.openObjects();
        var data = volume.openData(store, options.threads());
        try (var progress = console.progress()) {
            return new GarbageCollector(
                            volume.meta(), data, store, volume.blockFormat(store), options, progress, Clock.SYSTEM)
                    .run();
        }
    }

    private static ExitCode tell(GcReport report, Deletion deletion) {
        log.info("{}", report.objectsText());
        if (report.foreign() > 0) {
            log.warn("{} objects are no blocks of this volume and are left alone", report.foreign());
        }
        if (report.leaked().count() > 0 && deletion == Deletion.REPORT_ONLY) {
            log.info("Please add `--delete` to clean leaked objects");
        }
        if (deletion == Deletion.DELETE) {
            log.info("deleted {} leaked objects", report.deleted());
        }
        if (report.failed() > 0) {
            log.error("{} objects or chunks could not be cleaned; run gc again", report.failed());
            return ExitCode.FAILED;
        }
        return ExitCode.OK;
    }

    private Duration spared() throws CommandFailure {
        var text = environment.variable(SPARED);
        if (text == null) {
            return GcOptions.SPARED_DEFAULT;
        }
        try {
            var seconds = Long.parseLong(text);
            if (seconds >= 0) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException _) {
            log.debug("{} is no number", SPARED);
        }
        throw new CommandFailure(SPARED + " (" + text + ") must be a number of seconds");
    }
}
