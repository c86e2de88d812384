package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Duration SHORT = Duration.ofMillis(200);

    private static Client.Response first(HttpLimits limits, String request) throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy =
                        new ProxyUnderTest(HttpTimeouts.defaults(), limits, ForwardedHeaders.APPEND, origin.address());
                Client client = proxy.client()) {
            return client.send(request).read();
        }
    }

    @Test
    void aRequestLineMayBeAsLongAsTheLimit() throws Exception {
        HttpLimits limits = new HttpLimits(100, 1000, 10);
        int overhead = "GET / HTTP/1.1\r".length();

        assertThat(first(limits, "GET /" + "a".repeat(99 - overhead) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(first(limits, "GET /" + "a".repeat(101 - overhead) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .status())
                .isEqualTo(414);
        assertThat(first(limits, "GET /" + "a".repeat(5000)).status()).isEqualTo(414);
    }

    @Test
    void aHeadMayBeAsLongAsTheLimit() throws Exception {
        HttpLimits limits = new HttpLimits(100, 1000, 10);
        String start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        int room = 1000 - start.length() - 4;

        assertThat(first(limits, start + "a".repeat(room) + "\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(first(limits, start + "a".repeat(room + 1) + "\r\n\r\n").status())
                .isEqualTo(431);
        assertThat(first(limits, start + "a".repeat(100_000)).status()).isEqualTo(431);
    }

    @Test
    void thereMayBeAsManyHeadersAsTheLimit() throws Exception {
        HttpLimits limits = new HttpLimits(100, 1000, 10);

        assertThat(first(limits, "GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(9) + "\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(first(limits, "GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(10) + "\r\n")
                        .status())
                .isEqualTo(431);
    }

    @Test
    void aHeadThatDoesNotComeIs408() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withRequestHead(SHORT);
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Client client = proxy.client()) {
            assertThat(client.send("GET / HT").read().status()).isEqualTo(408);
            assertThat(client.atEnd()).isTrue();
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.CLIENT_TIMEOUT);
        }
    }

    @Test
    void aBodyThatDoesNotComeIs408() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withRequestBody(SHORT);
        try (Origin origin = Origin.answering("");
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Client client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");

            assertThat(client.read().status()).isEqualTo(408);
            assertThat(client.atEnd()).isTrue();
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.CLIENT_TIMEOUT);
            assertThat(proxy.outcomes).containsExactly(UpstreamOutcome.CANCELLED);
        }
    }

    @Test
    void anIdleConnectionEndsCleanlyAndWithoutAReport() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withIdle(SHORT);
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Client unused = proxy.client();
                Client used = proxy.client()) {
            assertThat(used.get("/").body()).isEqualTo("ok");
            assertThat(used.atEnd()).isTrue();
            assertThat(unused.atEnd()).isTrue();
            assertThat(proxy.reports).hasSize(1);
        }
    }

    @Test
    void aStreamThatStandsStillIsReset() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withStream(SHORT);
        try (Origin origin = new Origin((_, in, out) -> {
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    in.readAllBytes();
                });
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.UPSTREAM_TIMEOUT);
            org.assertj.core.api.Assertions.assertThatThrownBy(client::rest).hasMessageContaining("reset");
        }
    }

    @Test
    void beyondTheConnectionLimitClientsWaitAndAreServedWhenThereIsRoom() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(
                        HttpTimeouts.defaults(),
                        HttpLimits.defaults(),
                        ForwardedHeaders.APPEND,
                        options -> options.withMaxConnections(2),
                        origin.address());
                Client first = proxy.client();
                Client second = proxy.client()) {
            assertThat(first.get("/").status()).isEqualTo(200);
            assertThat(second.get("/").status()).isEqualTo(200);
            try (Client third = proxy.client()) {
                third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                await().during(Duration.ofMillis(200)).until(() -> proxy.proxy.activeConnections() == 2);
                first.socket.close();
                assertThat(third.read().body()).isEqualTo("ok");
            }
        }
    }
}
