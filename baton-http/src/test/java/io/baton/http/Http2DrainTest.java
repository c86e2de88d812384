package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A generation that leaves tells its HTTP/2 clients in two steps, and refuses no stream. */
class Http2DrainTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void aStreamThatCrossesTheFirstGoawayIsServed() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            assertThat(client.get(1, "/").response(1).body()).isEqualTo("ok");
            proxy.proxy.stopAccepting();
            proxy.proxy.drain(DrainDecision.ALWAYS);

            Http2Client.Frame first = client.await(Http2Client.GOAWAY);
            assertThat(first.number()).isEqualTo(Integer.MAX_VALUE);
            assertThat(first.error()).isZero();
            Http2Client.Frame ping = client.await(Http2Client.PING);
            client.get(3, "/crossed");
            client.send(Http2Client.PING, Http2Client.ACK, 0, ping.payload());

            assertThat(client.response(3).body()).isEqualTo("ok");
            List<Http2Client.Frame> farewells = client.frames.stream()
                    .filter(frame -> frame.type() == Http2Client.GOAWAY)
                    .toList();
            Http2Client.Frame second = farewells.size() > 1 ? farewells.getLast() : client.await(Http2Client.GOAWAY);
            assertThat(second.number()).isEqualTo(3);
            assertThat(second.error()).isZero();
            assertThat(client.read()).isNull();
            client.socket.close();
            await().until(() -> proxy.proxy.activeConnections() == 0);
        }
    }

    @Test
    void aResponseUnderWayIsFinishedAndTheConnectionEndsWithIt() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            awaitQuietly(draining);
            out.write(OK.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            out.flush();
            in.readAllBytes();
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.get(1, "/");
            await().until(() -> origin.heads.size() == 1);
            proxy.proxy.drain(DrainDecision.ALWAYS);
            client.send(
                    Http2Client.PING,
                    Http2Client.ACK,
                    0,
                    client.await(Http2Client.PING).payload());
            assertThat(client.await(Http2Client.GOAWAY).number()).isEqualTo(1);
            draining.countDown();
            assertThat(client.response(1).body()).isEqualTo("ok");
            assertThat(client.read()).isNull();
        }
    }

    @Test
    void aClientThatAnswersNoPingIsNotWaitedFor() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.get(1, "/").response(1);
            proxy.proxy.drain(DrainDecision.ALWAYS);
            client.await(Http2Client.GOAWAY);
            assertThat(client.await(Http2Client.GOAWAY).number()).isEqualTo(1);
            assertThat(client.read()).isNull();
        }
    }

    @Test
    void aConnectionThatComesLateIsTold() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client silent = proxy.client()) {
            await().until(() -> proxy.clientsOpen.get() == 1);
            proxy.proxy.drain(DrainDecision.ALWAYS);
            try (Http2Client client = new Http2Client(proxy.port)) {
                client.await(Http2Client.GOAWAY);
                assertThat(client.get(1, "/").response(1).body()).isEqualTo("ok");
            }
            assertThat(silent.get("/").body()).isEqualTo("ok");
        }
    }

    @Test
    void theDecisionIsAskedAgain() throws Exception {
        AtomicBoolean leave = new AtomicBoolean();
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            proxy.proxy.drain(leave::get);
            assertThat(client.get(1, "/").response(1).body()).isEqualTo("ok");
            assertThat(client.frames).noneMatch(frame -> frame.type() == Http2Client.GOAWAY);
            leave.set(true);
            assertThat(client.await(Http2Client.GOAWAY).number()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void whatAClientStillSendsDoesNotTakeTheLastResponseFromIt() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withLinger(Duration.ofSeconds(2));
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.get(1, "/").response(1);
            proxy.proxy.drain(DrainDecision.ALWAYS);
            client.send(
                    Http2Client.PING,
                    Http2Client.ACK,
                    0,
                    client.await(Http2Client.PING).payload());
            client.get(3, "/");
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            client.send(Http2Client.WINDOW_UPDATE, 0, 0, Http2Client.number(100)); // after our FIN
            assertThat(client.await(Http2Client.GOAWAY).number()).isIn(1, 3);
            while (client.read() != null) {
                // a reset would be an exception
            }
            client.socket.close();
            await().until(() -> proxy.proxy.activeConnections() == 0);
        }
    }

    @Test
    void closeCutsWhatIsLeft() throws Exception {
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes());
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.get(1, "/");
            await().until(() -> origin.connections.get() == 1);
            proxy.proxy.close();
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.CUT);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
