package io.baton;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;

/**
 * A socket that came to this process from somebody who is no parent of ours: an nginx that started us, systemd, an HAProxy that was asked.
 *
 * @param fd owned by whoever holds the record
 * @param address where it is bound
 * @param type STREAM or DATAGRAM
 * @param origin whence it came, for people: {@code NGINX=6}
 * @param paths what becomes of its path, if it has one
 */
public record InheritedSocket(Fd fd, SocketAddress address, SocketType type, String origin, PathPolicy paths) {
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    public InheritedSocket {
        requireNonNull(fd, "fd is null");
        requireNonNull(address, "address is null");
        requireNonNull(type, "type is null");
        requireNonNull(origin, "origin is null");
        requireNonNull(paths, "paths is null");
    }

    /**
     * What {@code fd} is, asked of the kernel.
     *
     * @param fd stays the caller's when this throws
     * @return one whose path is {@link PathPolicy#LEFT_ALONE}
     * @throws HotRestartException when it is no open fd, no socket, or none that clients can come to, in words for the user
     */
    public static InheritedSocket of(Posix posix, Fd fd, String origin) throws HotRestartException {
        try {
            SocketType type = type(posix.socketOption(fd, SocketOption.SO_TYPE), origin);
            requireKnownFamily(posix.socketOption(fd, SocketOption.SO_DOMAIN), origin);
            if (isConnected(posix, fd)) {
                throw new HotRestartException("%s is a connection, expected a listening socket".formatted(origin));
            }
            SocketAddress address = posix.localAddress(fd);
            if (address instanceof SocketAddress.UnixUnnamed
                    || (address instanceof SocketAddress.Inet inet && inet.port() == 0)) {
                throw new HotRestartException("%s is not bound, expected a listening socket".formatted(origin));
            }
            return new InheritedSocket(fd, address, type, origin, PathPolicy.LEFT_ALONE);
        } catch (PosixException e) {
            if (e.errno() == Errno.EBADF) {
                throw new HotRestartException("%s is not open, expected a listening socket".formatted(origin), e);
            }
            if (e.errno() == Errno.ENOTSOCK) {
                throw new HotRestartException("%s is no socket, expected a listening one".formatted(origin), e);
            }
            throw new HotRestartException(
                    "%s cannot be used as a listening socket: %s".formatted(origin, e.getMessage()), e);
        }
    }

    /** The numbers are those of socket(2). */
    private static SocketType type(int number, String origin) throws HotRestartException {
        return switch (number) {
            case 1 -> SocketType.STREAM;
            case 2 -> SocketType.DATAGRAM;
            default ->
                throw new HotRestartException(
                        "%s is a socket of type %d, expected 1 (stream) or 2 (datagram)".formatted(origin, number));
        };
    }

    /** The numbers are those of socket(2). */
    private static void requireKnownFamily(int number, String origin) throws HotRestartException {
        if (number != AF_UNIX && number != AF_INET && number != AF_INET6) {
            throw new HotRestartException(
                    "%s is a socket of address family %d, expected UNIX (1), IPv4 (2) or IPv6 (10)"
                            .formatted(origin, number));
        }
    }

    private static boolean isConnected(Posix posix, Fd fd) {
        try {
            posix.peerAddress(fd);
            return true;
        } catch (PosixException e) {
            if (e.errno() == Errno.ENOTCONN) {
                return false;
            }
            throw e;
        }
    }

    /** Where it is bound, as the protocols write it: {@code tcp://127.0.0.1:80}. */
    public String url() {
        return ListenUrl.format(address, type);
    }

    /** The same with another policy; the fd is this one's. */
    public InheritedSocket with(PathPolicy policy) {
        return new InheritedSocket(fd, address, type, origin, policy);
    }

    boolean isFor(ListenSpec spec) {
        return type == spec.type() && spec.isAt(address);
    }

    boolean samePort(ListenSpec spec) {
        return type == spec.type()
                && address instanceof SocketAddress.Inet mine
                && spec.address() instanceof SocketAddress.Inet wanted
                && mine.port() == wanted.port();
    }

    @Override
    public String toString() {
        return "%s (%s)".formatted(origin, url());
    }
}
