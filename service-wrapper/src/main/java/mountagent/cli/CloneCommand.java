package mountagent.cli;

import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import mountagent.service.tools.MountTools;
import mountagent.service.tools.MountTools.CloneMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs clone SOURCE TARGET`.
@Command(name = "clone", description = "Copy a file or directory of a mount without its data.", sortOptions = false)
final class CloneCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 255;

    private final MountTools tools;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "In a mount.")
    private String source = "";

    @Parameters(
            index = "1",
            paramLabel = "TARGET",
            description = "In the same mount, not there yet; with / at its end the directory to copy into.")
    private String target = "";

    @Option(
            names = {"-p", "--preserve"},
            description = "Keep owner, mode and times.")
    private boolean preserve;

    @Option(names = "--threads", paramLabel = "N", description = "Entries at the same time; default 4.")
    private int threads = 4;

    CloneCommand(Environment environment, UserConsole console) {
        this.tools = new MountTools(environment, console);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var workers = (int) Flags.within("--threads", threads, 1, THREADS_MOST);
        return tools.copy(source, target, preserve ? CloneMode.PRESERVED : CloneMode.OWN, workers)
                .status();
    }
}
