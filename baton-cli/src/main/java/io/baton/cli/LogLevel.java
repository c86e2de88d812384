package io.baton.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** Envoy's names for log levels. */
@SuppressWarnings("ImmutableEnumChecker") // logback's levels are constants, only not annotated as such
enum LogLevel {
    TRACE(Level.TRACE),
    DEBUG(Level.DEBUG),
    INFO(Level.INFO),
    WARNING(Level.WARN),
    WARN(Level.WARN),
    ERROR(Level.ERROR),
    CRITICAL(Level.ERROR),
    OFF(Level.OFF);

    private final Level level;

    LogLevel(Level level) {
        this.level = level;
    }

    void apply() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            applyTo(context);
        }
    }

    /** Netty's INFO is not ours: any client can provoke lines of it, by opening HTTP/2 streams after a GOAWAY, say, and fill the log. */
    void applyTo(LoggerContext context) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(level);
        context.getLogger("io.netty").setLevel(this == INFO ? Level.WARN : level);
    }
}
