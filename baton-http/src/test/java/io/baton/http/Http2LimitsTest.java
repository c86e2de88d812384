package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What one connection may cost: who wants more is told to calm down, and others are served. */
class Http2LimitsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** Of frames that ask for nothing: what is taken, and some more than time earns meanwhile. */
    private static final int FLOOD = 12_000;

    @Test
    void requestsThatAreResetAtOnceEndTheConnection() throws Exception {
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes());
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            ByteArrayOutputStream flood = new ByteArrayOutputStream();
            byte[] get = Http2Client.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            for (int stream = 1; stream < 1000; stream += 2) {
                flood.writeBytes(Http2Client.frame(Http2Client.HEADERS, 5, stream, get));
                flood.writeBytes(Http2Client.frame(Http2Client.RST_STREAM, 0, stream, Http2Client.number(8)));
            }
            sendAll(client, flood);

            assertThat(client.isToldToCalmDown()).isTrue();
            await().until(() -> proxy.proxy.activeConnections() == 0);
            assertThat(origin.connections.get()).isLessThanOrEqualTo(201);
        }
    }

    @Test
    void pingsWithoutEndEndTheConnection() throws Exception {
        assertCalmed(Http2Client.frame(Http2Client.PING, 0, 0, new byte[8]));
    }

    @Test
    void settingsWithoutEndEndTheConnection() throws Exception {
        assertCalmed(Http2Client.frame(Http2Client.SETTINGS, 0, 0));
    }

    @Test
    void prioritiesWithoutEndEndTheConnection() throws Exception {
        assertCalmed(Http2Client.frame(Http2Client.PRIORITY, 0, 5, new byte[5]));
    }

    @Test
    void windowUpdatesWithoutEndEndTheConnection() throws Exception {
        assertCalmed(Http2Client.frame(Http2Client.WINDOW_UPDATE, 0, 0, Http2Client.number(1)));
    }

    private static void assertCalmed(byte[] frame) throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client other = new Http2Client(proxy.port);
                Http2Client client = new Http2Client(proxy.port)) {
            ByteArrayOutputStream flood = new ByteArrayOutputStream();
            for (int i = 0; i < FLOOD; i++) {
                flood.writeBytes(frame);
            }
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    sendAll(client, flood);
                } catch (IOException e) {
                    // the proxy has closed
                }
            });
            assertThat(client.isToldToCalmDown()).isTrue();
            sender.join();
            assertThat(other.get(1, "/").response(1).body()).isEqualTo("ok");
        }
    }

    private static void sendAll(Http2Client client, ByteArrayOutputStream bytes) throws IOException {
        client.socket.getOutputStream().write(bytes.toByteArray());
    }

    @Test
    void aHeadInEndlessPiecesEndsTheConnection() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            ByteArrayOutputStream flood = new ByteArrayOutputStream();
            flood.writeBytes(Http2Client.frame(Http2Client.HEADERS, 0, 1, Http2Client.block(":method", "GET")));
            for (int i = 0; i < 1000; i++) {
                flood.writeBytes(Http2Client.frame(Http2Client.CONTINUATION, 0, 1, Http2Client.block("x" + i, "y")));
            }
            sendAll(client, flood);

            assertThat(client.isToldToCalmDown()).isTrue();
            await().until(() -> proxy.proxy.activeConnections() == 0);
        }
    }

    @Test
    void emptyDataWithoutEndEndsTheConnection() throws Exception {
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes());
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/");
            ByteArrayOutputStream flood = new ByteArrayOutputStream();
            for (int i = 0; i < 100; i++) {
                flood.writeBytes(Http2Client.frame(Http2Client.DATA, 0, 1));
            }
            sendAll(client, flood);
            assertThat(client.isToldToCalmDown()).isTrue();
        }
    }

    @Test
    void moreHeadersThanAreTakenAre431() throws Exception {
        HttpLimits limits = new HttpLimits(1 << 10, 4 << 10, 10);
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = limited(limits, Http2Options.defaults(), origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            String[] many = new String[8 + 2 * 10];
            Arrays.fill(many, "x");
            System.arraycopy(
                    new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"}, 0, many, 0, 8);
            assertThat(client.headers(1, true, many).response(1).status()).isEqualTo(431);
            many = Arrays.copyOf(many, 10);
            many[9] = "y".repeat(5000);
            assertThat(client.headers(3, true, many).response(3).status()).isEqualTo(431);
            assertThat(client.get(5, "/" + "z".repeat(1100)).response(5).status())
                    .isEqualTo(414);

            assertThat(client.get(7, "/").response(7).body()).isEqualTo("ok");
            await().until(() -> proxy.reports.size() == 4);
            assertThat(proxy.reports.subList(0, 3)).allMatch(report -> report.outcome() == HttpOutcome.REFUSED);
        }
    }

    @Test
    void moreStreamsThanAreTakenAreRefusedAndWereNotBegun() throws Exception {
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes());
                ProxyUnderTest proxy =
                        limited(HttpLimits.defaults(), Http2Options.defaults().withMaxStreams(2), origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.get(1, "/").get(3, "/").get(5, "/");
            assertThat(client.response(5).reset()).isEqualTo(Http2Client.REFUSED_STREAM);
            client.send(Http2Client.RST_STREAM, 0, 1, Http2Client.number(Http2Client.CANCEL));
            client.get(7, "/");
            await().until(() -> origin.connections.get() == 3);
        }
    }

    @Test
    void aConnectionThatAsksForNothingIsToldAndClosedHoweverMuchItPings() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withIdle(Duration.ofMillis(300));
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.send(Http2Client.PING, 0, 0, new byte[8]);
            Http2Client.Frame first = client.await(Http2Client.GOAWAY);
            assertThat(first.number()).isEqualTo(Integer.MAX_VALUE);
            assertThat(first.error()).isZero();
            byte[] ping = client.await(Http2Client.PING).payload();
            client.send(Http2Client.PING, Http2Client.ACK, 0, ping);
            assertThat(client.await(Http2Client.GOAWAY).number()).isZero();
            assertThat(client.read()).isNull();
            client.socket.close();
            await().until(() -> proxy.proxy.activeConnections() == 0);
        }
    }

    @Test
    void withoutPriorKnowledgeThePrefaceIsNoRequest() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = limited(
                        HttpLimits.defaults(), Http2Options.defaults().withPriorKnowledge(false), origin.address());
                Client client = proxy.client()) {
            assertThat(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").read().status())
                    .isEqualTo(505);
        }
    }

    @Test
    void aPrefaceInPiecesIsOneAndWhatOnlyBeginsLikeItIsHttp1() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client pieces = proxy.client();
                Client alike = proxy.client();
                Client later = proxy.client()) {
            for (char each : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".toCharArray()) {
                pieces.send(String.valueOf(each));
                Thread.sleep(2); // a segment of its own, or not: either is a case
            }
            assertThat(pieces.socket.getInputStream().readNBytes(4)[3]).isEqualTo((byte) Http2Client.SETTINGS);

            assertThat(alike.send("PRI")
                            .send("NT / HTTP/1.1\r\nHost: a\r\n\r\n")
                            .read()
                            .body())
                    .isEqualTo("ok");
            assertThat(later.get("/").body()).isEqualTo("ok");
            assertThat(later.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").read().status())
                    .isEqualTo(505);
        }
    }

    private static ProxyUnderTest limited(HttpLimits limits, Http2Options http2, SocketAddress... endpoints) {
        return new ProxyUnderTest(
                HttpTimeouts.defaults(),
                limits,
                ForwardedHeaders.APPEND,
                options -> options,
                http2,
                UpstreamProtocol.HTTP_1_1,
                endpoints);
    }
}
