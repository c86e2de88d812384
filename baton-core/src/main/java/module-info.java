/** The hot restart: lineage, shared memory, protocol, listeners, drain. Knows neither Netty nor HTTP nor YAML. */
module io.baton {
    requires transitive io.baton.posix;
    requires com.google.protobuf;
    requires java.management;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton;
    exports io.baton.spi;
}
