package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What would mean something else once it is written as HTTP/1.1 reaches no upstream. */
class Http2SmugglingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String[] GOOD = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"};

    static Stream<Arguments> malformed() {
        return Stream.of(
                with("a line break in a value", "x", "a\r\nx-smuggled: 1"),
                with("a lone LF in a value", "x", "a\nb"),
                with("a lone CR in a value", "x", "a\rb"),
                with("a NUL in a value", "x", "a\0b"),
                with("a control character in a value", "x", "a\u0001b"),
                with("a blank before a value", "x", " a"),
                with("a tab behind a value", "x", "a\t"),
                with("a line break in a name", "x\r\ny", "a"),
                with("a colon in a name", "x:y", "a"),
                with("a blank in a name", "x ", "a"),
                with("an empty name", "", "a"),
                with("a name above ASCII", "x\u00e4", "a"),
                with("an upper-case name", "X-Upper", "a"),
                with("Transfer-Encoding", "transfer-encoding", "chunked"),
                with("Transfer-Encoding of nothing", "transfer-encoding", "identity"),
                with("Connection", "connection", "close"),
                with("Connection that names a header", "connection", "x-forwarded-for"),
                with("Keep-Alive", "keep-alive", "timeout=5"),
                with("Proxy-Connection", "proxy-connection", "keep-alive"),
                with("Upgrade", "upgrade", "websocket"),
                with("TE other than trailers", "te", "gzip"),
                with("TE of trailers and more", "te", "trailers, gzip"),
                with("two different lengths", "content-length", "0", "content-length", "1"),
                with("a length with a sign", "content-length", "+0"),
                with("a length in hex", "content-length", "0x0"),
                with("a length that nothing fills", "content-length", "5"),
                with("a Host that says something else", "host", "b"),
                with("a pseudo-header behind a header", "x", "a", ":path", "/other"),
                with("a second path", ":path", "/other"),
                with("a second method", ":method", "POST"),
                with("a second authority", ":authority", "b"),
                with("a pseudo-header of responses", ":status", "200"),
                with("a pseudo-header nobody knows", ":smuggled", "1"),
                of("no method", ":scheme", "http", ":path", "/", ":authority", "a"),
                of("no scheme", ":method", "GET", ":path", "/", ":authority", "a"),
                of("no path", ":method", "GET", ":scheme", "http", ":authority", "a"),
                of("no authority and no Host", ":method", "GET", ":scheme", "http", ":path", "/"),
                of("an empty path", ":method", "GET", ":scheme", "http", ":path", "", ":authority", "a"),
                of("an empty authority", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", ""),
                request("a request line in the method", "GET / HTTP/1.1\r\nx: y", "/", "a"),
                request("a blank in the method", "GET /x", "/", "a"),
                request("a blank in the path", "GET", "/ HTTP/1.1", "a"),
                request("a line break in the path", "GET", "/\r\nx: y", "a"),
                request("a fragment in the path", "GET", "/#x", "a"),
                request("an absolute path", "GET", "http://b/", "a"),
                request("a star that is no OPTIONS", "GET", "*", "a"),
                request("a line break in the authority", "GET", "/", "a\r\nx: y"),
                request("a user in the authority", "GET", "/", "u@a"),
                request("a path in the authority", "GET", "/", "a/b"),
                of("a scheme of two lines", ":method", "GET", ":scheme", "http\r\nx", ":path", "/", ":authority", "a"),
                of("a scheme nobody serves", ":method", "GET", ":scheme", "file", ":path", "/", ":authority", "a"));
    }

    private static Arguments with(String name, String... more) {
        List<String> fields = new ArrayList<>(List.of(GOOD));
        fields.addAll(List.of(more));
        return of(name, fields.toArray(String[]::new));
    }

    private static Arguments request(String name, String method, String path, String authority) {
        return of(name, ":method", method, ":scheme", "http", ":path", path, ":authority", authority);
    }

    private static Arguments of(String name, String... fields) {
        return Arguments.of(name, fields);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedRequestIsAStreamErrorAndReachesNobody(String name, String[] fields) throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.headers(1, true, fields);
            Http2Client.Response refused = client.response(1);
            assertThat(refused.reset()).isEqualTo(Http2Client.PROTOCOL_ERROR);
            assertThat(refused.status()).isIn(0, 400);

            // The connection, and its header compression, go on.
            assertThat(client.get(3, "/after").response(3).body()).isEqualTo("ok");
            assertThat(origin.heads).hasSize(1).first().asString().startsWith("GET /after HTTP/1.1\r\n");
            await().until(() -> proxy.reports.size() == 2);
            assertThat(proxy.reports.getFirst().outcome()).isEqualTo(HttpOutcome.REFUSED);
        }
    }

    @Test
    void connectIsNotForAReverseProxy() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.headers(1, true, ":method", "CONNECT", ":authority", "a:443");
            assertThat(client.response(1).status()).isEqualTo(501);
            assertThat(origin.heads).isEmpty();
        }
    }

    @Test
    void aBodyLongerThanItsLengthNeverBecomesTheNextRequest() throws Exception {
        try (Origin origin = readingAll();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/", "content-length", "2");
            client.data(1, true, "xxGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(client.response(1).reset()).isEqualTo(Http2Client.PROTOCOL_ERROR);
            await().until(() -> proxy.upstreamsOpen.get() == 0);
            assertThat(origin.heads).noneMatch(text -> text.contains("smuggled"));
        }
    }

    @Test
    void aBodyShorterThanItsLengthIsNoRequest() throws Exception {
        try (Origin origin = readingAll();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/", "content-length", "10").data(1, true, (byte) 'x');

            assertThat(client.response(1).reset()).isEqualTo(Http2Client.PROTOCOL_ERROR);
            await().until(() -> proxy.upstreamsOpen.get() == 0); // it is not used for another
            await().until(() -> proxy.reports.size() == 1);
            assertThat(proxy.reports.getFirst().outcome()).isEqualTo(HttpOutcome.REFUSED);
        }
    }

    @Test
    void trailersThatFrameOrRouteGoNowhere() throws Exception {
        try (Origin origin = readingAll();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/").data(1, false, (byte) 'x');
            client.headers(1, true, "content-length", "5", "host", "b", "x-forwarded-for", "1.2.3.4", "x-good", "yes");
            await().until(() -> origin.heads.size() == 2);

            assertThat(origin.heads.get(1)).contains("x-good: yes").doesNotContain("host", "forwarded", "length");
        }
    }

    @Test
    void aPseudoHeaderAmongTheTrailersEndsTheRequest() throws Exception {
        try (Origin origin = readingAll();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/").data(1, false, (byte) 'x').headers(1, true, ":path", "/smuggled");
            assertThat(client.response(1).reset()).isEqualTo(Http2Client.PROTOCOL_ERROR);
            await().until(() -> proxy.upstreamsOpen.get() == 0);
        }
    }

    @Test
    void cookiesBecomeOneAndTheAuthorityTheHost() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.headers(
                    1,
                    true,
                    ":method",
                    "GET",
                    ":scheme",
                    "https",
                    ":path",
                    "/?q",
                    ":authority",
                    "a:8080",
                    "host",
                    "A:8080",
                    "cookie",
                    "a=1",
                    "cookie",
                    "b=2",
                    "te",
                    "trailers");
            assertThat(client.response(1).body()).isEqualTo("ok");
            assertThat(origin.heads.getFirst())
                    .startsWith("GET /?q HTTP/1.1\r\n")
                    .containsOnlyOnce("ookie: a=1; b=2\r\n")
                    .containsOnlyOnce("\r\nHost: a:8080\r\n")
                    .doesNotContain("trailers");
        }
    }

    /** Notes a head, and then everything up to the end of a chunked body. */
    private static Origin readingAll() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, _) -> {
            self[0].head(in);
            self[0].head(in);
        });
        return self[0];
    }
}
