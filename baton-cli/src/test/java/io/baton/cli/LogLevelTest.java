package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.Test;

class LogLevelTest {
    private static final String NETTYS = "io.netty.handler.codec.http2.Http2ConnectionHandler";
    private static final String OURS = "io.baton.http.HttpProxy";

    private final LoggerContext context = new LoggerContext();

    @Test
    void clientsCannotFillTheLogWithNettysInfo() {
        new LogConfigurator().configure(context);

        assertThat(level(OURS)).isEqualTo(Level.INFO);
        assertThat(level(NETTYS)).isEqualTo(Level.WARN);
    }

    @Test
    void whoAsksForMoreIsToldAllAndWhoAsksForLessGetsNoMoreThanThat() {
        for (LogLevel asked : new LogLevel[] {LogLevel.TRACE, LogLevel.DEBUG, LogLevel.ERROR, LogLevel.OFF}) {
            asked.applyTo(context);

            assertThat(level(NETTYS)).as(asked.name()).isEqualTo(level(OURS));
        }
    }

    private Level level(String logger) {
        return context.getLogger(logger).getEffectiveLevel();
    }
}
