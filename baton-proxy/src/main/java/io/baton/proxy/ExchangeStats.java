package io.baton.proxy;

import io.baton.Counter;
import io.baton.Stats;
import io.baton.http.HttpExchangeReport;
import io.baton.http.HttpNumbers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One http listener's numbers: its connections under {@code listener.ADDRESS}, its requests under {@code http.NAME}, by Envoy's
 * names. Envoy's histograms do not travel to the child; here the classes of a histogram are counters, which do.
 */
final class ExchangeStats extends DownstreamStats {
    private final Stats stats;
    private final String prefix;
    private final Counter requests;
    private final Counter noRoute;
    private final Counter timeouts;
    private final Counter micros;
    private final Counter[] byClass = new Counter[6];
    private final AtomicReferenceArray<@Nullable Counter> byCode = new AtomicReferenceArray<>(600);
    private final Counter[] byDuration = new Counter[RequestDurations.BOUNDS_MILLIS.size() + 1];
    private long publishedIn;
    private long publishedOut;

    ExchangeStats(ListenerConfig listener, Stats stats) {
        super(listener, stats);
        this.stats = stats;
        this.prefix = prefix(listener.name());
        this.requests = stats.counter(prefix + "total");
        this.noRoute = stats.counter("http." + listener.name() + ".no_route");
        this.timeouts = stats.counter(prefix + "timeout");
        this.micros = stats.counter(prefix + RequestDurations.SUM);
        for (int i = 1; i < byClass.length; i++) {
            byClass[i] = stats.counter(prefix + i + "xx");
        }
        for (int i = 0; i < byDuration.length; i++) {
            byDuration[i] = stats.counter(prefix + RequestDurations.name(i));
        }
    }

    /** What the names of a listener's request counters begin with; a status follows, or what is counted. */
    static String prefix(String listener) {
        return "http." + listener + ".downstream_rq_";
    }

    void ended(HttpExchangeReport report) {
        requests.increment();
        int status = report.status();
        // 0 is counted as a code too: no response was sent.
        if (status >= 0 && status < byCode.length()) {
            code(status).increment();
        }
        int hundred = status / 100;
        if (hundred >= 1 && hundred < byClass.length) {
            byClass[hundred].increment();
        }
        switch (report.outcome()) {
            case NO_ROUTE -> noRoute.increment();
            case CLIENT_TIMEOUT -> timeouts.increment();
            case COMPLETED,
                    TUNNELLED,
                    REFUSED,
                    NO_UPSTREAM,
                    CONNECT_FAILED,
                    UPSTREAM_CLOSED,
                    UPSTREAM_MALFORMED,
                    UPSTREAM_TIMEOUT,
                    CLIENT_CLOSED,
                    CUT -> {}
        }
        Duration duration = report.duration();
        micros.add(duration.toNanos() / 1000);
        byDuration[RequestDurations.index(duration)].increment();
    }

    private Counter code(int status) {
        Counter counter = byCode.get(status);
        if (counter == null) {
            // The same one, whoever is first.
            counter = stats.counter(prefix + "%03d".formatted(status));
            byCode.set(status, counter);
        }
        return counter;
    }

    /** Counts what flowed since the last call. */
    synchronized void publish(HttpNumbers numbers) {
        long in = numbers.bytesIn() - publishedIn;
        long out = numbers.bytesOut() - publishedOut;
        publishedIn += in;
        publishedOut += out;
        bytesFromClients.add(in);
        bytesToClients.add(out);
    }
}
