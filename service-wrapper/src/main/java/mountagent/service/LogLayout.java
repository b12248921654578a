package mountagent.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Lines as the official client logs them: `2026/11/21 12:53:57.571855 juicefs[PID] <INFO>: text [Class]`,
/// with passwords in URLs masked whoever wrote the line. Thread-safe.
public final class LogLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSSSSS", Locale.ROOT);

    private final long pid = ProcessHandle.current().pid();

    @Override
    public String doLayout(ILoggingEvent event) {
        var text = new StringBuilder(160)
                .append(LogSetup.lineStart(getContext()))
                .append(TIME.format(time(event).atZone(ZoneId.systemDefault())))
                .append(" juicefs[")
                .append(pid)
                .append("] <")
                .append(event.getLevel() == Level.WARN ? "WARNING" : event.getLevel())
                .append(">: ")
                .append(event.getFormattedMessage())
                .append(" [")
                .append(simpleName(event.getLoggerName()))
                .append("]\n");
        if (event.getThrowableProxy() != null) {
            text.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return Secrets.masked(text.toString());
    }

    private static Instant time(ILoggingEvent event) {
        var instant = event.getInstant();
        return instant != null ? instant : Instant.ofEpochMilli(event.getTimeStamp());
    }

    private static String simpleName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }
}
