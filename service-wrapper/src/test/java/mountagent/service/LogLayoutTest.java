package mountagent.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LogLayoutTest {
    private final LogLayout layout = new LogLayout();

    @Test
    void linesLookLikeTheOfficialClients() {
        var line = layout.doLayout(event(Level.WARN, "block 7 is slow", null));
        assertTrue(
                line.matches(
                        "\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6} juicefs\\[\\d+] <WARNING>: block 7 is slow"
                                + " \\[Thing]\\n"),
                line);
    }

    @Test
    void passwordsAreMaskedInMessagesAndTraces() {
        var cause = new IllegalStateException("no answer from redis://:secret@host/1");
        var line = layout.doLayout(event(Level.ERROR, "cannot reach mysql://u:secret@(h)/d", cause));
        assertTrue(line.contains("mysql://u:****@(h)/d"), line);
        assertTrue(line.contains("redis://:****@host/1") && !line.contains("secret"), line);
    }

    private static LoggingEvent event(Level level, String message, @Nullable Throwable cause) {
        var logger = new LoggerContext().getLogger("mountagent.some.Thing");
        return new LoggingEvent(LogLayoutTest.class.getName(), logger, level, message, cause, null);
    }
}
