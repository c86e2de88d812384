package io.baton.relay;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Where connections can go.
 *
 * @param name names it in reports and numbers; a connection that moves to another process goes on as one of the destination that has this
 *     name there. 1 to 255 bytes of UTF-8
 * @param upstreams chooses the endpoints
 * @param connectTimeout how long one endpoint may take to accept
 */
public record Destination(String name, UpstreamSelector upstreams, Duration connectTimeout) {

    public Destination {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > ConnectionSnapshotCodec.MAX_NAME_BYTES) {
            throw new IllegalArgumentException("the name of a destination is %d bytes, expected 1 to %d"
                    .formatted(bytes, ConnectionSnapshotCodec.MAX_NAME_BYTES));
        }
        requireNonNull(upstreams, "upstreams is null");
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "connectTimeout is %s, expected more than zero".formatted(connectTimeout));
        }
    }
}
