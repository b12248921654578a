package mountagent.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mountagent.service.Environment;
import mountagent.service.FakeFrontEnd;
import mountagent.service.UserConsole;

/// Runs the program as a user would and keeps what it prints.
final class Terminal {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Environment environment;
    private final FakeFrontEnd frontEnd = new FakeFrontEnd();
    private String typed = "";

    /// Without a place of its own: for what touches no file.
    Terminal() {
        this(Path.of("/nonexistent"));
    }

    /// For a user whose home and current directory is `home`.
    Terminal(Path home) {
        this(new Environment(Map.of(), home, false, home));
    }

    /// For a user who finds `environment` around himself.
    Terminal(Environment environment) {
        this.environment = environment;
    }

    Program program() {
        var console = new UserConsole(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new BufferedReader(new StringReader(typed)),
                false);
        return new Program(environment, console, frontEnd);
    }

    /// Runs `juicefs` with `args` and returns its status.
    int run(String... args) {
        return program().run(List.of(args));
    }

    /// What is typed when the program asks; nothing means the end of the input.
    Terminal typing(String text) {
        typed = text;
        return this;
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
