package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients that never pause see of ten restarts: nothing. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class HttpRestartSeriesTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final int RESTARTS = 10;
    /** The origin's, not the clients': what is asked here is whether anything is lost, not how a child starts on a machine without CPU. */
    private static final Duration THINKING = Duration.ofMillis(20);

    private static final HttpFront.Settings QUICK =
            HttpFront.Settings.usual().withMore("handover: { rehearsal: 200ms, drain: 2s, parent_shutdown: 30s }");

    @TempDir
    Path temp;

    @Test
    void tenRestartsLoseNoRequestOfClientsThatNeverPause() throws Exception {
        try (HttpOrigin origin = HttpOrigin.start();
                HttpFront front = HttpFront.start(temp, QUICK, origin.address().getPort());
                Wrk wrk = Wrk.start(temp.resolve("wrk.out"), front.url("/slow?ms=" + THINKING.toMillis()));
                HttpLoad closedLoop = HttpLoad.start(
                        neverRetiring(front, 16, 0).withAnswer(64, THINKING).withTimeout(PATIENCE));
                HttpLoad paced = HttpLoad.start(neverRetiring(front, 20, 100).withTimeout(PATIENCE));
                HttpLoad fresh = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(front.port()), 100)
                        .withTimeout(PATIENCE))) {
            restart(front);

            HttpResult result = closedLoop.stop().plus(paced.stop()).plus(fresh.stop());
            assertThat(result.failures().total())
                    .as("failed requests: %s", result.failures())
                    .isZero();
            assertThat(result.isClean()).isTrue();
            assertThat(result.answered()).isGreaterThan(1_000);
            wrk.assertClean();
            assertThat(front.baton().status()).contains("\"cut\":0");
        }
    }

    /** Each connection of these that ends was ended by the proxy. */
    private static HttpPlan neverRetiring(HttpFront front, int connections, int ratePerSecond) {
        return HttpPlan.kept(Configs.loopback(front.port()), connections, ratePerSecond)
                .withRetirement(Integer.MAX_VALUE, Duration.ofDays(1));
    }

    private static void restart(HttpFront front) throws Exception {
        for (int epoch = 1; epoch <= RESTARTS; epoch++) {
            long old = front.baton().serving().pid();
            front.baton().upgrade();
            assertThat(front.baton().serving().epoch()).isEqualTo(epoch);
            await("the old process leaves")
                    .atMost(PATIENCE)
                    .until(() -> ProcessHandle.of(old).isEmpty());
        }
    }

    /** wrk with 64 kept connections; where there is none, that is said, and the others must do. */
    private record Wrk(Path said, Optional<Process> process) implements AutoCloseable {
        static Wrk start(Path said, String url) throws IOException {
            if (!Foreign.WRK.isThere()) {
                return new Wrk(said, Optional.empty());
            }
            return new Wrk(
                    said,
                    Optional.of(Foreign.WRK
                            .builder("-t1", "-c64", "-d230s", "--timeout", "40s", url)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start()));
        }

        void assertClean() throws IOException, InterruptedException {
            if (process.isEmpty()) {
                return;
            }
            // It sums up then.
            Baton.signal("INT", process.get().pid());
            assertThat(process.get().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(said)
                    .content()
                    .contains("requests in")
                    .doesNotContain("Socket errors")
                    .doesNotContain("Non-2xx");
        }

        @Override
        public void close() {
            process.ifPresent(Process::destroyForcibly);
        }
    }
}
