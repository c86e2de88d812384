/** The proxy: config, listeners, clusters, TCP through the relay, HTTP through Netty. */
module io.baton.proxy {
    requires transitive io.baton;
    requires transitive io.baton.http;
    requires transitive io.baton.posix;
    requires transitive io.baton.relay;
    requires io.baton.tls;
    requires com.fasterxml.jackson.core;
    requires org.slf4j;
    requires org.snakeyaml.engine;
    requires static org.jspecify;

    exports io.baton.proxy;
}
