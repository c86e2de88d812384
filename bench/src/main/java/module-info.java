/** Load, the demo, and measurements side by side with peers. */
module io.baton.bench {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires io.baton;
    requires io.baton.posix;
    requires io.baton.relay;
    requires HdrHistogram;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires java.desktop;
    requires xchart;
    requires static org.jspecify;

    exports io.baton.bench;

    opens io.baton.bench to
            info.picocli;
}
