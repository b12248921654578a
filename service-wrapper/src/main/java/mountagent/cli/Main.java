package mountagent.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import mountagent.service.Environment;
import mountagent.service.FrontEnds;

/// Where the program starts.
public final class Main {
    private Main() {}

    /// Carries out the command given by `args` and ends the process with its status.
    public static void main(String[] args) {
        var out = new PrintWriter(System.out, true, charset("stdout.encoding"));
        var err = new PrintWriter(System.err, true, charset("stderr.encoding"));
        var status = new Program(Environment.ofProcess(), out, err, FrontEnds.ofThisMachine()).run(List.of(args));
        out.flush();
        err.flush();
        System.exit(status);
    }

    private static Charset charset(String property) {
        return Charset.forName(System.getProperty(property, "UTF-8"), Charset.defaultCharset());
    }
}
