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

/// `juicefs compact PATH...`.
@Command(name = "compact", description = "Merge the slices of files of a mount.", sortOptions = false)
final class CompactCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 255;

    private final MountTools tools;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "In a mount.")
    private List<String> operands = new ArrayList<>();

    @Option(
            names = {"-p", "--threads"},
            paramLabel = "N",
            description = "Chunks at the same time, at most 255; default 10.")
    private int threads = 10;

    CompactCommand(Environment environment, UserConsole console) {
        this.tools = new MountTools(environment, console);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        var workers = (int) Flags.within("--threads", threads, 1, THREADS_MOST);
        return tools.compact(operands, workers).status();
    }
}
