package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Errno;
import io.baton.posix.PosixException;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoredConnection;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Moves that meet a relay that closes, a loop that is stuck, a kernel that refuses. */
class MoveDefectTest {

    @Test
    void aRelayThatClosesDuringAnOfferDoesNotHarmTheNewOwner() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            List<Ferry.Crossing> crossings = scene.ferry.offer(scene.first.relay, scene.second.relay, Ferry.BATCH);
            crossings.forEach(crossing -> crossing.arriving().activate());

            scene.first.relay.close();
            crossings.forEach(crossing -> crossing.leaving().released());

            ResetTest.exchange(scene.client(), scene.server());
            assertThat(scene.first.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            assertThat(scene.first.relay.activeConnections()).isZero();
        }
    }

    @Test
    void aConnectionReleasedJustBeforeItsRelayClosesIsNotCut() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            scene.move(Ferry.Between.NOTHING);
            scene.first.relay.close();

            ResetTest.exchange(scene.client(), scene.server());
            assertThat(scene.first.reports).isEmpty();
            assertThat(scene.first.moved).hasValue(1);
        }
    }

    @Test
    void aConnectionThatComesToARelayThatClosedIsClosedAndForgotten() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            long before = OpenFds.count();
            MigratableConnection leaving = offered(scene);
            RestoredConnection arriving =
                    scene.second.relay.connectionRestorer().restore(scene.ferry.pass(leaving.snapshot()));
            scene.second.relay.close();
            long closed = OpenFds.count();

            arriving.activate();

            assertThat(scene.second.relay.activeConnections()).isZero();
            assertThat(OpenFds.count()).isEqualTo(closed - 2).isLessThan(before);
            assertThatThrownBy(() -> scene.second.relay.connectionRestorer().restore(leaving.snapshot()))
                    .hasMessage("the relay is closed, or its worker 0 is");
            leaving.resume();
            ResetTest.exchange(scene.client(), scene.server());
        }
    }

    @Test
    void aLoopThatIsStuckGivesNothingAndKeepsItsConnections() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start();
                Socket client = fixture.connect()) {
            ConnectTest.assertEchoes(client);
            fixture.relay.loop(0).stopAccepting(() -> {
                try {
                    assertThat(stuck.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });

            assertThat(fixture.relay.connectionSource().quiesce(Ferry.BATCH, Duration.ofMillis(50)))
                    .isEmpty();
            stuck.countDown();

            ConnectTest.assertEchoes(client);
        }
    }

    @Test
    void aConnectionThatTheKernelDoesNotTakeIntoEpollIsCut() throws Exception {
        FaultyPosix faulty = new FaultyPosix();
        try (EchoServer echo = new EchoServer();
                Ferry ferry = new Ferry();
                RelayFixture first = RelayFixture.relay().to(echo.port()).start();
                RelayFixture second = RelayFixture.relay().posix(faulty.posix()).start();
                Socket client = first.connect()) {
            ConnectTest.assertEchoes(client);
            faulty.on("epollControl", (call, arguments) -> -Errno.ENOSPC.number());
            ferry.moveAll(first.relay, second.relay);

            assertThat(second.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            ResetTest.assertReset(client);
        }
    }

    @Test
    void aPipeThatIsNoneCutsItsConnectionAndLeavesNoFd() throws Exception {
        FaultyPosix faulty = new FaultyPosix();
        try (Upstream upstream = new Upstream();
                Ferry ferry = new Ferry();
                RelayFixture first = RelayFixture.relay().to(upstream.port()).start();
                RelayFixture second = RelayFixture.relay().posix(faulty.posix()).start();
                Socket client = first.connect(4096);
                Socket server = upstream.accept()) {
            var sent = Traffic.async(() -> Traffic.send(server, MovingState.BULK, 100_000, 1));
            Waits.untilStill(() -> first.numbers().bytesDown());
            assertThat(OpenFds.pipes()).isGreaterThan(0);
            faulty.on("pipeCapacity", (call, arguments) -> {
                throw new PosixException("fcntl(F_GETPIPE_SZ)", Errno.EBADF.number());
            });
            ferry.moveAll(first.relay, second.relay);

            assertThat(second.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            assertThatThrownBy(() -> Traffic.get(sent)).hasRootCauseInstanceOf(java.io.IOException.class);
            assertThatThrownBy(() -> Traffic.receiveAll(client)).isInstanceOf(java.io.IOException.class);
            assertThat(second.relay.activeConnections()).isZero();
        }
    }

    @Test
    void pipesBeyondWhatAWorkerMayAdoptAreRefused() throws Exception {
        PipePool pool = new PipePool(io.baton.posix.Posix.linux(), 4096, 3);
        assertThat(pool.tryExpect(2)).isTrue();
        assertThat(pool.tryExpect(2)).isFalse();
        assertThat(pool.tryExpect(1)).isTrue();
        pool.expectNoMore(3);
        assertThat(pool.tryExpect(3)).isTrue();
    }

    private static MigratableConnection offered(MoveScene scene) {
        return scene.first
                .relay
                .connectionSource()
                .quiesce(Ferry.BATCH, Ferry.PATIENCE)
                .getFirst();
    }
}
