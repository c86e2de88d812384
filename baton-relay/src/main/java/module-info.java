/** The L4 data path: epoll and kernel pipes. */
module io.baton.relay {
    requires transitive io.baton;
    requires transitive io.baton.posix;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.relay;
}
