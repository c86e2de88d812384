package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.SocketAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pooled connections, and endpoints that fail. */
class UpstreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static SocketAddress nobody() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return new SocketAddress.Inet(socket.getInetAddress(), socket.getLocalPort());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void oneConnectionServesManyClients() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address())) {
            for (int i = 0; i < 5; i++) {
                try (Client client = proxy.client()) {
                    assertThat(client.get("/").body()).isEqualTo("ok");
                }
            }
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void aConnectionWithBytesLeftOverIsNotUsedAgain() throws Exception {
        try (Origin origin = Origin.answering(OK + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").body()).isEqualTo("ok");
            }
            assertThat(origin.connections).hasValue(3);
        }
    }

    /** Closes each connection when its second request comes. */
    private static Origin closingAtTheSecond() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write(bytes(OK));
            self[0].head(in);
        });
        return self[0];
    }

    @Test
    void aRequestThatMeetsAClosedKeptConnectionIsSentAgain() throws Exception {
        try (Origin origin = closingAtTheSecond();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.get("/").body()).isEqualTo("ok");
            }
            assertThat(proxy.outcomes).contains(UpstreamOutcome.STALE);
            assertThat(proxy.reports).allMatch(report -> report.outcome() == HttpOutcome.COMPLETED);
        }
    }

    @Test
    void aRequestThatMustNotBeDoneTwiceIsNotSentTwice() throws Exception {
        try (Origin origin = closingAtTheSecond();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").body()).isEqualTo("ok");

            assertThat(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                            .read()
                            .status())
                    .isEqualTo(502);
            assertThat(origin.heads.stream().filter(head -> head.startsWith("POST")))
                    .hasSize(1);
        }
    }

    @Test
    void theNextEndpointIsTriedWhenOneRefuses() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(nobody(), nobody(), origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").body()).isEqualTo("ok");
            assertThat(proxy.onlyReport().attempts()).isEqualTo(3);
            assertThat(proxy.outcomes)
                    .containsExactly(
                            UpstreamOutcome.CONNECT_FAILED, UpstreamOutcome.CONNECT_FAILED, UpstreamOutcome.COMPLETED);
        }
    }

    @Test
    void aClusterWhoseEndpointsAllRefuseIs502AndAnEmptyOne503() throws Exception {
        try (ProxyUnderTest refusing = new ProxyUnderTest(nobody(), nobody());
                ProxyUnderTest empty = new ProxyUnderTest();
                Client first = refusing.client();
                Client second = empty.client()) {
            assertThat(first.get("/").status()).isEqualTo(502);
            assertThat(first.get("/").status()).isEqualTo(502);
            assertThat(second.get("/").status()).isEqualTo(503);
            assertThat(second.get("/").status()).isEqualTo(503);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "hello\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"
            })
    void aMalformedResponseIs502(String response) throws Exception {
        try (Origin origin = Origin.answering(response);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").status()).isEqualTo(502);
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.UPSTREAM_MALFORMED);
            assertThat(client.get("/nowhere").status()).isEqualTo(404);
        }
    }

    @Test
    void anOriginThatClosesWithoutAWordIs502() throws Exception {
        try (Origin origin = new Origin((_, _, _) -> {});
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").status()).isEqualTo(502);
        }
    }

    @Test
    void anOriginThatSaysNothingIs504() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withResponse(Duration.ofMillis(200));
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes());
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").status()).isEqualTo(504);
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.UPSTREAM_TIMEOUT);
            assertThat(proxy.outcomes).containsExactly(UpstreamOutcome.TIMEOUT);
        }
    }

    @Test
    void aClientThatLeavesCancelsItsRequest() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        try (Origin origin = new Origin((_, in, _) -> {
                    in.readAllBytes();
                    ended.incrementAndGet();
                });
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address())) {
            try (Client client = proxy.client()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                await().until(() -> origin.connections.get() == 1);
                client.socket.setSoLinger(true, 0);
            }
            await().untilAtomic(ended, org.hamcrest.Matchers.is(1));
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.CLIENT_CLOSED);
        }
    }

    @Test
    void aClientThatOnlySaysNoMoreIsStillAnswered() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.socket.shutdownOutput();

            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(client.atEnd()).isTrue();
        }
    }
}
