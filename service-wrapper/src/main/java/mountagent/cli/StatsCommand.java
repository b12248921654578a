package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.UserConsole;
import mountagent.service.inspect.Inspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `juicefs stats MOUNTPOINT`.
@Command(name = "stats", description = "Show what a mount does, second by second.", sortOptions = false)
final class StatsCommand implements Callable<Integer> {
    private static final int SECONDS_MOST = 86_400;

    private final Environment environment;
    private final UserConsole console;

    @ParentCommand
    private Juicefs juicefs = new Juicefs();

    @Parameters(paramLabel = "MOUNTPOINT", description = "Where the volume is mounted.")
    private String mountPoint = "";

    @Option(
            names = "--schema",
            paramLabel = "LETTERS",
            description = "Sections: t time, u usage, f fuse, m meta, c blockcache, o object, g heap; default ufmco.")
    private String schema = "ufmco";

    @Option(names = "--interval", paramLabel = "SECONDS", description = "Time between two lines; default 1.")
    private int interval = 1;

    @Option(
            names = {"-l", "--verbosity"},
            paramLabel = "N",
            description = "1 shows more; default 0.")
    private int verbosity;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "How many lines to print; default 0, without end.")
    private int count;

    StatsCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        Flags.within("--interval", interval, 1, SECONDS_MOST);
        Flags.within("--verbosity", verbosity, 0, Integer.MAX_VALUE);
        Flags.within("--count", count, 0, Integer.MAX_VALUE);
        new Inspection(console, juicefs.isColoured())
                .stats(environment.resolve(mountPoint), schema, interval, verbosity, count);
        return ExitCode.OK.status();
    }
}
