package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.Unmounter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs umount MOUNTPOINT`.
@Command(
        name = "umount",
        description = "End a mount; when it returns, everything written is stored and the mount's process has ended.")
final class UmountCommand implements Callable<Integer> {
    private final Environment environment;

    @Parameters(paramLabel = "MOUNTPOINT", description = "Where it is mounted.")
    private String mountPoint = "";

    @Option(
            names = {"-f", "--force"},
            description = "Detach it even if it is busy or its servers do not answer, and stop waiting.")
    private boolean force;

    @Option(names = "--flush", description = "Wait until everything is stored (it always does).")
    private boolean flush;

    UmountCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        if (force && flush) {
            throw new CommandFailure("--force and --flush exclude each other: --force stops waiting");
        }
        var unmounter = new Unmounter(environment);
        var path = environment.resolve(mountPoint);
        if (force) {
            unmounter.unmountForced(path);
        } else {
            unmounter.unmount(path);
        }
        return ExitCode.OK.status();
    }
}
