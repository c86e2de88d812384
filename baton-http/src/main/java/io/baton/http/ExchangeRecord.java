package io.baton.http;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is noted of one request for its report. Event loop only. */
final class ExchangeRecord {
    private static final String HTTP10 = "HTTP/1.0";
    private static final String HTTP11 = "HTTP/1.1";

    /** Of a connection without requests. */
    static final String BYTES = "TCP";

    private final Listening listening;
    private final long startedMillis;
    private final long startedNanos;
    private String method = "";
    private String host = "";
    private String path = "";
    private String protocol = HTTP11;
    private @Nullable String cluster;
    private @Nullable SocketAddress upstream;
    private int attempts;
    private int status;
    private long requestBytes;
    private long responseBytes;

    ExchangeRecord(Listening listening) {
        this.listening = listening;
        this.startedMillis = System.currentTimeMillis();
        this.startedNanos = System.nanoTime();
    }

    /** Of a request that began in another process. */
    ExchangeRecord(Listening listening, RecordSnapshot snapshot) {
        this.listening = listening;
        this.startedMillis = snapshot.started().toEpochMilli();
        this.startedNanos = System.nanoTime() - snapshot.ageNanos();
        this.method = snapshot.method();
        this.host = snapshot.host();
        this.path = snapshot.path();
        if (listening.listener().router().tunnel().isPresent()) {
            this.protocol = BYTES;
        } else {
            this.protocol = snapshot.http10() ? HTTP10 : HTTP11;
        }
        this.cluster = snapshot.cluster().orElse(null);
        this.upstream = snapshot.upstream().orElse(null);
        this.attempts = snapshot.attempts();
        this.status = snapshot.status();
        this.requestBytes = snapshot.requestBytes();
        this.responseBytes = snapshot.responseBytes();
    }

    RecordSnapshot snapshot() {
        return new RecordSnapshot(
                Instant.ofEpochMilli(startedMillis),
                ageNanos(),
                method,
                host,
                path,
                protocol.equals(HTTP10),
                Optional.ofNullable(cluster),
                Optional.ofNullable(upstream),
                attempts,
                status,
                requestBytes,
                responseBytes);
    }

    /** Since its first byte came. */
    long ageNanos() {
        return Math.max(0, System.nanoTime() - startedNanos);
    }

    void request(CheckedRequest request) {
        method = request.method();
        host = request.host();
        path = request.path();
        if (request.http10()) {
            protocol = HTTP10;
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
