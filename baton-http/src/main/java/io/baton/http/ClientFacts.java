package io.baton.http;

import io.baton.posix.SocketAddress;
import java.net.InetAddress;

/** What is told upstreams of a client's connection, made once for all its requests. */
final class ClientFacts {
    private final SocketAddress address;
    private final byte[] ip;
    private final byte[] hostLine;

    ClientFacts(SocketAddress client, SocketAddress local) {
        address = client;
        ip = switch (client) {
            case SocketAddress.Inet(InetAddress host, int _) -> Octets.ascii(unscoped(host.getHostAddress()));
            case SocketAddress.UnixPath _, SocketAddress.UnixAbstract _, SocketAddress.UnixUnnamed _ -> new byte[0];
        };
        String host = local instanceof SocketAddress.Inet ? unscoped(local.toString()) : "localhost";
        hostLine = Octets.ascii("Host: " + host + "\r\n");
    }

    private static String unscoped(String text) {
        return text.indexOf('%') < 0 ? text : text.replaceFirst("%[^]]*", "");
    }

    /** Who connected. */
    SocketAddress address() {
        return address;
    }

    /** As X-Forwarded-For has it; empty for a UNIX socket. */
    byte[] ip() {
        return ip;
    }

    /** The Host header for a request that has none. */
    byte[] hostLine() {
        return hostLine;
    }
}
