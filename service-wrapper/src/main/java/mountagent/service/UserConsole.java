package mountagent.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Locale;

/// Where a command prints its result, shows its progress and asks its questions.
///
/// `err` takes progress and questions. `drawsProgress` says that somebody watches it on a terminal; elsewhere
/// long work leaves lines in the log. `raw` are standard input and output as bytes, for what is no text of
/// ours.
public record UserConsole(PrintWriter out, PrintWriter err, BufferedReader in, boolean drawsProgress, Raw raw) {
    /// Standard input and output beneath the text; whoever writes there flushes. `isTerminal` is said of the
    /// output.
    public record Raw(InputStream in, OutputStream out, boolean isTerminal) {}

    /// A console that has text only: nothing comes from its raw input, and what goes to its raw output is
    /// lost.
    public UserConsole(PrintWriter out, PrintWriter err, BufferedReader in, boolean drawsProgress) {
        this(
                out,
                err,
                in,
                drawsProgress,
                new Raw(InputStream.nullInputStream(), OutputStream.nullOutputStream(), false));
    }

    /// A watcher for long work, to be closed when the work has ended.
    public ShownProgress progress() {
        return drawsProgress ? ShownProgress.drawn(err) : ShownProgress.logged();
    }

    /// Asks a yes-or-no question. No answer (the end of the input) is a no.
    public boolean confirms(String question) throws CommandFailure {
        err.print(question + " [y/N]: ");
        err.flush();
        try {
            var answer = in.readLine();
            if (answer == null) {
                err.println();
                return false;
            }
            return switch (answer.strip().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> true;
                default -> false;
            };
        } catch (IOException e) {
            throw new CommandFailure("cannot read the answer: " + e.getMessage(), e);
        }
    }

    /// Asks for a secret: on a terminal it is not shown, elsewhere it is the next line of the input. Empty at
    /// its end.
    public char[] password(String prompt) throws CommandFailure {
        var terminal = drawsProgress ? System.console() : null;
        if (terminal != null && terminal.isTerminal()) {
            var typed = terminal.readPassword("%s", prompt);
            return typed == null ? new char[0] : typed;
        }
        try {
            var line = in.readLine();
            return line == null ? new char[0] : line.toCharArray();
        } catch (IOException e) {
            throw new CommandFailure("cannot read the password: " + e.getMessage(), e);
        }
    }

    /// Goes on only if the user wants to, or said so before with `--yes`.
    public void confirm(String question, boolean isConfirmed) throws CommandFailure {
        if (!isConfirmed && !confirms(question)) {
            throw new CommandFailure("Aborted.");
        }
    }
}
