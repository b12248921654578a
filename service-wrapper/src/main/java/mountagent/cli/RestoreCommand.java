package mountagent.cli;

import java.util.List;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.RestoreRun;
import mountagent.service.RestoreRun.Target;
import mountagent.service.UserConsole;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs restore VOLUME HOUR…`.
@Command(name = "restore", description = "Bring back what was deleted in an hour (UTC).", sortOptions = false)
final class RestoreCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 1024;

    private final Environment environment;
    private final UserConsole console;

    @Parameters(
            index = "0",
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "HOUR",
            description = "A directory of the trash: YYYY-MM-DD-HH.")
    private List<String> hours = List.of();

    @Option(
            names = "--put-back",
            description = "Move everything to where it was; without it trees are put together in the trash only.")
    private boolean putBack;

    @Option(names = "--threads", paramLabel = "N", description = "Entries moved at the same time; default 10.")
    private int threads = 10;

    RestoreCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var target = putBack ? Target.ORIGINAL_PLACES : Target.WITHIN_TRASH;
        var workers = (int) Flags.within("--threads", threads, 1, THREADS_MOST);
        return new RestoreRun(environment, console)
                .run(volume, hours, target, workers)
                .status();
    }
}
