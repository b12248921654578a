package mountagent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import mountagent.service.tools.MountTools;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs rmr PATH...`.
@Command(
        name = "rmr",
        description = "Remove files and whole directories of a mount, faster than rm -r.",
        sortOptions = false)
final class RmrCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 255;

    private final MountTools tools;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "In a mount.")
    private List<String> operands = new ArrayList<>();

    @Option(names = "--skip-trash", description = "Remove for good, past the trash; root only.")
    private boolean skipTrash;

    @Option(
            names = {"-p", "--threads"},
            paramLabel = "N",
            description = "Entries at the same time, at most 255; default 50.")
    private int threads = 50;

    RmrCommand(Environment environment, UserConsole console) {
        this.tools = new MountTools(environment, console);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var workers = (int) Flags.within("--threads", threads, 1, THREADS_MOST);
        return tools.remove(operands, skipTrash, workers).status();
    }
}
