package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.UserConsole;
import mountagent.service.inspect.Inspection;
import mountagent.service.inspect.ProfileFilter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `juicefs profile MOUNTPOINT|LOGFILE`.
@Command(name = "profile", description = "Show which operations a mount spends its time on.", sortOptions = false)
final class ProfileCommand implements Callable<Integer> {
    private static final int SECONDS_MOST = 86_400;

    private final Environment environment;
    private final UserConsole console;

    @ParentCommand
    private Juicefs juicefs = new Juicefs();

    @Parameters(
            paramLabel = "MOUNTPOINT/LOGFILE",
            description = "Where the volume is mounted, or a copy of its access log.")
    private String path = "";

    @Option(
            names = {"-u", "--uid"},
            paramLabel = "UID,…",
            description = "Only operations of these users.")
    private String uids = "";

    @Option(
            names = {"-g", "--gid"},
            paramLabel = "GID,…",
            description = "Only operations of these groups.")
    private String gids = "";

    @Option(
            names = {"-p", "--pid"},
            paramLabel = "PID,…",
            description = "Only operations of these processes.")
    private String pids = "";

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "Time between two tables; default 2; 0 for one table of a whole log file.")
    private int interval = 2;

    ProfileCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        Flags.within("--interval", interval, 0, SECONDS_MOST);
        new Inspection(console, juicefs.isColoured())
                .profile(environment.resolve(path), interval, ProfileFilter.of(uids, gids, pids));
        return ExitCode.OK.status();
    }
}
