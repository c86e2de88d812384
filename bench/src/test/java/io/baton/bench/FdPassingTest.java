package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class FdPassingTest {

    @Test
    void theProgramPassesAllConnectionsAndSaysHowLongThatTook() throws Exception {
        try (Scene scene = new Scene("test")) {
            Optional<FdPassing> program = FdPassing.compile(scene);
            assumeThat(program).as("a C compiler").isPresent();

            FdPassing.Result result = program.orElseThrow().run(300);

            assertThat(result.connections()).isEqualTo(300);
            assertThat(result.totalMs()).isPositive();
            assertThat(result.p50Ms()).isPositive().isLessThanOrEqualTo(result.p99Ms());
            assertThat(result.maxMs()).isGreaterThanOrEqualTo(result.p99Ms());
            assertThat(result.fdsPerSecond()).isPositive();
        }
    }
}
