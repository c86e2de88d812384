/** The HTTP/1.1 and HTTP/2 data path, on Netty. */
module io.baton.http {
    requires transitive io.baton;
    requires transitive io.baton.posix;
    requires transitive io.baton.tls;
    requires io.baton.netty;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.http;
}
