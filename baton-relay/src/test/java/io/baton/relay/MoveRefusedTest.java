package io.baton.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.spi.BatchLimit;
import io.baton.spi.MigratableConnection;
import io.baton.spi.RestoreException;
import io.baton.spi.Snapshot;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What does not move, and why. */
class MoveRefusedTest {
    private static final RelayOptions TWO_WORKERS = RelayOptions.defaults().withWorkers(2);

    @Test
    void whatWasRefusedIsOfferedAgainInTheNextHandoverOnly() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            MigratableConnection offered =
                    Ferry.quiesce(scene.first, Ferry.BATCH).getFirst();
            offered.resume();
            assertThat(Ferry.quiesce(scene.first, Ferry.BATCH)).isEmpty();

            scene.first.relay.connectionSource().handoverEnded();

            List<MigratableConnection> again = Ferry.quiesce(scene.first, Ferry.BATCH);
            assertThat(again).singleElement().satisfies(c -> assertThat(c.id()).isEqualTo(offered.id()));
            again.getFirst().resume();
            ResetTest.exchange(scene.client(), scene.server());
        }
    }

    @Test
    void aBatchKeepsWithinItsLimits() throws Exception {
        try (EchoServer echo = new EchoServer();
                RelayFixture fixture = RelayFixture.relay().to(echo.port()).start();
                Socket one = fixture.connect();
                Socket two = fixture.connect();
                Socket three = fixture.connect()) {
            for (Socket client : List.of(one, two, three)) {
                ConnectTest.assertEchoes(client);
            }
            assertThat(Ferry.quiesce(fixture, new BatchLimit(64, 1, 1 << 20))).isEmpty();
            assertThat(Ferry.quiesce(fixture, new BatchLimit(64, 64, 10))).isEmpty();
            assertThat(Ferry.quiesce(fixture, new BatchLimit(0, 64, 1 << 20))).isEmpty();
            List<MigratableConnection> byFds = Ferry.quiesce(fixture, new BatchLimit(64, 3, 1 << 20));
            List<MigratableConnection> byCount = Ferry.quiesce(fixture, new BatchLimit(1, 64, 1 << 20));
            List<MigratableConnection> rest = Ferry.quiesce(fixture, Ferry.BATCH);

            assertThat(List.of(byFds.size(), byCount.size(), rest.size())).containsExactly(1, 1, 1);
            for (List<MigratableConnection> batch : List.of(byFds, byCount, rest)) {
                batch.forEach(MigratableConnection::resume);
            }
            for (Socket client : List.of(one, two, three)) {
                ConnectTest.assertEchoes(client);
            }
        }
    }

    @Test
    void aConnectionIsRefusedWhenThereIsNoRoomOrNoListenerForIt() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect();
                RelayFixture full = RelayFixture.relay()
                        .options(RelayOptions.defaults().withWorkers(1).withMaxConnections(1))
                        .to(scene.upstream.port())
                        .start();
                Socket only = full.connect();
                Socket onlyServer = scene.upstream.accept();
                Relay bare = new Relay(Posix.linux(), TWO_WORKERS, RelayObserver.NONE)) {
            bare.start();
            Waits.until(() -> full.relay.activeConnections() == 1);
            MigratableConnection offered =
                    Ferry.quiesce(scene.first, Ferry.BATCH).getFirst();

            assertRefused(full.relay, scene, offered, "the limit of 1 connections is reached");
            assertRefused(bare, scene, offered, "there is no TCP listener test here");

            assertThat(full.relay.activeConnections()).isOne();
            offered.resume();
            ResetTest.exchange(scene.client(), scene.server());
            ResetTest.exchange(only, onlyServer);
        }
    }

    private static void assertRefused(Relay relay, MoveScene scene, MigratableConnection offered, String why) {
        Snapshot passed = scene.ferry.pass(offered.snapshot());
        assertThatThrownBy(() -> relay.connectionRestorer().restore(passed))
                .isInstanceOf(RestoreException.class)
                .hasMessage(why);
        passed.fds().forEach(Fd::close);
    }

    @Test
    void aSnapshotWithTheWrongFdsOrOfAnotherVersionIsRefused() throws Exception {
        try (MoveScene scene = new MoveScene(true).connect()) {
            MigratableConnection offered =
                    Ferry.quiesce(scene.first, Ferry.BATCH).getFirst();
            Snapshot whole = offered.snapshot();
            Snapshot tooFew =
                    new Snapshot(whole.kind(), whole.bytes(), whole.fds().subList(0, 1));
            byte[] bytes = whole.bytes().clone();
            bytes[0] = 3;
            Snapshot newer = new Snapshot(whole.kind(), bytes, whole.fds());
            var restorer = scene.second.relay.connectionRestorer();

            assertThatThrownBy(() -> restorer.restore(tooFew)).hasMessage("connection 0 comes with 1 fds, expected 2");
            assertThatThrownBy(() -> restorer.restore(newer))
                    .hasMessage("a relay snapshot of version 3, expected 1 to 2");
            assertThat(restorer.adopts(1)).isTrue();
            assertThat(restorer.adopts(2)).isTrue();
            assertThat(restorer.adopts(3)).isFalse();
            assertThat(scene.second.relay.activeConnections()).isZero();
            offered.resume();
        }
    }
}
