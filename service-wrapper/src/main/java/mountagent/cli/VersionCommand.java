package mountagent.cli;

import java.io.PrintWriter;
import mountagent.service.Version;
import picocli.CommandLine.Command;

/// `juicefs version`.
@Command(name = "version", description = "Show the version.")
final class VersionCommand implements Runnable {
    private final PrintWriter out;

    VersionCommand(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void run() {
        out.println("juicefs version " + Version.text());
    }
}
