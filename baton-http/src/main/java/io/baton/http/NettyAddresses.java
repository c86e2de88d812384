package io.baton.http;

import io.baton.posix.SocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;

/** Our socket addresses as Netty's, and back. */
final class NettyAddresses {
    private NettyAddresses() {}

    static java.net.SocketAddress toNetty(SocketAddress address) {
        return switch (address) {
            case SocketAddress.Inet inet -> new InetSocketAddress(inet.host(), inet.port());
            case SocketAddress.UnixPath unix -> new DomainSocketAddress(unix.path());
            case SocketAddress.UnixAbstract unix -> new DomainSocketAddress("\0" + unix.name());
            case SocketAddress.UnixUnnamed _ -> throw new IllegalArgumentException("an unnamed socket has no address");
        };
    }

    /** An address unknown to us, or none, is that of an unnamed UNIX socket. */
    static SocketAddress fromNetty(java.net.@org.jspecify.annotations.Nullable SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet
            when inet.getAddress() != null -> new SocketAddress.Inet(inet.getAddress(), inet.getPort());
            case null, default -> new SocketAddress.UnixUnnamed();
        };
    }
}
