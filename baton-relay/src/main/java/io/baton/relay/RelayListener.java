package io.baton.relay;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * One address that connections come in on, and where they go.
 *
 * @param name names the listener in reports and numbers, unique within a relay; a connection moves to the listener of its name. At most
 *     255 bytes of UTF-8
 * @param sockets for each worker the listening sockets it accepts from, bound and listening. Several for one worker is fine, and so is
 *     the same socket for several workers (each connection then wakes one of them). Owned by the caller, who closes them after
 *     {@link Relay#stopAccepting()} or {@link Relay#close()}
 * @param routing where its connections go
 * @param idleTimeout a connection that moved no byte for so long is reset; zero for never
 */
public record RelayListener(String name, List<List<Fd>> sockets, Routing routing, Duration idleTimeout) {
    public RelayListener {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > ConnectionSnapshotCodec.MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name is %d bytes, expected at most %d".formatted(bytes, ConnectionSnapshotCodec.MAX_NAME_BYTES));
        }
        requireNonNull(routing, "routing is null");
        sockets = sockets.stream().map(List::copyOf).toList();
        if (idleTimeout.isNegative()) {
            throw new IllegalArgumentException("idleTimeout is %s, expected zero or more".formatted(idleTimeout));
        }
    }

    /** With one destination, which is called as the listener is. */
    public RelayListener(
            String name,
            List<List<Fd>> sockets,
            UpstreamSelector upstreams,
            Duration idleTimeout,
            Duration connectTimeout) {
        this(name, sockets, new Routing.Fixed(new Destination(name, upstreams, connectTimeout)), idleTimeout);
    }
}
