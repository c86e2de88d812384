package io.baton.proxy;

import io.baton.Stats;
import io.baton.http.ForwardedHeaders;
import io.baton.http.Http2Options;
import io.baton.http.HttpExchangeReport;
import io.baton.http.HttpLimits;
import io.baton.http.HttpListener;
import io.baton.http.HttpNumbers;
import io.baton.http.HttpOutcome;
import io.baton.http.HttpRouter;
import io.baton.http.HttpTimeouts;
import io.baton.http.RequestHead;
import io.baton.http.UpstreamCluster;
import io.baton.relay.ConnectionOutcome;
import io.baton.relay.ConnectionReport;
import io.baton.relay.DestinationNumbers;
import io.baton.relay.ListenerNumbers;
import io.baton.tls.TlsServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code tcp} listeners whose bytes pass through TLS, their clients' or their cluster's: the kernel cannot splice those, so they go through
 * Netty. For users they are tcp listeners like any other.
 */
final class SecuredStreams {
    /** For ever, as far as it concerns anybody. */
    private static final Duration NEVER = Duration.ofDays(365);

    private final Map<String, ListenerStats> byName = new LinkedHashMap<>();
    private final Map<String, String> clusters = new LinkedHashMap<>();

    SecuredStreams(BatonConfig config, Stats stats) {
        for (ListenerConfig listener : config.listeners()) {
            if (listener.protocol() instanceof TcpConfig tcp && isSecured(listener, config)) {
                byName.put(listener.name(), new ListenerStats(listener, tcp, stats));
                clusters.put(listener.name(), tcp.cluster().orElseThrow());
            }
        }
    }

    /** Whether it is such a listener. */
    static boolean isSecured(ListenerConfig listener, BatonConfig config) {
        return listener.protocol() instanceof TcpConfig tcp
                && (listener.tls().isPresent()
                        || config.clusters().stream()
                                .filter(cluster -> tcp.clusters().contains(cluster.name()))
                                .anyMatch(cluster -> cluster.tls().isPresent()));
    }

    static HttpListener listener(
            BoundListener bound, TcpConfig tcp, int workers, Cluster cluster, Optional<TlsServer> tls) {
        Duration idle = tcp.idleTimeout().isZero() ? NEVER : tcp.idleTimeout();
        return new HttpListener(
                bound.config().name(),
                bound.perWorker(workers),
                new Everything(cluster.forBytes()),
                HttpTimeouts.defaults().withStream(idle),
                HttpLimits.defaults(),
                ForwardedHeaders.OFF,
                Http2Options.defaults().withPriorKnowledge(false),
                tls);
    }

    private record Everything(UpstreamCluster to) implements HttpRouter {
        @Override
        public Optional<UpstreamCluster> tunnel() {
            return Optional.of(to);
        }

        @Override
        public Optional<UpstreamCluster> route(RequestHead head) {
            return Optional.empty();
        }

        @Override
        public Optional<UpstreamCluster> cluster(String name) {
            return name.equals(to.name()) ? Optional.of(to) : Optional.empty();
        }
    }

    Optional<ListenerStats> find(String listener) {
        return Optional.ofNullable(byName.get(listener));
    }

    /** Counts and translates the report of one of these listeners. */
    static ConnectionReport ended(HttpExchangeReport report, ListenerStats stats) {
        ConnectionOutcome outcome = outcome(report.outcome());
        if (outcome == ConnectionOutcome.CONNECT_FAILED) {
            report.cluster()
                    .ifPresent(cluster ->
                            stats.share(cluster).connectAttemptsExceeded.increment());
        }
        return new ConnectionReport(
                report.connectionId(),
                report.listener(),
                report.client(),
                report.cluster(),
                report.upstream(),
                report.started(),
                report.duration(),
                report.requestBytes(),
                report.responseBytes(),
                outcome);
    }

    private static ConnectionOutcome outcome(HttpOutcome outcome) {
        return switch (outcome) {
            case COMPLETED, TUNNELLED -> ConnectionOutcome.COMPLETED;
            case NO_UPSTREAM, CONNECT_FAILED, NO_ROUTE -> ConnectionOutcome.CONNECT_FAILED;
            case UPSTREAM_CLOSED, UPSTREAM_MALFORMED -> ConnectionOutcome.UPSTREAM_RESET;
            case CLIENT_CLOSED, REFUSED -> ConnectionOutcome.CLIENT_RESET;
            case UPSTREAM_TIMEOUT, CLIENT_TIMEOUT -> ConnectionOutcome.IDLE_TIMEOUT;
            case CUT -> ConnectionOutcome.CUT;
        };
    }

    void publish(String listener, ListenerStats stats, HttpNumbers numbers) {
        String cluster = clusters.getOrDefault(listener, "");
        stats.publish(new ListenerNumbers(
                numbers.connections(),
                numbers.active(),
                0,
                0,
                0,
                0,
                Map.of(cluster, new DestinationNumbers(numbers.bytesIn(), numbers.bytesOut()))));
    }
}
