/** The admin API. */
module io.baton.admin {
    requires transitive io.baton;
    requires transitive io.baton.proxy;
    requires com.fasterxml.jackson.core;
    requires jdk.httpserver;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.admin;
}
