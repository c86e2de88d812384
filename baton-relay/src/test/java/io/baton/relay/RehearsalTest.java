package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.RehearsalOptions;
import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalTest {

    @Test
    void aRehearsalMovesSmallMessagesAndBulkAndLeavesNothing() {
        long before = OpenFds.count();

        RehearsalResult result =
                rehearse(Posix.linux(), new RehearsalOptions(64, Integer.MAX_VALUE, Duration.ofSeconds(4)));

        assertThat(result.failure()).isEmpty();
        assertThat(result.connections()).isGreaterThanOrEqualTo(64);
        assertThat(result.messages()).isGreaterThan(64);
        assertThat(result.bytes()).isGreaterThan(1 << 20);
        assertThat(result.moves()).isGreaterThanOrEqualTo(64);
        assertThat(result.duration()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
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

        RehearsalResult result = rehearse(
                new FaultyPosix().failing(call, Errno.EMFILE).posix(),
                new RehearsalOptions(4, 64, Duration.ofSeconds(1)));

        assertThat(result.failure())
                .hasValueSatisfying(failure -> assertThat(failure).contains("EMFILE"));
        assertThat(OpenFds.count()).isEqualTo(before);
    }

    @Test
    void aRehearsalEndsBeforeItsLimitOnceItHasHadEnoughConnections() {
        RehearsalResult result = rehearse(Posix.linux(), new RehearsalOptions(8, 32, Duration.ofMinutes(1)));

        assertThat(result.failure()).isEmpty();
        assertThat(result.connections()).isGreaterThanOrEqualTo(32);
        assertThat(result.duration()).isLessThan(Duration.ofSeconds(50));
    }

    @Test
    void aRehearsalMayLookAtWhatItsClientsSayFirst() {
        AtomicInteger looks = new AtomicInteger();

        RehearsalResult result = Rehearsal.run(
                Posix.linux(),
                new RehearsalOptions(8, 32, Duration.ofMinutes(1)),
                RelayObserver.NONE,
                address -> new Routing.ByFirstBytes(
                        new FirstBytesRouter() {
                            @Override
                            public Decision decide(ByteBuffer bytes) {
                                looks.incrementAndGet();
                                return new Decision.Go(to(address));
                            }

                            @Override
                            public Optional<Destination> destination(String name) {
                                return Optional.of(to(address));
                            }
                        },
                        Duration.ofSeconds(10),
                        100));

        assertThat(result.failure()).isEmpty();
        assertThat(looks).hasValueGreaterThanOrEqualTo(32);
    }

    private static RehearsalResult rehearse(Posix posix, RehearsalOptions options) {
        return Rehearsal.run(posix, options, RelayObserver.NONE, address -> new Routing.Fixed(to(address)));
    }

    private static Destination to(SocketAddress address) {
        return new Destination("origin", () -> List.of(address).iterator(), Duration.ofSeconds(5));
    }
}
