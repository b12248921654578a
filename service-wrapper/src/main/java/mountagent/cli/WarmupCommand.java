package mountagent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import mountagent.service.tools.MountTools;
import mountagent.service.tools.WarmUp;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs warmup [PATH...]`.
@Command(name = "warmup", description = "Bring files into the cache of a mount.", sortOptions = false)
final class WarmupCommand implements Callable<Integer> {
    private static final int THREADS_MOST = 255;

    private final MountTools tools;

    @Parameters(arity = "0..*", paramLabel = "PATH", description = "In a mount.")
    private List<String> operands = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "A list of paths, one a line.")
    private @Nullable String list;

    @Option(
            names = {"-p", "--threads"},
            paramLabel = "N",
            description = "Files at the same time, at most 255; default 50.")
    private int threads = 50;

    @Option(
            names = {"-b", "--background"},
            description = "Do not wait for it.")
    private boolean background;

    @Option(names = "--evict", description = "Take files out of the cache instead.")
    private boolean evict;

    @Option(names = "--check", description = "Say how much is in the cache instead.")
    private boolean check;

    WarmupCommand(Environment environment, UserConsole console) {
        this.tools = new MountTools(environment, console);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        if (check && evict) {
            throw new CommandFailure("--check and --evict can't be used together");
        }
        if (check && background) {
            throw new CommandFailure("--check tells what it finds, so it cannot go on in the background");
        }
        var workers = (int) Flags.within("--threads", threads, 1, THREADS_MOST);
        var action = evict ? WarmUp.Action.EVICT : check ? WarmUp.Action.CHECK : WarmUp.Action.FILL;
        var wait = background ? WarmUp.Wait.NOT : WarmUp.Wait.FOR_THE_END;
        return tools.warm(new WarmUp.Order(operands, list, workers, wait, action))
                .status();
    }
}
