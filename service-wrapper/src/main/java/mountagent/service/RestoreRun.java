package mountagent.service;

import java.util.List;
import mountagent.base.FsException;
import mountagent.maintenance.TrashRestore;
import mountagent.maintenance.TrashRestore.Extent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Restores from the trash as the official client's `restore` does (reference: maintenance.md §7).
public final class RestoreRun {
    private static final Logger log = LoggerFactory.getLogger(RestoreRun.class);

    private final Environment environment;
    private final UserConsole console;

    /// Where entries go.
    public enum Target {
        WITHIN_TRASH,
        ORIGINAL_PLACES
    }

    public RestoreRun(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    /// Restores what was removed in each of `hours`. What cannot be restored is logged, and is no failure, as
    /// with the official client.
    public ExitCode run(String volume, List<String> hours, Target target, int threads)
            throws CommandFailure, InterruptedException {
        if (!environment.isRoot()) {
            throw new CommandFailure("only root can restore files from trash");
        }
        return CommandVolume.with(volume, environment, CommandVolume.Access.WRITE, open -> {
            for (String hour : hours) {
                restore(open, hour, target, threads);
            }
            return ExitCode.OK;
        });
    }

    private void restore(CommandVolume volume, String hour, Target target, int threads) {
        log.info("restore files in \"{}\" ...", hour);
        try (var progress = console.progress()) {
            var extent = target == Target.ORIGINAL_PLACES ? Extent.PUT_BACK : Extent.WITHIN_TRASH;
            var result = new TrashRestore(volume.meta(), threads, progress).restore(hour, extent);
            log.info(
                    "restored {} entries of \"{}\", {} skipped, {} failed",
                    result.restored(),
                    hour,
                    result.skipped(),
                    result.failed());
        } catch (FsException e) {
            log.error("{}", e.getMessage());
        }
    }
}
