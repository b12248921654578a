package mountagent.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mountagent.service.Environment;
import mountagent.service.FrontEnds;
import mountagent.service.UserConsole;

/// Where the program starts.
public final class Main {
    private Main() {}

    /// Carries out the command given by `args` and ends the process with its status.
    public static void main(String[] args) {
        var out = new PrintWriter(System.out, true, charset("stdout.encoding"));
        var err = new PrintWriter(System.err, true, charset("stderr.encoding"));
        var in = new BufferedReader(new InputStreamReader(System.in, charset("stdin.encoding")));
        var console =
                new UserConsole(out, err, in, isTerminal(2), new UserConsole.Raw(System.in, System.out, isTerminal(1)));
        var status = new Program(Environment.ofProcess(), console, FrontEnds.ofThisMachine()).run(List.of(args));
        out.flush();
        err.flush();
        System.exit(status);
    }

    // where output goes is told by the system; where it cannot be asked, standard output stands for it
    @SuppressWarnings("SystemConsoleNull") // since JDK 25 there is none again where nobody sits before it
    private static boolean isTerminal(int descriptor) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            var console = System.console();
            return console != null && console.isTerminal();
        }
    }

    private static Charset charset(String property) {
        return Charset.forName(System.getProperty(property, "UTF-8"), Charset.defaultCharset());
    }
}
