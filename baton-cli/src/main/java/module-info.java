/** The command line: wires the rest. */
module io.baton.cli {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires io.baton;
    requires io.baton.admin;
    requires io.baton.envoy;
    requires io.baton.inherit;
    requires io.baton.posix;
    requires io.baton.proxy;
    requires jdk.httpserver;
    requires jdk.unsupported;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires org.slf4j;
    requires static org.jspecify;

    // Fills in the commands' options.
    opens io.baton.cli to
            info.picocli;

    provides ch.qos.logback.classic.spi.Configurator with
            io.baton.cli.LogConfigurator;
}
