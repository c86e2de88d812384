package io.baton;

import static java.util.Objects.requireNonNull;

import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;

/**
 * A listening socket as the config wants it. A parent's socket is taken over when address, type and worker index are the same.
 *
 * @param address where to listen; a port of 0 is always bound anew
 * @param type STREAM for TCP and UNIX listeners, DATAGRAM for UDP
 * @param workerIndex which of several sockets on one address, one per worker (SO_REUSEPORT); 0 without {@code reusePort}
 * @param reusePort each worker has a socket, and so an accept queue, of its own
 * @param backlog connections that may wait to be accepted
 */
public record ListenSpec(SocketAddress address, SocketType type, int workerIndex, boolean reusePort, int backlog) {
    /** More workers than anyone has cores. */
    static final int MAX_WORKERS = 1024;

    public ListenSpec {
        requireNonNull(address, "address is null");
        requireNonNull(type, "type is null");
        if (workerIndex < 0 || workerIndex >= MAX_WORKERS) {
            throw new IllegalArgumentException(
                    "worker index is %d, expected 0 to %d".formatted(workerIndex, MAX_WORKERS - 1));
        }
        if (workerIndex > 0 && !reusePort) {
            throw new IllegalArgumentException(
                    "worker index is %d without reuse_port, where all workers share socket 0".formatted(workerIndex));
        }
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog is %d, expected 1 or more".formatted(backlog));
        }
        if (type == SocketType.SEQPACKET || (type == SocketType.DATAGRAM && !(address instanceof SocketAddress.Inet))) {
            throw new IllegalArgumentException("cannot listen on %s with type %s".formatted(address, type));
        }
        if (address instanceof SocketAddress.UnixUnnamed) {
            throw new IllegalArgumentException("cannot listen on a UNIX socket without a name");
        }
    }

    /** The address as the protocol writes it: {@code tcp://1.2.3.4:80}, {@code tcp://[::1]:80}, {@code udp://…}, {@code unix://…}. */
    public String url() {
        return ListenUrl.format(address, type);
    }

    /** Port 0: the kernel chooses. */
    boolean anyPort() {
        return address instanceof SocketAddress.Inet inet && inet.port() == 0;
    }

    /** Whether a socket bound to {@code actual} is at this address. */
    boolean isAt(SocketAddress actual) {
        return switch (actual) {
            case SocketAddress.Inet inet -> inet.equals(address);
            case SocketAddress.UnixPath(String bound) ->
                address instanceof SocketAddress.UnixPath(String wanted)
                        && (bound.equals(wanted) || UnixPaths.isTemporaryNameOf(wanted, bound));
            case SocketAddress.UnixAbstract(String name, boolean ignored) ->
                address instanceof SocketAddress.UnixAbstract(String wanted, boolean alsoIgnored)
                        && name.equals(wanted);
            case SocketAddress.UnixUnnamed unnamed -> false;
        };
    }

    boolean sameAddress(ListenSpec other) {
        return address.equals(other.address) && type == other.type;
    }

    boolean sameSocket(ListenSpec other) {
        return !anyPort() && sameAddress(other) && workerIndex == other.workerIndex;
    }
}
