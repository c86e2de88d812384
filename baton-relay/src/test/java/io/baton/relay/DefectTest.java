package io.baton.relay;

import static io.baton.relay.RelayFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a defect, here or in a caller, may cost: never a loop in silence. */
class DefectTest {

    @Test
    void aCommandThatFailsIsAnsweredAndTheLoopGoesOn() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start()) {
            EventLoop loop = fixture.relay.loop(0);
            Fd closed = fixture.listen(loopback(0));
            closed.close();
            AtomicBoolean answered = new AtomicBoolean();

            loop.addListener(closed, false, Route.NONE, () -> answered.set(true));

            Waits.until(answered::get);
            try (Socket client = fixture.connect()) {
                ConnectTest.assertEchoes(client);
            }
            assertThat(fixture.deaths).isEmpty();
        }
    }

    @Test
    void anObserverThatThrowsAtEveryCallHarmsNobody() throws Exception {
        RelayOptions one = RelayOptions.defaults().withWorkers(1).withMaxConnections(1);
        Throwing observer = new Throwing();
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .options(one)
                        .to(echo.port())
                        .observedBy(observer)
                        .start();
                Socket first = fixture.connect()) {
            ConnectTest.assertEchoes(first);
            try (Socket second = fixture.connect()) {
                Waits.until(() -> observer.calls.contains("paused"));
                Traffic.finish(first);
                ConnectTest.assertEchoes(second);
            }
            Waits.until(() -> Collections.frequency(observer.calls, "closed") == 2);
            assertThat(observer.calls).contains("opened", "paused", "resumed");
        }
    }

    @Test
    void aLoopThatDiesIsReportedAndNotWaitedFor() throws Exception {
        AtomicBoolean deadly = new AtomicBoolean();
        FaultyPosix faulty = new FaultyPosix()
                .on(
                        "epollWait",
                        (call, arguments) -> deadly.getAndSet(false) ? -Errno.EBADF.number() : call.make(arguments));
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .posix(faulty.posix())
                        .options(RelayOptions.defaults().withWorkers(2))
                        .to(echo.port())
                        .start()) {
            deadly.set(true);
            fixture.relay.poke();

            assertThat(fixture.deaths.poll(RelayFixture.PATIENCE_MS, TimeUnit.MILLISECONDS))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("epoll_wait");
            for (int i = 0; i < 4; i++) { // the other loop serves the socket they shared
                try (Socket client = fixture.connect()) {
                    ConnectTest.assertEchoes(client);
                }
            }
            RelayListener late = new RelayListener(
                    "late", List.of(), () -> fixture.endpoints.iterator(), Duration.ZERO, Duration.ofSeconds(1));
            assertThatThrownBy(() -> fixture.relay.addListener(late))
                    .hasMessage("listener late comes after an event loop died");
            fixture.relay.stopAccepting(); // which throws after 5 s without an answer
        }
    }

    @Test
    void aPauseForFdsAtTheConnectionLimitSleeps() throws Exception {
        AtomicLong clock = new AtomicLong();
        AtomicLong refused = new AtomicLong(-1);
        FaultyPosix faulty = new FaultyPosix()
                .on(
                        "accept",
                        (call, arguments) -> refused.compareAndSet((int) arguments[0], -1)
                                ? -Errno.EMFILE.number()
                                : call.make(arguments));
        RelayOptions options = RelayOptions.defaults().withWorkers(2).withMaxConnections(1);
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay()
                        .posix(faulty.posix())
                        .options(options)
                        .clock(clock::get)
                        .to(echo.port())
                        .start();
                Fd first = fixture.listen(loopback(0));
                Fd second = fixture.listen(loopback(0))) {
            fixture.relay.addListener(listener("first", List.of(List.of(first)), fixture));
            fixture.relay.addListener(listener("second", List.of(List.of(), List.of(second)), fixture));
            refused.set(first.number());
            try (Socket waiting = fixture.connectTo(first)) {
                Waits.until(() -> fixture.pauses.contains("paused OUT_OF_FDS"));
                try (Socket served = fixture.connectTo(second)) {
                    ConnectTest.assertEchoes(served);
                    clock.addAndGet(Duration.ofSeconds(1).toNanos());
                    fixture.relay.poke();

                    Waits.assertAtRest(fixture.relay);
                }
                ConnectTest.assertEchoes(waiting);
            }
            fixture.relay.close(); // before the sockets are closed
        }
    }

    @Test
    void anAddressThatNoSockaddrHoldsCutsItsConnectionAndLeavesNoFd() throws Exception {
        try (RelayFixture fixture = RelayFixture.relay()
                .to(new SocketAddress.UnixPath("/" + "x".repeat(200)))
                .start()) {
            ConnectTest.assertResetAtOnce(fixture, fixture.listener);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            Waits.untilStill(OpenFds::count);
            long before = OpenFds.count();
            for (int i = 0; i < 20; i++) {
                ConnectTest.assertResetAtOnce(fixture, fixture.listener);
                assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            }
            Waits.until(() -> OpenFds.count() <= before);
        }
    }

    private static RelayListener listener(String name, List<List<Fd>> sockets, RelayFixture fixture) {
        return new RelayListener(
                name, sockets, () -> fixture.endpoints.iterator(), Duration.ZERO, Duration.ofSeconds(1));
    }

    private static final class Throwing implements RelayObserver {
        final List<String> calls = new CopyOnWriteArrayList<>();

        private RuntimeException onPurpose(String call) {
            calls.add(call);
            return new IllegalStateException("broken on purpose");
        }

        @Override
        public void connectionOpened(String listener) {
            throw onPurpose("opened");
        }

        @Override
        public void connectionClosed(ConnectionReport report) {
            throw onPurpose("closed");
        }

        @Override
        public void acceptPaused(PauseReason reason) {
            throw onPurpose("paused");
        }

        @Override
        public void acceptResumed() {
            throw onPurpose("resumed");
        }
    }
}
