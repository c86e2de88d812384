/** The command line: wires the rest. */
module io.baton.cli {
    requires info.picocli;
    requires io.baton;
    requires io.baton.admin;
    requires io.baton.posix;
    requires io.baton.proxy;
    requires jdk.httpserver;
    requires jdk.unsupported;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.cli;
}
