package io.baton.http;

import io.baton.posix.SocketAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * What was noted of a request, as {@link HttpExchangeReport} has it at the end.
 *
 * @param ageNanos since its first byte came
 */
record RecordSnapshot(
        Instant started,
        long ageNanos,
        String method,
        String host,
        String path,
        boolean http10,
        Optional<String> cluster,
        Optional<SocketAddress> upstream,
        int attempts,
        int status,
        long requestBytes,
        long responseBytes) {

    RecordSnapshot {
        if (ageNanos < 0 || attempts < 0 || status < 0 || status > 999 || requestBytes < 0 || responseBytes < 0) {
            throw new IllegalArgumentException(
                    "a request %d ns old with %d attempts, status %d, %d and %d bytes, expected none below 0"
                            .formatted(ageNanos, attempts, status, requestBytes, responseBytes));
        }
    }
}
