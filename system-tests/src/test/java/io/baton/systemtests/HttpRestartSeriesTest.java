package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.nio.file.Path;
import java.time.Duration;
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
    private static final Duration THINKING = Duration.ofMillis(10);

    private static final HttpFront.Settings QUICK =
            HttpFront.Settings.usual().withMore("handover: { rehearsal: 200ms, drain: 2s, parent_shutdown: 30s }");

    @TempDir
    Path temp;

    @Test
    void tenRestartsLoseNoRequestOfClientsThatNeverPause() throws Exception {
        try (HttpOrigin origin = HttpOrigin.start();
                HttpFront front = HttpFront.start(temp, QUICK, origin.address().getPort());
                // These never close a connection themselves: each that ends was ended by the proxy.
                HttpLoad kept = HttpLoad.start(HttpPlan.kept(Configs.loopback(front.port()), 16, 0)
                        .withRetirement(Integer.MAX_VALUE, Duration.ofDays(1))
                        .withAnswer(64, THINKING)
                        .withTimeout(PATIENCE));
                HttpLoad paced = HttpLoad.start(HttpPlan.kept(Configs.loopback(front.port()), 20, 100)
                        .withRetirement(Integer.MAX_VALUE, Duration.ofDays(1))
                        .withTimeout(PATIENCE));
                HttpLoad fresh = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(front.port()), 100)
                        .withTimeout(PATIENCE))) {
            restart(front);
            HttpResult result = kept.stop().plus(paced.stop()).plus(fresh.stop());
            assertThat(result.failures().total())
                    .as("failed requests: %s", result.failures())
                    .isZero();
            assertThat(result.isClean()).isTrue();
            assertThat(result.answered()).isGreaterThan(1_000);
            assertThat(front.baton().status()).contains("\"cut\":0");
        }
    }

    @Test
    void tenRestartsAreNothingToWrk() throws Exception {
        Foreign.WRK.orSkip();
        Path said = temp.resolve("wrk.out");
        try (HttpOrigin origin = HttpOrigin.start();
                HttpFront front = HttpFront.start(temp, QUICK, origin.address().getPort())) {
            Process wrk = Foreign.WRK
                    .builder("-t1", "-c64", "-d200s", "--timeout", "40s", front.url("/slow?ms=" + THINKING.toMillis()))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                restart(front);
                // It sums up then.
                Baton.signal("INT", wrk.pid());
                assertThat(wrk.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } finally {
                wrk.destroyForcibly();
            }
            assertThat(said)
                    .content()
                    .contains("requests in")
                    .doesNotContain("Socket errors")
                    .doesNotContain("Non-2xx");
        }
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
}
