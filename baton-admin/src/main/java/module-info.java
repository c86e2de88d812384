/** The admin API. */
module io.baton.admin {
    requires io.baton;
    requires io.baton.proxy;
    requires jdk.httpserver;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.admin;
}
