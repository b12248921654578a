package mountagent.cli;

import java.util.EnumSet;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.UserConsole;
import mountagent.service.tools.MountTools;
import mountagent.service.tools.MountTools.SummaryOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs summary PATH`.
@Command(name = "summary", description = "Show what the directories of a mount use.", sortOptions = false)
final class SummaryCommand implements Callable<Integer> {
    private final MountTools tools;

    @Parameters(paramLabel = "PATH", description = "In a mount.")
    private String path = "";

    @Option(
            names = {"-d", "--depth"},
            paramLabel = "N",
            description = "Levels below PATH to show, at most 10; default 2.")
    private int depth = 2;

    @Option(
            names = {"-e", "--entries"},
            paramLabel = "N",
            description = "Largest entries of each directory to show, at most 100; default 10.")
    private int entries = 10;

    @Option(names = "--strict", description = "Count entry by entry, without stored statistics.")
    private boolean strict;

    @Option(names = "--csv", description = "Print CSV, sizes in bytes.")
    private boolean csv;

    SummaryCommand(Environment environment, UserConsole console) {
        this.tools = new MountTools(environment, console);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        Flags.within("--depth", depth, 0, Integer.MAX_VALUE);
        Flags.within("--entries", entries, 0, Integer.MAX_VALUE);
        var options = EnumSet.noneOf(SummaryOption.class);
        if (csv) {
            options.add(SummaryOption.CSV);
        }
        if (strict) {
            options.add(SummaryOption.STRICT);
        }
        return tools.summary(path, depth, entries, options).status();
    }
}
