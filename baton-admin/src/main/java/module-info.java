/** The admin API. */
module io.baton.admin {
    requires transitive io.baton;
    requires transitive io.baton.proxy;
    requires com.fasterxml.jackson.core;
    requires io.prometheus.metrics.config;
    requires io.prometheus.metrics.instrumentation.jvm;
    requires io.prometheus.metrics.model;
    requires io.prometheus.writer.text;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.management;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.admin;
}
