package mountagent.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/// Hands what is logged as a warning to somebody else as well, until it is closed: for a process whose log nobody sees
/// yet.
public final class WarningRelay implements AutoCloseable {
    private final Forwarder forwarder;

    private WarningRelay(Forwarder forwarder) {
        this.forwarder = forwarder;
    }

    private static final class Forwarder extends AppenderBase<ILoggingEvent> {
        private final Consumer<String> target;

        Forwarder(Consumer<String> target) {
            this.target = target;
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().equals(Level.WARN)) {
                target.accept(Secrets.masked(event.getFormattedMessage()));
            }
        }
    }

    /// Hands warnings to `target` from now on.
    static WarningRelay to(Consumer<String> target) {
        var forwarder = new Forwarder(target);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            forwarder.setContext(context);
            forwarder.start();
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(forwarder);
        }
        return new WarningRelay(forwarder);
    }

    /// Hands on nothing from now on. Once is enough.
    public void stop() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            boolean _ = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAppender(forwarder);
        }
        forwarder.stop();
    }

    @Override
    public void close() {
        stop();
    }
}
