package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What two parsers could read differently is refused, the connection with it, and nothing of it reaches the origin. */
class RequestSmugglingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String GET = "GET / HTTP/1.1\r\n";

    static Stream<Arguments> refused() {
        return Stream.of(
                bad("both framings", POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                bad("two lengths", POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
                bad("the same length twice", POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
                bad("a list of lengths", POST + "Content-Length: 5, 5\r\n\r\nhello", 400),
                bad("a length with sign", POST + "Content-Length: +5\r\n\r\nhello", 400),
                bad("a negative length", POST + "Content-Length: -5\r\n\r\n", 400),
                bad("a hex length", POST + "Content-Length: 0x5\r\n\r\nhello", 400),
                bad("a length with space in it", POST + "Content-Length: 5 5\r\n\r\nhello", 400),
                bad("an empty length", POST + "Content-Length:\r\n\r\n", 400),
                bad("a length that overflows", POST + "Content-Length: 99999999999999999999\r\n\r\n", 400),
                bad(
                        "chunked twice",
                        POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        400),
                bad("a coding before chunked", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
                bad("identity", POST + "Transfer-Encoding: identity\r\n\r\n", 501),
                bad("xchunked", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
                bad("chunked with vertical tab", POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n", 400),
                bad("space before the colon", POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
                bad("tab before the colon", POST + "Content-Length\t: 5\r\n\r\nhello", 400),
                bad(
                        "two lengths in HTTP/1.0",
                        "POST / HTTP/1.0\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\nhello",
                        400),
                bad(
                        "a body without a length, of a draft of WebSocket",
                        GET + "Host: a\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n",
                        400),
                bad("a lone CR before the request", "\r" + GET + "Host: a\r\n\r\n", 400),
                bad("a lone LF before the request", "\n" + GET + "Host: a\r\n\r\n", 400),
                bad("many empty lines before the request", "\r\n\r\n\r\n" + GET + "Host: a\r\n\r\n", 400),
                bad("a vertical tab for a space", "GET\u000b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a lone CR for a space", "GET\r/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a length in digits of another script", POST + "Content-Length: \u00b2\r\n\r\n", 400),
                bad("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                bad("a folded header", GET + "Host: a\r\nX: b\r\n c\r\n\r\n", 400),
                bad("a folded first header", GET + " Host: a\r\n\r\n", 400),
                bad("a lone LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
                bad("a lone LF after a header", GET + "Host: a\nX: b\r\n\r\n", 400),
                bad("LF LF at the end", GET + "Host: a\r\n\n", 400),
                bad("a lone CR in a value", GET + "Host: a\r\nX: b\rc\r\n\r\n", 400),
                bad("a NUL in a value", GET + "Host: a\r\nX: b\0c\r\n\r\n", 400),
                bad("a NUL in a name", GET + "Host: a\r\nX\0: b\r\n\r\n", 400),
                bad("an empty name", GET + "Host: a\r\n: b\r\n\r\n", 400),
                bad("no colon", GET + "Host: a\r\nX\r\n\r\n", 400),
                bad("no Host", GET + "X: b\r\n\r\n", 400),
                bad("no headers", GET + "\r\n", 400),
                bad("two Hosts", GET + "Host: a\r\nHost: a\r\n\r\n", 400),
                bad("an empty Host", GET + "Host:\r\n\r\n", 400),
                bad("a Host with path", GET + "Host: a/b\r\n\r\n", 400),
                bad("a Host with user", GET + "Host: u@a\r\n\r\n", 400),
                bad("a Host with two ports", GET + "Host: a:1:2\r\n\r\n", 400),
                bad("a Host with a word for a port", GET + "Host: a:b\r\n\r\n", 400),
                bad("no version", "GET /\r\nHost: a\r\n\r\n", 400),
                bad("a space too many", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a space at the end of the line", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
                bad("a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a control in the target", "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a target that is no path", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("an asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("an absolute target with user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("a method with a bracket", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("CONNECT to no port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
                bad("CONNECT with a body", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 1\r\n\r\na", 400),
                bad("HTTP/2 without a word before", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
                bad("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
                bad("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400),
                bad("TLS", "\u0016\u0003\u0001\u0002\u0000", 400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void whatIsAmbiguousIsRefusedAndGoesNowhere(String what, String request, int status) throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            Client.Response response = client.send(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                    .read();

            assertThat(response.status()).as(response.toString()).isEqualTo(status);
            assertThat(response.has("Connection: close")).isTrue();
            assertThat(client.rest()).isEmpty();
            assertThat(origin.heads).isEmpty();
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.REFUSED);
            assertThat(proxy.onlyReport().status()).isEqualTo(status);
        }
    }

    static Stream<Arguments> badChunks() {
        return Stream.of(
                bad("no hex digit", "x\r\nhello\r\n0\r\n\r\n", 400),
                bad("0x", "0x5\r\nhello\r\n0\r\n\r\n", 400),
                bad("a sign", "+5\r\nhello\r\n0\r\n\r\n", 400),
                bad("a space before the size", " 5\r\nhello\r\n0\r\n\r\n", 400),
                bad("a space behind the size", "5 \r\nhello\r\n0\r\n\r\n", 400),
                bad("an empty size", "\r\nhello\r\n0\r\n\r\n", 400),
                bad("a size beyond all", "fffffffffffffffff\r\nhello", 400),
                bad("LF behind the size", "5\nhello\r\n0\r\n\r\n", 400),
                bad("LF behind the data", "5\r\nhello\n0\r\n\r\n", 400),
                bad("more data than said", "5\r\nhello!\r\n0\r\n\r\n", 400),
                bad("LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n", 400),
                bad("endless extensions", ("1;" + "a".repeat(1000) + "\r\nx\r\n").repeat(40), 400),
                bad("endless trailers", "0\r\n" + "X: a\r\n".repeat(200), 431),
                bad("a space before a trailer's colon", "0\r\nX : a\r\n\r\n", 400),
                bad("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n", 400),
                bad("a trailer with LF", "0\r\nX: a\n\r\n", 400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badChunks")
    void aMalformedChunkEndsBothConnections(String what, String body, int status) throws Exception {
        try (Origin origin = Origin.answering("");
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + body);

            Client.Response response = client.read();

            assertThat(response.status()).as(response.toString()).isEqualTo(status);
            assertThat(client.rest()).isEmpty();
            assertThat(proxy.onlyReport().outcome()).isEqualTo(HttpOutcome.REFUSED);
        }
    }

    @Test
    void aRefusedRequestDoesNotTakeTheOneBeforeWithIt() throws Exception {
        try (Origin origin = Origin.answering(OK);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            client.send(GET + "Host: a\r\n\r\n" + GET + "Host : a\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.read().status()).isEqualTo(400);
            assertThat(client.atEnd()).isTrue();
        }
    }

    private static Arguments bad(String what, String request, int status) {
        return Arguments.of(what, request, status);
    }
}
