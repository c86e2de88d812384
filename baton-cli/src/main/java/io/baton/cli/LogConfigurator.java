package io.baton.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/** Sets logback up in code: reading XML would cost each start tens of milliseconds. Found as a service by logback. */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        LogAppender appender = new LogAppender(LogOutput.INSTANCE);
        appender.setContext(context);
        appender.setName("baton");
        appender.start();
        LogLevel.INFO.applyTo(context);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
