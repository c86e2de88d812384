/** Where listening sockets come from besides a parent of our own, and how others get them from us. */
module io.baton.inherit {
    requires transitive io.baton;
    requires transitive io.baton.posix;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.inherit;
}
