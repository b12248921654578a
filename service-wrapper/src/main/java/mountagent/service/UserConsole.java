package mountagent.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/// Where a command prints its result, shows its progress and asks its questions.
///
/// `err` takes progress and questions. `drawsProgress` says that somebody watches it on a terminal; elsewhere long work
/// leaves lines in the log.
public record UserConsole(PrintWriter out, PrintWriter err, BufferedReader in, boolean drawsProgress) {
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

    /// Goes on only if the user wants to, or said so before with `--yes`.
    public void confirm(String question, boolean isConfirmed) throws CommandFailure {
        if (!isConfirmed && !confirms(question)) {
            throw new CommandFailure("Aborted.");
        }
    }
}
