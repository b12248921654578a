package mountagent.cli;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.GcRun;
import mountagent.service.UserConsole;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs gc VOLUME`.
@Command(
        name = "gc",
        description = "Find objects that nobody needs, and delete them when asked to.",
        footer = "JFS_GC_SKIPPEDTIME: seconds that an object must be old to be judged; default 3600.",
        sortOptions = false)
final class GcCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 1024;

    private final Environment environment;
    private final UserConsole console;

    @Parameters(
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Option(
            names = "--delete",
            description = "Delete leaked objects, what the trash kept long enough, and what waits for its deletion.")
    private boolean delete;

    @Option(names = "--compact", description = "Merge the slices of every chunk that has several.")
    private boolean compact;

    @Option(
            names = {"-p", "--threads"},
            paramLabel = "N",
            description = "Deletions and compactions at the same time; default 10.")
    private int threads = 10;

    GcCommand(Environment environment, UserConsole console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var workers = (int) Flags.within("--threads", threads, 1, THREADS_MOST);
        var wishes = EnumSet.noneOf(GcRun.Wish.class);
        if (delete) {
            wishes.add(GcRun.Wish.DELETE);
        }
        if (compact) {
            wishes.add(GcRun.Wish.COMPACT);
        }
        return new GcRun(environment, console).run(volume, wishes, workers).status();
    }
}
