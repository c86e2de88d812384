package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.baton.tls.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A proxy with one worker and one listener; checks at its end that what is to happen exactly once did. */
final class ProxyUnderTest implements AutoCloseable {
    static final HttpTimeouts TIMEOUTS = HttpTimeouts.defaults();

    private final Fd listener;
    private final Optional<TlsServer> tls = Wire.server();
    final HttpProxy proxy;
    final int port;
    final List<HttpExchangeReport> reports = new CopyOnWriteArrayList<>();
    final List<UpstreamOutcome> outcomes = new CopyOnWriteArrayList<>();
    final AtomicInteger leases = new AtomicInteger();
    final AtomicInteger upstreamsOpen = new AtomicInteger();
    final AtomicInteger clientsOpen = new AtomicInteger();

    ProxyUnderTest(SocketAddress... endpoints) {
        this(TIMEOUTS, HttpLimits.defaults(), ForwardedHeaders.APPEND, endpoints);
    }

    ProxyUnderTest(HttpTimeouts timeouts, SocketAddress... endpoints) {
        this(timeouts, HttpLimits.defaults(), ForwardedHeaders.APPEND, endpoints);
    }

    ProxyUnderTest(HttpTimeouts timeouts, HttpLimits limits, ForwardedHeaders forwarded, SocketAddress... endpoints) {
        this(timeouts, limits, forwarded, options -> options, endpoints);
    }

    ProxyUnderTest(
            HttpTimeouts timeouts,
            HttpLimits limits,
            ForwardedHeaders forwarded,
            UnaryOperator<HttpProxyOptions> options,
            SocketAddress... endpoints) {
        this(timeouts, limits, forwarded, options, Http2Options.defaults(), UpstreamProtocol.HTTP_1_1, endpoints);
    }

    ProxyUnderTest(
            HttpTimeouts timeouts,
            HttpLimits limits,
            ForwardedHeaders forwarded,
            UnaryOperator<HttpProxyOptions> options,
            Http2Options http2,
            UpstreamProtocol protocol,
            SocketAddress... endpoints) {
        Posix posix = Posix.linux();
        listener = posix.socket(SocketFamily.INET, SocketType.STREAM, true);
        posix.bind(listener, new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 0));
        posix.listen(listener, 128);
        port = ((SocketAddress.Inet) posix.localAddress(listener)).port();
        proxy = new HttpProxy(posix, options.apply(HttpProxyOptions.defaults().withWorkers(1)), new Counting());
        proxy.start();
        Endpoints cluster = new Endpoints(List.of(endpoints), protocol);
        proxy.addListener(new HttpListener(
                "web", List.of(List.of(listener)), new Routes(cluster), timeouts, limits, forwarded, http2, tls));
    }

    /** All paths but one lead to the one cluster. */
    private record Routes(Endpoints endpoints) implements HttpRouter {
        @Override
        public Optional<UpstreamCluster> tunnel() {
            return Wire.carriesBytes() ? Optional.of(endpoints) : Optional.empty();
        }

        @Override
        public Optional<UpstreamCluster> route(RequestHead head) {
            return head.path().startsWith("/nowhere") ? Optional.empty() : Optional.of(endpoints);
        }

        @Override
        public Optional<UpstreamCluster> connect(RequestHead head) {
            return head.host().equals("nowhere") ? Optional.empty() : Optional.of(endpoints);
        }

        @Override
        public Optional<UpstreamCluster> cluster(String name) {
            return name.equals(endpoints.name()) ? Optional.of(endpoints) : Optional.empty();
        }
    }

    Client client() throws IOException {
        return new Client(port);
    }

    HttpExchangeReport onlyReport() {
        await().until(() -> !reports.isEmpty());
        assertThat(reports).hasSize(1);
        return reports.getFirst();
    }

    void closeListener() {
        listener.close();
    }

    @Override
    public void close() {
        proxy.close();
        listener.close();
        tls.ifPresent(TlsServer::close);
        assertThat(outcomes).as("leases ended").hasSize(leases.get());
        assertThat(upstreamsOpen).as("upstream connections").hasValue(0);
        assertThat(clientsOpen).as("clients").hasValue(0);
        assertThat(proxy.activeConnections()).isZero();
    }

    private final class Counting implements HttpObserver {
        @Override
        public void connectionOpened(String name, SocketAddress client) {
            clientsOpen.incrementAndGet();
        }

        @Override
        public void connectionClosed(String name, long requests) {
            clientsOpen.decrementAndGet();
        }

        @Override
        public void connectionRestored(String name) {
            clientsOpen.incrementAndGet();
        }

        @Override
        public void connectionMoved(String name) {
            clientsOpen.decrementAndGet();
        }

        @Override
        public void upstreamRestored(String cluster, SocketAddress endpoint) {
            upstreamsOpen.incrementAndGet();
        }

        @Override
        public void requestEnded(HttpExchangeReport report) {
            reports.add(report);
        }

        @Override
        public void upstreamOpened(String cluster, SocketAddress endpoint) {
            upstreamsOpen.incrementAndGet();
        }

        @Override
        public void upstreamClosed(String cluster, SocketAddress endpoint) {
            upstreamsOpen.decrementAndGet();
        }
    }

    /** The first endpoint that was not tried. */
    private final class Endpoints implements UpstreamCluster {
        private final List<SocketAddress> endpoints;
        private final UpstreamProtocol protocol;

        Endpoints(List<SocketAddress> endpoints, UpstreamProtocol protocol) {
            this.endpoints = endpoints;
            this.protocol = protocol;
        }

        @Override
        public UpstreamProtocol protocol() {
            return protocol;
        }

        @Override
        public String name() {
            return "origin";
        }

        @Override
        public Duration connectTimeout() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Pick pick(Set<SocketAddress> tried) {
            Optional<SocketAddress> next =
                    endpoints.stream().filter(each -> !tried.contains(each)).findFirst();
            if (next.isEmpty()) {
                return new Pick.None(tried.isEmpty() ? Pick.Reason.NO_HEALTHY : Pick.Reason.ALL_TRIED);
            }
            return new Pick.Endpoint(adopt(next.get()));
        }

        @Override
        public UpstreamLease adopt(SocketAddress endpoint) {
            leases.incrementAndGet();
            return new UpstreamLease() {
                @Override
                public SocketAddress address() {
                    return endpoint;
                }

                @Override
                public void ended(UpstreamOutcome outcome) {
                    outcomes.add(outcome);
                }
            };
        }
    }
}
