package io.baton.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class HalfCloseTest {

    @Test
    void aClientThatHasEndedItsStreamStillReceivesALongAnswer() throws Exception {
        long answer = 16L << 20;
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            client.getOutputStream().write("question".getBytes(UTF_8));
            client.shutdownOutput();
            assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("question");

            Future<String> received = Traffic.async(() -> Traffic.receiveAll(client));
            String sent = Traffic.send(server, answer, 100_000, 7);
            Traffic.finish(server);

            assertThat(Traffic.get(received)).isEqualTo(sent);
            ConnectionReport report = fixture.report();
            assertThat(report.outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
            assertThat(report.bytesUp()).isEqualTo(8);
            assertThat(report.bytesDown()).isEqualTo(answer);
        }
    }

    @Test
    void aServerThatHasEndedItsStreamStillReceivesALongUpload() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            server.getOutputStream().write("go".getBytes(UTF_8));
            server.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("go");

            Future<String> received = Traffic.async(() -> Traffic.receiveAll(server));
            String sent = Traffic.send(client, 16L << 20, 100_000, 8);
            Traffic.finish(client);

            assertThat(Traffic.get(received)).isEqualTo(sent);
            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
        }
    }

    @Test
    void endOfStreamComesAfterTheLastByteToASlowReader() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect(4096);
                Socket server = upstream.accept()) {
            Future<String> sent = Traffic.async(() -> {
                String hash = Traffic.send(server, 8L << 20, 100_000, 9);
                Traffic.finish(server);
                return hash;
            });
            Waits.untilStill(() -> fixture.numbers().bytesDown()); // all that fits is in flight

            assertThat(Traffic.receiveAll(client)).isEqualTo(Traffic.get(sent));
        }
    }

    @Test
    void aConnectionClosedWithoutAByteCompletes() throws Exception {
        try (Upstream upstream = new Upstream();
                RelayFixture fixture = RelayFixture.relay().to(upstream.port()).start();
                Socket client = fixture.connect();
                Socket server = upstream.accept()) {
            Traffic.finish(client);
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            Traffic.finish(server);

            assertThat(fixture.report().outcome()).isEqualTo(ConnectionOutcome.COMPLETED);
        }
    }
}
