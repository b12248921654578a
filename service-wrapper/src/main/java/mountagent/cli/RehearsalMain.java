package mountagent.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import mountagent.service.Environment;
import mountagent.service.FrontEnds;
import mountagent.service.Rehearsal;
import mountagent.service.UserConsole;

/// Where a [Rehearsal] of the program starts, which the build does once.
public final class RehearsalMain {
    private RehearsalMain() {}

    /// Rehearses the `commands` or a `mount` (the first argument) in an empty folder (the second).
    public static void main(String[] args) throws IOException, InterruptedException {
        var folder = Path.of(args[1]).toAbsolutePath();
        // As a user at home in the folder, whoever builds: what is registered and noted stays in it, too.
        var path = Environment.ofProcess().variables().getOrDefault("PATH", "");
        var environment = new Environment(Map.of("PATH", path), folder, false, folder);
        var nowhere = new PrintWriter(Writer.nullWriter());
        var console = new UserConsole(nowhere, nowhere, new BufferedReader(Reader.nullReader()), false);
        var program = new Program(environment, console, FrontEnds.ofThisMachine());
        var rehearsal = new Rehearsal(folder, program::run);
        if (args[0].equals("mount")) {
            rehearsal.mount();
        } else {
            rehearsal.commands();
        }
    }
}
