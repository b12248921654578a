package mountagent.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import mountagent.service.CommandFailure;
import mountagent.service.Environment;
import mountagent.service.ExitCode;
import mountagent.service.StatusReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `juicefs status META-URL|NAME`.
@Command(name = "status", description = "Print a volume's setting, its sessions and its use as JSON.")
final class StatusCommand implements Callable<Integer> {
    private final Environment environment;
    private final PrintWriter out;

    @Parameters(
            paramLabel = "VOLUME",
            description = "A metadata URL (sqlite3://FILE, redis://HOST:PORT/DB) or a registered name.")
    private String volume = "";

    @Option(
            names = {"-s", "--session"},
            paramLabel = "N",
            description = "Print this session with what it holds.")
    private @Nullable Long session;

    @Option(
            names = {"-m", "--more"},
            description = "Count trash and what waits for deletion too; takes longer.")
    private boolean more;

    StatusCommand(Environment environment, PrintWriter out) {
        this.environment = environment;
        this.out = out;
    }

    @Override
    public Integer call() throws CommandFailure {
        var report = new StatusReport(environment);
        out.println(
                session != null
                        ? report.session(volume, session)
                        : report.volume(volume, more ? StatusReport.Depth.MORE : StatusReport.Depth.PLAIN));
        return ExitCode.OK.status();
    }
}
