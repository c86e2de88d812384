package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.RehearsalOptions;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.tls.TlsServer;
import java.io.File;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HttpRehearsalTest {

    @Test
    void itServesRequestsWithinItsLimitAndLeavesNothingOpen() {
        run(new RehearsalOptions(4, 4, Duration.ofSeconds(2)), HttpObserver.NONE); // what is opened once and kept
        int before = openFds();

        HttpRehearsalResult result = run(new RehearsalOptions(8, 1_000_000, Duration.ofMillis(500)), HttpObserver.NONE);

        assertThat(result.failure()).isEmpty();
        assertThat(result.requests()).isPositive();
        assertThat(result.moves()).isPositive();
        assertThat(result.duration()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(10));
        assertThat(openFds()).isLessThanOrEqualTo(before + 2); // a pollset of virtual threads may have come
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("baton-http"));
    }

    @Test
    void itEndsBeforeItsLimitOnceTheJitHasCaughtUp() {
        Duration limit = Duration.ofMinutes(1);

        HttpRehearsalResult result = run(new RehearsalOptions(8, 16, limit), HttpObserver.NONE);

        assertThat(result.failure()).isEmpty();
        assertThat(result.connections()).isGreaterThanOrEqualTo(16);
        assertThat(result.duration()).isLessThan(limit);
    }

    @Test
    void theGivenObserverIsToldOfEveryRequest() {
        AtomicInteger requests = new AtomicInteger();
        HttpObserver counting = new HttpObserver() {
            @Override
            public void requestEnded(HttpExchangeReport report) {
                if (report.listener().equals(HttpRehearsal.LISTENER)) {
                    requests.incrementAndGet();
                }
            }
        };

        HttpRehearsalResult result = run(new RehearsalOptions(4, 8, Duration.ofSeconds(20)), counting);

        assertThat((long) requests.get()).isGreaterThanOrEqualTo(result.requests());
        assertThat(result.requests()).isPositive();
    }

    private static HttpRehearsalResult run(RehearsalOptions options, HttpObserver observer) {
        Optional<TlsServer> tls = Wire.server();
        try {
            return HttpRehearsal.run(
                    Posix.linux(),
                    options,
                    observer,
                    address -> {
                        UpstreamCluster cluster = new OneEndpoint(address);
                        return head -> Optional.of(cluster);
                    },
                    tls);
        } finally {
            tls.ifPresent(TlsServer::close);
        }
    }

    private record OneEndpoint(SocketAddress address) implements UpstreamCluster {
        @Override
        public String name() {
            return "rehearsal";
        }

        @Override
        public Pick pick(Set<SocketAddress> tried) {
            return new Pick.Endpoint(new UpstreamLease() {
                @Override
                public SocketAddress address() {
                    return address;
                }

                @Override
                public void ended(UpstreamOutcome outcome) {}
            });
        }

        @Override
        public Duration connectTimeout() {
            return Duration.ofSeconds(1);
        }
    }

    private static int openFds() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}
