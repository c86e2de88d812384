package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PingLoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void everyConnectionAnswersAndTheBusyOnesAllTheTime() throws Exception {
        try (EchoOrigin origin = EchoOrigin.start();
                PingLoad load = PingLoad.start(origin.address(), 50, 10, Duration.ofMillis(5))) {
            load.awaitOpen(PATIENCE);
            long from = System.nanoTime();
            WarmUp.sleep(Duration.ofMillis(300));
            long to = System.nanoTime();
            PingLoad.Result result = load.stop(PATIENCE);

            assertThat(result.failures().total()).isZero();
            assertThat(result.answered()).isEqualTo(60);
            assertThat(result.samples().worstPerConnection(from, to).count()).isEqualTo(10);
        }
    }

    @Test
    void connectionsThatAreCutAreCountedOnce() throws Exception {
        try (EchoOrigin origin = EchoOrigin.start();
                PingLoad load = PingLoad.start(origin.address(), 5, 5, Duration.ofMillis(5))) {
            load.awaitOpen(PATIENCE);
            cut(origin);

            PingLoad.Result result = load.stop(Duration.ofSeconds(2));

            assertThat(result.answered()).isZero();
            assertThat(result.failures().total()).isEqualTo(10);
        }
    }

    private static void cut(EchoOrigin origin) {
        origin.close();
    }
}
