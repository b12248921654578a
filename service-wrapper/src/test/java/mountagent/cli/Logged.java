package mountagent.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/// What is logged while it is open.
public final class Logged implements AutoCloseable {
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    public Logged() {
        appender.start();
        root.addAppender(appender);
    }

    /// The lines, oldest first; of libraries only warnings and worse, as users have it.
    public List<String> lines() {
        return List.copyOf(appender.list).stream()
                .filter(event -> event.getLevel()
                        .isGreaterOrEqual(event.getLoggerName().startsWith("mountagent") ? Level.INFO : Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /// Whether a line contains `text`.
    public boolean has(String text) {
        return lines().stream().anyMatch(line -> line.contains(text));
    }

    @Override
    public void close() {
        root.detachAppender(appender);
    }
}
