/** For any Netty server: adopt handed listening sockets, and let live connections move to the next process. */
module io.baton.netty {
    requires transitive io.baton;
    requires transitive io.baton.posix;
    requires transitive io.netty.transport;
    requires transitive io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.netty;
}
