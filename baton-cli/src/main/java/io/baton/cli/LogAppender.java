package io.baton.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * Formats events: {@code 2026-01-02T03:04:05.678Z INFO  [8:4711] Relay: words}. In brackets the restart epoch and the pid, since two
 * generations share one log.
 */
final class LogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

    private final LogOutput output;

    LogAppender(LogOutput output) {
        this.output = output;
    }

    @Override
    protected void append(ILoggingEvent event) {
        output.write(format(event, output.epochWord(), ProcessHandle.current().pid()));
    }

    static String format(ILoggingEvent event, String epoch, long pid) {
        String logger = event.getLoggerName();
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(event.getInstant(), line);
        line.append(' ').append(event.getLevel().levelStr);
        line.append(event.getLevel().levelStr.length() == 4 ? "  [" : " [");
        line.append(epoch).append(':').append(pid).append("] ");
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length());
        line.append(": ").append(event.getFormattedMessage()).append('\n');
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.append(ThrowableProxyUtil.asString(thrown));
        }
        return line.toString();
    }
}
