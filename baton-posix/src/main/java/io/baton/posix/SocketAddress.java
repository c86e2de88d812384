package io.baton.posix;

import java.net.InetAddress;

/** The address of a socket, as the kernel knows it. */
public sealed interface SocketAddress {

    /** IPv4 or IPv6 with port; a scoped IPv6 address keeps its scope. */
    record Inet(InetAddress host, int port) implements SocketAddress {
        public Inet {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port is %d, expected 0 to 65535".formatted(port));
            }
        }
    }

    /** A socket in the file system; at most 107 bytes, unix(7). */
    record UnixPath(String path) implements SocketAddress {}

    /**
     * A socket in Linux's abstract namespace.
     *
     * @param name without the leading NUL; at most 107 bytes
     * @param padded true when the address is NUL-padded to sizeof(sockaddr_un), as Envoy's are: padding is part of the name
     */
    record UnixAbstract(String name, boolean padded) implements SocketAddress {}

    /** A UNIX socket without a name: one of a pair, or not bound. */
    record UnixUnnamed() implements SocketAddress {}
}
