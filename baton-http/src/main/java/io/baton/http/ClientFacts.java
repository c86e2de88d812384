package io.baton.http;

import io.baton.posix.SocketAddress;
import io.netty.channel.Channel;
import java.net.InetAddress;

/** What is told upstreams of a client's connection, made once for all its requests. */
final class ClientFacts {
    private final SocketAddress address;
    private final SocketAddress local;
    private final String ip;
    private final String localHost;
    private final boolean secure;

    /** @param secure whether the client speaks TLS */
    ClientFacts(SocketAddress client, SocketAddress local, boolean secure) {
        address = client;
        this.local = local;
        this.secure = secure;
        ip = switch (client) {
            case SocketAddress.Inet(InetAddress host, int _) -> unscoped(host.getHostAddress());
            case SocketAddress.UnixPath _, SocketAddress.UnixAbstract _, SocketAddress.UnixUnnamed _ -> "";
        };
        localHost = local instanceof SocketAddress.Inet ? unscoped(local.toString()) : "localhost";
    }

    static ClientFacts of(Channel channel, boolean secure) {
        return new ClientFacts(
                NettyAddresses.fromNetty(channel.remoteAddress()),
                NettyAddresses.fromNetty(channel.localAddress()),
                secure);
    }

    private static String unscoped(String text) {
        return text.indexOf('%') < 0 ? text : text.replaceFirst("%[^]]*", "");
    }

    /** Who connected. */
    SocketAddress address() {
        return address;
    }

    /** Where to. */
    SocketAddress local() {
        return local;
    }

    /** As X-Forwarded-For has it; empty for a UNIX socket. */
    String ip() {
        return ip;
    }

    boolean secure() {
        return secure;
    }

    /** The Host of a request that has none. */
    String localHost() {
        return localHost;
    }
}
