package mountagent.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Sends what is logged to stderr in the official client's form. Found by Logback through its service file,
/// so that no time is spent on a configuration file at start.
public final class LogSetup extends ContextAwareBase implements Configurator {
    /// What is written to a terminal before a line takes the place of one that is drawn there.
    static final String LINE_START = "\r\u001b[K";

    /// Libraries that tell at DEBUG what they send, passwords among it: they never get further than warnings.
    private static final List<String> TALKATIVE = List.of("io.lettuce", "io.netty", "reactor");

    /// Warns of each connection that is closed a second time, as the end of a client does to those that were refused.
    private static final String TWICE_CLOSED = "io.lettuce.core.RedisChannelHandler";

    /// Under which name the log is told of a drawn line.
    static final String SHARED_LINE = "mountagent.sharedLine";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var layout = new LogLayout();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget(ConsoleTarget.SystemErr.getName());
        appender.setEncoder(encoder);
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        for (var library : TALKATIVE) {
            context.getLogger(library).setLevel(Level.WARN);
        }
        context.getLogger(TWICE_CLOSED).setLevel(Level.ERROR);
        setSshLevel(context, Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// These write requests with their signatures and tokens when they are asked to tell more.
    private static final List<String> TELLING_SECRETS = List.of("software.amazon.awssdk", "org.apache.hc");

    /// The library of SSH, and classes of ours that log under their name what the library's classes say which they
    /// extend: every packet with its passwords when all is traced, and a warning of whatever anybody sends.
    private static final List<String> SSH =
            List.of("org.apache.sshd", "mountagent.sftp.ssh.GuardedSession", "mountagent.sftp.ssh.RestrictedChannel");

    private static void setSshLevel(LoggerContext context, Level level) {
        for (var name : SSH) {
            context.getLogger(name).setLevel(level);
        }
    }

    /// How much is logged.
    public enum Detail {
        QUIET,
        NORMAL,
        VERBOSE,
        TRACE
    }

    /// Logs as much as `detail` says from now on. What libraries say of their own doings stays at warnings
    /// unless everything is traced; of those that would tell passwords even then.
    public static void use(Detail detail) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                    .setLevel(detail == Detail.TRACE ? Level.TRACE : Level.WARN);
            context.getLogger("mountagent").setLevel(level(detail));
            for (var library : TELLING_SECRETS) {
                context.getLogger(library).setLevel(Level.WARN);
            }
            boolean looksForFaults = detail == Detail.VERBOSE || detail == Detail.TRACE;
            setSshLevel(context, looksForFaults ? Level.WARN : Level.ERROR);
        }
    }

    /// Says whether something is being drawn on the line where the log goes on: log lines then take its place.
    static void sharesItsLine(boolean isShared) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            if (isShared) {
                context.putObject(SHARED_LINE, LINE_START);
            } else {
                context.removeObject(SHARED_LINE);
            }
        }
    }

    /// What to begin a log line with.
    static String lineStart(@Nullable Context context) {
        return context != null && context.getObject(SHARED_LINE) != null ? LINE_START : "";
    }

    private static Level level(Detail detail) {
        return switch (detail) {
            case QUIET -> Level.WARN;
            case NORMAL -> Level.INFO;
            case VERBOSE -> Level.DEBUG;
            case TRACE -> Level.TRACE;
        };
    }
}
