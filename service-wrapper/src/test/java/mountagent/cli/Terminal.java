package mountagent.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mountagent.service.Environment;
import mountagent.service.FakeFrontEnd;

/// Runs the program as a user would and keeps what it prints.
final class Terminal {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Environment environment;
    private final FakeFrontEnd frontEnd = new FakeFrontEnd();

    /// Without a place of its own: for what touches no file.
    Terminal() {
        this(Path.of("/nonexistent"));
    }

    /// For a user whose home and current directory is `home`.
    Terminal(Path home) {
        environment = new Environment(Map.of(), home, false, home);
    }

    Program program() {
        return new Program(environment, new PrintWriter(out, true), new PrintWriter(err, true), frontEnd);
    }

    /// Runs `juicefs` with `args` and returns its status.
    int run(String... args) {
        return program().run(List.of(args));
    }

    FakeFrontEnd frontEnd() {
        return frontEnd;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }
}
