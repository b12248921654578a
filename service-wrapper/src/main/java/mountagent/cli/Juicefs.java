package mountagent.cli;

import mountagent.service.LogSetup;
import mountagent.service.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The program itself and the flags that every command takes.
@Command(
        name = "juicefs",
        description = "Shows a JuiceFS volume as a file system.",
        versionProvider = Juicefs.ShownVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "A first volume:  juicefs mount --create demo ~/demo",
            "Exit status: 0 done, 1 failed, 3 no such command, 11 the volume was destroyed or replaced,",
            "130 and 143 ended by a signal after an orderly unmount."
        })
@SuppressWarnings("UnusedVariable") // picocli answers --help and --version itself
final class Juicefs implements Runnable {
    @Option(
            names = {"-v", "--verbose", "--debug"},
            scope = ScopeType.INHERIT,
            description = "Log more, and show where an error came from.")
    private boolean verbose;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Log warnings and errors only.")
    private boolean quiet;

    @Option(names = "--trace", scope = ScopeType.INHERIT, description = "Log everything.")
    private boolean trace;

    @Option(names = "--no-agent", scope = ScopeType.INHERIT, description = "Accepted: there is no debug agent.")
    private boolean noAgent;

    @Option(names = "--no-color", scope = ScopeType.INHERIT, description = "Colour nothing, on a terminal either.")
    private boolean noColor;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show the version.")
    private boolean version;

    /// How much to log.
    LogSetup.Detail detail() {
        if (trace) {
            return LogSetup.Detail.TRACE;
        }
        if (verbose) {
            return LogSetup.Detail.VERBOSE;
        }
        return quiet ? LogSetup.Detail.QUIET : LogSetup.Detail.NORMAL;
    }

    /// Whether terminals may be shown colours.
    boolean isColoured() {
        return !noColor;
    }

    /// Whether errors are to be shown with their traces.
    boolean isVerbose() {
        return verbose || trace;
    }

    @Override
    public void run() {
        // nothing: without a command the usage is shown
    }

    /// What `--version` prints.
    static final class ShownVersion implements picocli.CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"juicefs version " + Version.text()};
        }
    }
}
