package io.baton.http;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is noted of one request for its report. Event loop only. */
final class ExchangeRecord {
    private final Listening listening;
    private final long startedMillis = System.currentTimeMillis();
    private final long startedNanos = System.nanoTime();
    private String method = "";
    private String host = "";
    private String path = "";
    private String protocol = "HTTP/1.1";
    private @Nullable String cluster;
    private @Nullable SocketAddress upstream;
    private int attempts;
    private int status;
    private long requestBytes;
    private long responseBytes;

    ExchangeRecord(Listening listening) {
        this.listening = listening;
    }

    void request(CheckedRequest request) {
        method = request.method();
        host = request.host();
        path = request.path();
        if (request.http10()) {
            protocol = "HTTP/1.0";
        }
    }

    /** What the client speaks, when it is other than the request's head says. */
    void protocol(String spoken) {
        protocol = spoken;
    }

    void cluster(UpstreamCluster routed) {
        cluster = routed.name();
    }

    /** Counts a try, and says which number it is. */
    int attempt(SocketAddress endpoint) {
        upstream = endpoint;
        return ++attempts;
    }

    void status(int sent) {
        status = sent;
    }

    void received(long bytes) {
        requestBytes += bytes;
    }

    void sent(long bytes) {
        responseBytes += bytes;
    }

    /** Tells what is known, at the end. */
    void report(ClientFacts client, long connectionId, HttpObserver observer, HttpOutcome outcome) {
        listening.requestEnded(requestBytes, responseBytes);
        observer.requestEnded(new HttpExchangeReport(
                connectionId,
                listening.name(),
                client.address(),
                method,
                host,
                path,
                protocol,
                status,
                Optional.ofNullable(cluster),
                Optional.ofNullable(upstream),
                attempts,
                Instant.ofEpochMilli(startedMillis),
                Duration.ofNanos(System.nanoTime() - startedNanos),
                requestBytes,
                responseBytes,
                outcome));
    }
}
