package mountagent.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `juicefs help [COMMAND]`.
@Command(name = "help", description = "Explain a command.")
final class HelpCommand implements Callable<Integer> {
    private final PrintWriter out;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Which one; all in short when left out.")
    private @Nullable String command;

    HelpCommand(PrintWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() throws CommandFailure {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it runs a command");
        }
        var root = spec.root().commandLine();
        var explained = command == null ? root : root.getSubcommands().get(command);
        if (explained == null) {
            throw new CommandFailure(ExitCode.UNKNOWN_COMMAND, "No help topic for '" + command + "'", null);
        }
        explained.usage(out);
        return ExitCode.OK.status();
    }
}
