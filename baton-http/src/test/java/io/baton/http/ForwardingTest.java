package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static String forwarded(ForwardedHeaders policy, String request) throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy =
                        new ProxyUnderTest(ProxyUnderTest.TIMEOUTS, HttpLimits.defaults(), policy, origin.address());
                Client client = proxy.client()) {
            assertThat(client.send(request).read().body()).isEqualTo("ok");
            return origin.heads.getFirst().toLowerCase(Locale.ROOT);
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static String forwarded(String request) throws Exception {
        return forwarded(ForwardedHeaders.APPEND, request);
    }

    @Test
    void whatIsForTheOriginGoesOnInOrder() throws Exception {
        String head =
                forwarded("GET /a%2e?b=c HTTP/1.1\r\nHost: Example:81\r\nX-A:  1 \r\nx-b: \u00e9\r\nX-A: 2\r\n\r\n");

        assertThat(head)
                .startsWith("get /a%2e?b=c http/1.1\r\nhost: example:81\r\nx-a: 1\r\nx-b: \u00e9\r\nx-a: 2\r\n");
    }

    @Test
    void whatIsForTheProxyStopsHere() throws Exception {
        String head = forwarded(lines(
                "GET / HTTP/1.1",
                "Host: a",
                "Connection: keep-alive, X-Hop, host",
                "X-Hop: 1",
                "Keep-Alive: 5",
                "TE: trailers",
                "Proxy-Connection: keep-alive",
                "Upgrade: h2c",
                "HTTP2-Settings: a",
                "X-Stay: 1"));

        assertThat(head).contains("host: a\r\n", "x-stay: 1\r\n");
        assertThat(head).doesNotContain("connection", "x-hop", "keep-alive", "te:", "upgrade", "http2-settings");
    }

    @Test
    void appendAddsTheClientToThoseBefore() throws Exception {
        String head = forwarded(lines(
                "GET / HTTP/1.1",
                "Host: a",
                "X-Forwarded-For: 1.1.1.1",
                "X-Forwarded-For: 2.2.2.2",
                "X-Forwarded-Proto: https"));

        assertThat(head).contains("x-forwarded-for: 1.1.1.1, 2.2.2.2, 127.0.0.1\r\n");
        assertThat(head).contains("x-forwarded-proto: https\r\n", "x-forwarded-host: a\r\n");
        assertThat(head).doesNotContain("proto: http\r\n");
    }

    @Test
    void replaceBelievesNobody() throws Exception {
        String head = forwarded(
                ForwardedHeaders.REPLACE,
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\n\r\n");

        assertThat(head)
                .contains("x-forwarded-for: 127.0.0.1\r\n", "x-forwarded-proto: http\r\n", "x-forwarded-host: a\r\n");
        assertThat(head).doesNotContain("1.1.1.1", "evil", "https");
    }

    @Test
    void offAddsNothing() throws Exception {
        assertThat(forwarded(ForwardedHeaders.OFF, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo("get / http/1.1\r\nhost: a\r\n\r\n");
    }

    @Test
    void anAbsoluteTargetReplacesTheHost() throws Exception {
        String head = forwarded("GET http://real:81/x?y HTTP/1.1\r\nHost: other\r\n\r\n");

        assertThat(head).startsWith("get /x?y http/1.1\r\nhost: real:81\r\n");
        assertThat(head).doesNotContain("other");
    }

    @Test
    void anAbsoluteTargetWithoutPathIsTheRoot() throws Exception {
        assertThat(forwarded("GET http://real?y HTTP/1.1\r\nHost: real\r\n\r\n"))
                .startsWith("get /?y http/1.1\r\n");
    }

    @Test
    void anOldRequestWithoutHostGetsOne() throws Exception {
        assertThat(forwarded("GET / HTTP/1.0\r\n\r\n")).startsWith("get / http/1.1\r\nhost: 127.0.0.1:");
    }

    @Test
    void emptyLinesBeforeARequestAreIgnored() throws Exception {
        assertThat(forwarded("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("get / ");
    }

    @Test
    void aHeadMayComeByteByByte() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client other = proxy.client();
                Client client = proxy.client()) {
            for (char octet : "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(octet));
                other.get("/other"); // the one loop has then seen what came before
            }

            assertThat(client.read().body()).isEqualTo("ok");
        }
    }

    @Test
    void theResponseLosesWhatIsForTheProxyOnly() throws Exception {
        try (Origin origin = Origin.answering(lines(
                        "HTTP/1.1 299 My own",
                        "Connection: X-Hop",
                        "X-Hop: 1",
                        "Keep-Alive: 1",
                        "X-A: b",
                        "Content-Length: 0"));
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/").head()).isEqualTo("HTTP/1.1 299 My own\r\nX-A: b\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.get("/").status()).isEqualTo(299);
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void anOldClientIsToldWhetherItsConnectionIsKept() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client kept = proxy.client();
                Client closed = proxy.client()) {
            Client.Response response = kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .read();
            assertThat(response.has("Connection: keep-alive")).isTrue();
            assertThat(kept.get("/").status()).isEqualTo(200);
            assertThat(closed.send("GET / HTTP/1.0\r\n\r\n").read().has("Connection: close"))
                    .isTrue();
            assertThat(closed.atEnd()).isTrue();
        }
    }

    @Test
    void nowhereIs404AndTheConnectionGoesOn() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            assertThat(client.get("/nowhere").status()).isEqualTo(404);
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                all.append("GET ")
                        .append(i % 3 == 2 ? "/nowhere" : "/")
                        .append(i)
                        .append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.send(all.toString());
            client.socket.shutdownOutput();

            for (int i = 0; i < 200; i++) {
                assertThat(client.read().status()).isEqualTo(i % 3 == 2 ? 404 : 200);
            }
            assertThat(client.atEnd()).isTrue();
            assertThat(origin.heads.getFirst()).startsWith("GET /0 ");
            assertThat(origin.heads.getLast()).startsWith("GET /199 ");
        }
    }
}
