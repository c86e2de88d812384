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
 * @param upstreams where its connections go
 * @param idleTimeout a connection that moved no byte for so long is reset; zero for never
 * @param connectTimeout how long one endpoint may take to accept
 */
public record RelayListener(
        String name,
        List<List<Fd>> sockets,
        UpstreamSelector upstreams,
        Duration idleTimeout,
        Duration connectTimeout) {

    public RelayListener {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > ConnectionSnapshotCodec.MAX_LISTENER_BYTES) {
            throw new IllegalArgumentException("name is %d bytes, expected at most %d"
                    .formatted(bytes, ConnectionSnapshotCodec.MAX_LISTENER_BYTES));
        }
        requireNonNull(upstreams, "upstreams is null");
        sockets = sockets.stream().map(List::copyOf).toList();
        if (idleTimeout.isNegative()) {
            throw new IllegalArgumentException("idleTimeout is %s, expected zero or more".formatted(idleTimeout));
        }
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "connectTimeout is %s, expected more than zero".formatted(connectTimeout));
        }
    }
}
