package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PollCalls;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import java.net.Inet4Address;
import java.util.Optional;

/** Connects to upstreams, one candidate after the other, never blocking. Loop thread only. */
final class Connector {
    /** However many candidates a selector offers. */
    static final int MAX_TRIES = 64;

    /** What {@link #next} came to. */
    enum Outcome {
        CONNECTED,
        CONNECTING,
        EXHAUSTED
    }

    private final Posix posix;
    private final Epoll epoll;
    private final LoopClock clock;

    Connector(LoopParts parts) {
        this.posix = parts.posix();
        this.epoll = parts.epoll();
        this.clock = parts.clock();
    }

    /** Begins to connect to the next candidate that does not fail at once. */
    Outcome next(Connection connection) {
        while (connection.tries < MAX_TRIES && connection.candidates.hasNext()) {
            SocketAddress endpoint = connection.candidates.next();
            connection.tries++;
            connection.upstreamAddress = endpoint;
            Optional<Boolean> connected = begin(connection, endpoint);
            if (connected.isPresent()) {
                return connected.get() ? Outcome.CONNECTED : Outcome.CONNECTING;
            }
        }
        return Outcome.EXHAUSTED;
    }

    /** Gives up the endpoint being connected to. */
    void abandon(Connection connection, Errno reason) {
        Fd socket = connection.upstream.detach();
        if (socket != null) {
            socket.close();
        }
        SocketAddress endpoint = connection.upstreamAddress;
        if (endpoint != null) {
            failed(connection, endpoint, reason);
        }
    }

    private Optional<Boolean> begin(Connection connection, SocketAddress endpoint) {
        Fd socket = null;
        try {
            socket = posix.socket(family(endpoint), SocketType.STREAM, true);
            if (endpoint instanceof SocketAddress.Inet) {
                posix.setSocketOption(socket, SocketOption.TCP_NODELAY, 1);
            }
            boolean connected = posix.connect(socket, endpoint);
            connection.upstream.open(socket);
            if (connected || epoll.update(connection.upstream, PollCalls.EPOLLOUT)) {
                connection.connectDeadlineNanos = clock.nowNanos() + connection.target.connectNanos();
                return Optional.of(connected);
            }
            abandon(connection, Errno.ENOMEM);
            return Optional.empty();
        } catch (PosixException e) {
            if (socket != null) {
                socket.close();
            }
            failed(connection, endpoint, e.errno());
            return Optional.empty();
        } catch (RuntimeException e) { // an address that no sockaddr can hold: the selector's fault, not the endpoint's
            if (socket != null) {
                socket.close();
            }
            throw e;
        }
    }

    private static void failed(Connection connection, SocketAddress endpoint, Errno reason) {
        connection.addFailed(endpoint);
        connection.route.counters().connectFailures.add(1);
        connection.target.upstreams().failed(endpoint, reason);
    }

    private static SocketFamily family(SocketAddress address) {
        return switch (address) {
            case SocketAddress.Inet inet ->
                inet.host() instanceof Inet4Address ? SocketFamily.INET : SocketFamily.INET6;
            case SocketAddress.UnixPath path -> SocketFamily.UNIX;
            case SocketAddress.UnixAbstract name -> SocketFamily.UNIX;
            case SocketAddress.UnixUnnamed none -> SocketFamily.UNIX;
        };
    }
}
