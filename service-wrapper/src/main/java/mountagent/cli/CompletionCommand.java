package mountagent.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `juicefs completion bash`.
@Command(
        name = CompletionCommand.NAME,
        description = "Print a completion script.",
        footer = "Use it in bash:  source <(juicefs completion bash)")
final class CompletionCommand implements Callable<Integer> {
    static final String NAME = "completion";

    private final PrintWriter out;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh; zsh needs bashcompinit.")
    private String shell = "";

    CompletionCommand(PrintWriter out) {
        this.out = out;
    }

    /// Whether the arguments of a run may be for this command, which needs to know all others.
    static boolean isIn(List<String> args) {
        return args.contains(NAME);
    }

    @Override
    public Integer call() throws CommandFailure {
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new CommandFailure("no completion for \"" + shell + "\": give bash or zsh");
        }
        if (spec == null) {
            throw new IllegalStateException("picocli sets the specification before it runs a command");
        }
        out.print(AutoComplete.bash("juicefs", spec.root().commandLine()));
        out.flush();
        return ExitCode.OK.status();
    }
}
