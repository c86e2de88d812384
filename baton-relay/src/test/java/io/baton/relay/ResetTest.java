package io.baton.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ResetTest {

    @Test
    void aResetOfTheClientReachesTheServerAsAReset() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            exchange(client, server);

            Traffic.reset(client);

            assertReset(server);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CLIENT_RESET);
        }
    }

    @Test
    void aResetOfTheServerReachesTheClientAsAReset() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            exchange(client, server);

            Traffic.reset(server);

            assertReset(client);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.UPSTREAM_RESET);
        }
    }

    @Test
    void whatWasSaidBeforeAResetIsStillDelivered() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            exchange(client, server);

            server.getOutputStream().write("last words".getBytes(UTF_8));
            Traffic.reset(server);

            assertThat(client.getInputStream().readNBytes(10)).asString().isEqualTo("last words");
            assertReset(client);
        }
    }

    @Test
    void aResetWhileTheReceiverIsStuckIsSeenAtOnce() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect(4096);
                Socket server = upstream.accept()) {
            Future<String> sent = Traffic.async(() -> Traffic.send(server, 1L << 30, 1 << 20, 1));
            Waits.untilStill(() -> fixture.numbers().bytesDown());

            Traffic.reset(server);

            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.UPSTREAM_RESET);
            assertThatThrownBy(() -> Traffic.receiveAll(client)).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> Traffic.get(sent)).hasRootCauseInstanceOf(SocketException.class);
        }
    }

    @Test
    void aStuckReceiverThatResetsIsSeenAtOnce() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect(4096);
                Socket server = upstream.accept()) {
            Future<String> sent = Traffic.async(() -> Traffic.send(server, 1L << 30, 1 << 20, 1));
            Waits.untilStill(() -> fixture.numbers().bytesDown());

            Traffic.reset(client);

            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CLIENT_RESET);
            assertThatThrownBy(() -> Traffic.get(sent)).hasRootCauseInstanceOf(SocketException.class);
        }
    }

    @Test
    void aResetAfterHalfCloseIsStillAReset() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);

            Traffic.reset(server);

            assertReset(client);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.UPSTREAM_RESET);
        }
    }

    @Test
    void anAnswerOfAServerThatDoesNotReadTheRestStillArrives() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            client.getOutputStream().write(new byte[4096]);
            assertThat(server.getInputStream().read()).isZero();
            server.getOutputStream().write("413".getBytes(UTF_8));
            Traffic.finish(server); // with bytes unread: the JDK sends FIN, then the kernel RST

            assertThat(client.getInputStream().readNBytes(3)).asString().isEqualTo("413");
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.UPSTREAM_RESET);
        }
    }

    @Test
    void closingTheRelayResetsWhatIsLeft() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            exchange(client, server);

            fixture.relay.close();

            assertReset(client);
            assertReset(server);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.CUT);
            assertThat(fixture.relay.activeConnections()).isZero();
        }
    }

    static void exchange(Socket client, Socket server) throws Exception {
        client.getOutputStream().write(1);
        assertThat(server.getInputStream().read()).isEqualTo(1);
        server.getOutputStream().write(2);
        assertThat(client.getInputStream().read()).isEqualTo(2);
    }

    static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }
}
