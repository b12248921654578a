package mountagent.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import mountagent.frontend.FrontEndProvider;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.LogSetup;
import mountagent.service.Secrets;
import mountagent.service.UserConsole;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// One run of the program: reads the arguments, carries out the command and says on standard error in one
/// line what went wrong.
final class Program {
    private final Environment environment;
    private final UserConsole console;
    private final PrintWriter out;
    private final PrintWriter err;

    private final FrontEndProvider frontEnd;

    /// `frontEnd` is what `mount` shows volumes through.
    Program(Environment environment, UserConsole console, FrontEndProvider frontEnd) {
        this.environment = environment;
        this.console = console;
        this.frontEnd = frontEnd;
        this.out = console.out();
        this.err = console.err();
    }

    /// The status to end with.
    int run(List<String> args) {
        var juicefs = new Juicefs();
        var line = commandLine(juicefs, CompletionCommand.isIn(args) ? _ -> true : args::contains);
        try {
            var normalized = FlagSyntax.normalized(line.getCommandSpec(), args);
            return normalized.isEmpty() ? usage(line) : execute(line, juicefs, withRegisteredFlags(line, normalized));
        } catch (CommandFailure failure) {
            return report(failure, false);
        }
    }

    /// All of the program's commands, for completion.
    CommandLine commandLine(Juicefs juicefs) {
        return commandLine(juicefs, _ -> true);
    }

    private CommandLine commandLine(Juicefs juicefs, Predicate<String> isNeeded) {
        return new Commands(environment, console, frontEnd)
                .line(juicefs, isNeeded)
                .setOut(out)
                .setErr(err)
                .setOverwrittenOptionsAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    // picocli's own parsing knows nothing of the registry: the flags kept there come first, so that typed
    // ones win
    private List<String> withRegisteredFlags(CommandLine line, List<String> args) throws CommandFailure {
        if (!args.getFirst().equals(MountCommand.NAME) || args.contains("--help")) {
            return args;
        }
        var registered = MountCommand.registeredFlags(environment, args);
        if (registered.isEmpty()) {
            return args;
        }
        var all = new ArrayList<String>();
        all.add(MountCommand.NAME);
        all.addAll(registered);
        all.addAll(args.subList(1, args.size()));
        return FlagSyntax.normalized(line.getCommandSpec(), all);
    }

    private int execute(CommandLine line, Juicefs juicefs, List<String> args) {
        line.setParameterExceptionHandler((failure, _) -> reportParameters(failure));
        line.setExecutionExceptionHandler((failure, _, _) -> report(failure, juicefs.isVerbose()));
        line.setExecutionStrategy(parsed -> {
            if (needsLog(parsed)) {
                LogSetup.use(juicefs.detail());
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        return line.execute(args.toArray(String[]::new));
    }

    // setting up the log costs time that these do not need
    private static boolean needsLog(CommandLine.ParseResult parsed) {
        var command = parsed.subcommand();
        return command != null
                && !command.isUsageHelpRequested()
                && !(command.commandSpec().userObject() instanceof VersionCommand
                        || command.commandSpec().userObject() instanceof CompletionCommand
                        || command.commandSpec().userObject() instanceof HelpCommand);
    }

    private int usage(CommandLine line) {
        line.usage(out);
        return ExitCode.OK.status();
    }

    private int reportParameters(ParameterException failure) {
        var command = failure.getCommandLine().getCommandSpec().qualifiedName(" ");
        err.println("juicefs: " + Secrets.masked(firstLine(failure)) + "; see " + command + " --help");
        return ExitCode.FAILED.status();
    }

    private int report(Exception failure, boolean verbose) {
        if (failure instanceof CommandFailure known) {
            err.println("juicefs: " + firstLine(known));
            trace(known, verbose);
            return known.code().status();
        }
        err.println("juicefs: unexpected " + Secrets.masked(String.valueOf(failure))
                + (verbose ? "" : "; --verbose shows where"));
        trace(failure, verbose);
        return ExitCode.FAILED.status();
    }

    private void trace(Exception failure, boolean verbose) {
        if (verbose) {
            var text = new java.io.StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            err.print(Secrets.masked(text.toString()));
            err.flush();
        }
    }

    private static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
