/** TLS whose established connections can move to another process. */
module io.baton.tls {
    requires transitive io.netty.transport;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.tcnative.classes.openssl;
    requires java.naming;
    requires io.netty.codec;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.baton.tls;
}
