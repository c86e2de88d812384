package io.baton.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A proxy in front of another one, which speak HTTP/2 with each other; {@code system-tests} has upstreams that others wrote. */
class Http2UpstreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void anHttp1ClientIsServedByAnHttp2Upstream() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest inner = new ProxyUnderTest(origin.address());
                ProxyUnderTest outer = outer(inner);
                Client client = outer.client()) {
            assertThat(client.get("/a").body()).isEqualTo("ok");
            assertThat(client.get("/b").body()).isEqualTo("ok");
            assertThat(client.send("HEAD /c HTTP/1.1\r\nHost: x\r\n\r\n")
                            .read(true)
                            .has("Content-Length: 2"))
                    .isTrue();
            await().until(() -> inner.reports.size() == 3);
            assertThat(inner.reports).allMatch(report -> report.protocol().equals("HTTP/2"));
            assertThat(inner.clientsOpen).hasValue(1);
            assertThat(origin.heads.getFirst())
                    .startsWith("GET /a HTTP/1.1\r\n")
                    .contains("\r\nHost: example\r\n");
        }
    }

    @Test
    void trailersGoBothWaysThroughBoth() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            self[0].head(in); // chunks and trailers
            out.write(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-status: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest inner = new ProxyUnderTest(origin.address());
                ProxyUnderTest outer = outer(inner);
                Client http1 = outer.client();
                Http2Client http2 = new Http2Client(outer.port)) {
            http1.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n");
            assertThat(http1.read().body()).isEqualTo("ok<x-status: 0>");
            assertThat(origin.heads.get(1)).contains("abc").contains("x-end: 1\r\n");

            http2.post(1, "/").data(1, false, (byte) 'a').headers(1, true, "x-end", "2");
            Http2Client.Response response = http2.response(1);
            assertThat(response.body()).isEqualTo("ok");
            assertThat(requireNonNull(response.trailers()).get("x-status")).hasToString("0");
            assertThat(origin.heads.get(3)).contains("x-end: 2\r\n");
        }
    }

    @Test
    void manyRequestsShareFewConnectionsOfAsManyStreamsAsTheUpstreamTakes() throws Exception {
        int requests = 25;
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest inner = new ProxyUnderTest(
                        HttpTimeouts.defaults(),
                        HttpLimits.defaults(),
                        ForwardedHeaders.APPEND,
                        options -> options,
                        Http2Options.defaults().withMaxStreams(10),
                        UpstreamProtocol.HTTP_1_1,
                        origin.address());
                ProxyUnderTest outer = outer(inner);
                Http2Client client = new Http2Client(outer.port)) {
            for (int i = 0; i < requests; i++) {
                client.get(2 * i + 1, "/");
            }
            List<Integer> ended = new ArrayList<>();
            while (ended.size() < requests) {
                Http2Client.Frame frame = client.await(Http2Client.Frame::ends);
                ended.add(frame.stream());
            }
            await().until(() -> outer.reports.size() == requests);
            assertThat(outer.reports).allMatch(report -> report.status() == 200);
            assertThat(inner.reports).noneMatch(report -> report.outcome() == HttpOutcome.REFUSED);
            assertThat(inner.clientsOpen.get()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void anUpstreamThatLeavesIsFollowedByANewConnection() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest inner = new ProxyUnderTest(origin.address());
                ProxyUnderTest outer = outer(inner);
                Client client = outer.client()) {
            assertThat(client.get("/").body()).isEqualTo("ok");
            inner.proxy.drain(DrainDecision.ALWAYS);
            for (int i = 0; i < 50; i++) {
                assertThat(client.get("/").body()).isEqualTo("ok");
            }
            assertThat(outer.reports).allMatch(report -> report.outcome() == HttpOutcome.COMPLETED);
        }
    }

    @Test
    void anEndpointThatSpeaksNoHttp2IsNone() throws Exception {
        try (Origin http1 = new Origin((_, in, out) -> {
                    in.read(new byte[24]);
                    out.write("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                });
                Origin origin = Origin.answering(OK);
                ProxyUnderTest inner = new ProxyUnderTest(origin.address());
                ProxyUnderTest outer = outer(http1.address(), address(inner));
                Client client = outer.client()) {
            assertThat(client.get("/").body()).isEqualTo("ok");
            assertThat(outer.onlyReport().attempts()).isEqualTo(2);
            assertThat(outer.outcomes).contains(UpstreamOutcome.CONNECT_FAILED);
        }
    }

    @Test
    void aCancelledRequestIsCancelledUpstream() throws Exception {
        try (Origin origin = new Origin((_, in, _) -> in.readAllBytes());
                ProxyUnderTest inner = new ProxyUnderTest(origin.address());
                ProxyUnderTest outer = outer(inner);
                Http2Client client = new Http2Client(outer.port)) {
            client.get(1, "/");
            await().until(() -> origin.connections.get() == 1);
            client.send(Http2Client.RST_STREAM, 0, 1, Http2Client.number(Http2Client.CANCEL));
            assertThat(inner.onlyReport().outcome()).isEqualTo(HttpOutcome.CLIENT_CLOSED);
            assertThat(outer.onlyReport().outcome()).isEqualTo(HttpOutcome.CLIENT_CLOSED);
            assertThat(inner.clientsOpen).hasValue(1); // the connection goes on
        }
    }

    @Test
    void anUpstreamThatBreaksOffIsABrokenStreamAndNoEnd() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest inner = new ProxyUnderTest(origin.address());
                ProxyUnderTest outer = outer(inner);
                Http2Client client = new Http2Client(outer.port)) {
            Http2Client.Response broken = client.get(1, "/").response(1);
            assertThat(broken.status()).isEqualTo(200);
            assertThat(broken.reset()).isPositive();
            assertThat(outer.onlyReport().outcome()).isEqualTo(HttpOutcome.UPSTREAM_CLOSED);
        }
    }

    @Test
    void errorsOfTheProxyAreStatusesOfGrpcToItsClients() throws Exception {
        try (ProxyUnderTest outer = outer(new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), 1));
                Http2Client client = new Http2Client(outer.port)) {
            Http2Client.Response refused = client.post(1, "/s.S/M", "content-type", "application/grpc+proto")
                    .response(1);
            assertThat(refused.status()).isEqualTo(200);
            assertThat(requireNonNull(refused.head()).get("content-type")).hasToString("application/grpc");
            assertThat(requireNonNull(refused.head()).get("grpc-status")).hasToString("14");
            assertThat(requireNonNull(refused.head()).get("grpc-message"))
                    .hasToString("no endpoint accepts a connection");
            assertThat(client.frames.stream().filter(frame -> frame.stream() == 1 && frame.ends()))
                    .singleElement()
                    .matches(frame -> frame.type() == Http2Client.HEADERS);
            Http2Client.Response unrouted = client.post(3, "/nowhere", "content-type", "application/grpc")
                    .response(3);
            assertThat(requireNonNull(unrouted.head()).get("grpc-status")).hasToString("12");
            assertThat(client.post(5, "/nowhere", "content-type", "application/grpc-web")
                            .response(5)
                            .status())
                    .isEqualTo(404);
        }
    }

    private static ProxyUnderTest outer(ProxyUnderTest inner) throws IOException {
        return outer(address(inner));
    }

    private static SocketAddress address(ProxyUnderTest proxy) {
        return new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), proxy.port);
    }

    private static ProxyUnderTest outer(SocketAddress... upstreams) {
        return new ProxyUnderTest(
                HttpTimeouts.defaults(),
                HttpLimits.defaults(),
                ForwardedHeaders.APPEND,
                options -> options,
                Http2Options.defaults(),
                UpstreamProtocol.HTTP_2,
                upstreams);
    }
}
