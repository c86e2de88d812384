package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalTest {

    @Test
    void aRehearsalMovesSmallMessagesAndBulkAndLeavesNothing() {
        long before = OpenFds.count();

        RehearsalResult result = Rehearsal.run(Posix.linux(), new RehearsalOptions(64, Duration.ofMillis(1500)));

        assertThat(result.failure()).isEmpty();
        assertThat(result.connections()).isGreaterThanOrEqualTo(64);
        assertThat(result.messages()).isGreaterThan(64);
        assertThat(result.bytes()).isGreaterThan(1 << 20);
        assertThat(result.moves()).isGreaterThanOrEqualTo(64);
        assertThat(result.duration()).isBetween(Duration.ofMillis(1500), Duration.ofMillis(3000));
        assertThat(OpenFds.count()).isEqualTo(before);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("baton-rehearsal"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socket",
                "epollCreate",
                "eventFd",
                "listen",
                "connect",
                "setNonBlocking",
                "localAddress",
                "socketPair",
                "sendMessage",
                "receiveMessage"
            })
    void aRehearsalThatFailsSaysSoAndLeavesNothing(String call) {
        long before = OpenFds.count();

        RehearsalResult result = Rehearsal.run(
                new FaultyPosix().failing(call, Errno.EMFILE).posix(), new RehearsalOptions(4, Duration.ofSeconds(1)));

        assertThat(result.failure())
                .hasValueSatisfying(failure -> assertThat(failure).contains("EMFILE"));
        assertThat(OpenFds.count()).isEqualTo(before);
    }
}
