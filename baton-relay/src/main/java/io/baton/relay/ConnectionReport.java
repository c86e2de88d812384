package io.baton.relay;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One connection, told at its end.
 *
 * @param id unique within the relay
 * @param listener {@link RelayListener#name}
 * @param client who connected
 * @param destination {@link Destination#name} of where it went; empty when that was not decided
 * @param upstream the endpoint that accepted, or else the last one tried; empty when there was none to try
 * @param started when the client was accepted
 * @param duration from then to the end
 * @param bytesUp delivered to the upstream's socket
 * @param bytesDown delivered to the client's socket
 */
public record ConnectionReport(
        long id,
        String listener,
        SocketAddress client,
        Optional<String> destination,
        Optional<SocketAddress> upstream,
        Instant started,
        Duration duration,
        long bytesUp,
        long bytesDown,
        ConnectionOutcome outcome) {}
