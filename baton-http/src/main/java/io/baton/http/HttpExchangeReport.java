package io.baton.http;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One request, told at its end; or a whole connection, of a listener whose router {@linkplain HttpRouter#tunnel says} that there are none.
 *
 * @param connectionId of the client's connection, unique within the proxy
 * @param listener {@link HttpListener#name}
 * @param client who connected
 * @param method empty, as host and path are, when the request was too malformed to know
 * @param host in lower case, without port
 * @param path without query
 * @param protocol {@code HTTP/1.1} or {@code HTTP/1.0}, of the request; {@code TCP} of a connection without
 * @param status of the response sent; 0 when none was
 * @param cluster that the request was routed to
 * @param upstream the endpoint that took it, or else the last one tried
 * @param attempts how many endpoints or connections were tried
 * @param started when the first byte of the request came
 * @param duration from then until the last byte of the response was handed to the socket
 * @param requestBytes that came, head included
 * @param responseBytes that were sent, head included
 */
public record HttpExchangeReport(
        long connectionId,
        String listener,
        SocketAddress client,
        String method,
        String host,
        String path,
        String protocol,
        int status,
        Optional<String> cluster,
        Optional<SocketAddress> upstream,
        int attempts,
        Instant started,
        Duration duration,
        long requestBytes,
        long responseBytes,
        HttpOutcome outcome) {}
