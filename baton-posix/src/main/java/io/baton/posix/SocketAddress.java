package io.baton.posix;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * The address of a socket, as the kernel knows it. {@link Object#toString} gives what a reader knows it by: {@code 127.0.0.1:80},
 * {@code [::1]:80}, {@code /run/x.sock}, {@code @name}.
 */
public sealed interface SocketAddress {

    /** IPv4 or IPv6 with port; a scoped IPv6 address keeps its scope. */
    record Inet(InetAddress host, int port) implements SocketAddress {
        public Inet {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port is %d, expected 0 to 65535".formatted(port));
            }
        }

        @Override
        public String toString() {
            String text = host.getHostAddress();
            return host instanceof Inet6Address ? "[" + text + "]:" + port : text + ":" + port;
        }
    }

    /** A socket in the file system; 1 to 107 bytes, unix(7). */
    record UnixPath(String path) implements SocketAddress {
        @Override
        public String toString() {
            return path;
        }
    }

    /**
     * A socket in Linux's abstract namespace.
     *
     * @param name without the leading NUL; at most 107 bytes
     * @param padded true when the address is NUL-padded to sizeof(sockaddr_un), as Envoy's are: padding is part of the name. One of 107
     *     bytes is the same either way, and is read back as not padded
     */
    record UnixAbstract(String name, boolean padded) implements SocketAddress {
        @Override
        public String toString() {
            return "@" + name;
        }
    }

    /** A UNIX socket without a name: one of a pair, or not bound. */
    record UnixUnnamed() implements SocketAddress {
        @Override
        public String toString() {
            return "unnamed";
        }
    }
}
