package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two readers would understand differently (request smuggling), and those that are too large: refused, and nothing of
 * them reaches the origin as a request of its own.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HttpRefusalsTest {
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    static Path shared;

    private static RecordingOrigin origin;
    private static HttpFront front;

    @BeforeAll
    static void start() throws IOException {
        origin = new RecordingOrigin(new Answers());
        front = HttpFront.start(
                shared,
                HttpFront.Settings.usual().withHttp("max_header_bytes: 16KiB, max_headers: 50, max_request_line: 4KiB"),
                origin.port());
    }

    @AfterAll
    static void end() throws IOException {
        front.close();
        origin.close();
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                post("both lengths", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                post("both, the other way", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"),
                post("two different lengths", "Content-Length: 0\r\nContent-Length: 44\r\n", ""),
                post("two lengths in one", "Content-Length: 0, 44\r\n", ""),
                post("a length with a sign", "Content-Length: +0\r\n", ""),
                post("a negative length", "Content-Length: -1\r\n", ""),
                post("a length in hex", "Content-Length: 0x0\r\n", ""),
                post("a length with a blank", "Content-Length: 0 0\r\n", ""),
                post("an empty length", "Content-Length:\r\n", ""),
                post("a length beyond all", "Content-Length: 99999999999999999999\r\n", ""),
                post("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                post("chunked not last", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
                post("an unknown coding", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
                post("only identity", "Transfer-Encoding: identity\r\n", ""),
                post("a blank before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
                post("a blank before the length's colon", "Content-Length : 0\r\n", ""),
                post("a vertical tab", "Transfer-Encoding: \u000bchunked\r\n", "0\r\n\r\n"),
                post("a folded line", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
                post("a folded line of another", "X-A: b\r\n\tContent-Length: 44\r\n", ""),
                post("a bare LF", "X-A: b\nContent-Length: 0\r\n", ""),
                post("a bare CR", "X-A: b\rContent-Length: 0\r\n", ""),
                post("a NUL", "X-A: b\0c\r\n", ""),
                post("a field without colon", "X-A\r\n", ""),
                post("a field without name", ": b\r\n", ""),
                post("a name that is none", "X A: b\r\n", ""),
                post("a blank line's ghost", " \r\nContent-Length: 0\r\n", ""),
                chunk("a chunk size in 0x", "0x0\r\n\r\n"),
                chunk("a chunk size with a sign", "+0\r\n\r\n"),
                chunk("a chunk size beyond all", "10000000000000000\r\n\r\n"),
                chunk("an empty chunk size", "\r\n\r\n"),
                chunk("a bare LF behind the size", "0\n\r\n"),
                chunk("a bare LF in an extension", "0;a=b\nc\r\n\r\n"),
                chunk("a chunk longer than said", "1\r\nab\r\n0\r\n\r\n"),
                chunk("a bare LF behind the data", "1\r\na\n0\r\n\r\n"),
                raw(
                        "chunks in HTTP/1.0",
                        "POST /hash HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                raw("no Host", "GET /head HTTP/1.1\r\n\r\n"),
                raw("two Hosts", "GET /head HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                raw("a Host that is none", "GET /head HTTP/1.1\r\nHost: a b/c\r\n\r\n"),
                raw("a blank in the target", "GET /he ad HTTP/1.1\r\nHost: x\r\n\r\n"),
                raw("a tab in the request line", "GET\t/head HTTP/1.1\r\nHost: x\r\n\r\n"),
                raw("no version", "GET /head\r\nHost: x\r\n\r\n"),
                raw("a version of tomorrow", "GET /head HTTP/9.1\r\nHost: x\r\n\r\n"),
                raw("a version that is none", "GET /head HTTP/1.1.1\r\nHost: x\r\n\r\n"),
                raw("HTTP/2 in a request line", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
                raw("a relative target", "GET head HTTP/1.1\r\nHost: x\r\n\r\n"),
                raw("a method that is none", "G[T /head HTTP/1.1\r\nHost: x\r\n\r\n"),
                raw("a tunnel to anywhere", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n"),
                raw("what is not HTTP", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void isRefusedAndTheConnectionEnds(String name, String request) throws Exception {
        int before = origin.requests().size();
        try (RawClient client = new RawClient(front.port())) {
            client.send(request + SMUGGLED);
            RawClient.Answer answer = client.read();
            assertThat(answer.status()).as("status").isBetween(400, 505).isNotIn(404, 502, 503, 504);
            assertThat(client.ends()).as("the connection ends").isTrue();
        }
        assertThat(targets(before)).as("what reached the origin").doesNotContain("/smuggled");
        assertServes();
    }

    @Test
    void whatIsTooLongIsRefusedByItsName() throws Exception {
        assertStatus("GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 414);
        assertStatus("GET /head HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(20_000) + "\r\n\r\n", 431);
        assertStatus("GET /head HTTP/1.1\r\nHost: x\r\n" + "X-Many: a\r\n".repeat(60) + "\r\n", 431);
        // Without an end at all.
        assertStatus("GET /head HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(100_000), 431);
        assertStatus("GET /head HTTP/1.1\r\nHost: x\r\n" + "X-Many: a\r\n".repeat(40) + "\r\n", 200);
        assertServes();
    }

    @Test
    void aLengthNamedByConnectionIsNoWayToLoseIt() throws Exception {
        int before = origin.requests().size();
        try (RawClient client = new RawClient(front.port())) {
            client.send("POST /hash HTTP/1.1\r\nHost: x\r\nConnection: content-length, transfer-encoding, host\r\n"
                    + "Content-Length: %d\r\n\r\n%s".formatted(SMUGGLED.length(), SMUGGLED));
            RawClient.Answer answer = client.read();
            assertThat(answer.status()).isIn(200, 400);
            if (answer.status() == 200) {
                assertThat(answer.text()).endsWith(" " + SMUGGLED.length());
            }
        }
        assertThat(targets(before)).doesNotContain("/smuggled");
        assertServes();
    }

    @Test
    void aBodyWithGetIsABodyAndNoRequest() throws Exception {
        int before = origin.requests().size();
        try (RawClient client = new RawClient(front.port())) {
            client.send("GET /hash HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(SMUGGLED.length(), SMUGGLED));
            assertThat(client.read().text()).endsWith(" " + SMUGGLED.length());
            assertThat(client.get("/head").read().status()).isEqualTo(200);
        }
        assertThat(targets(before)).containsExactly("/hash", "/head");
    }

    @Test
    void anAnswerNobodyAskedForReachesNobody() throws Exception {
        // More often than there could be connections to the origin, so that each poisoned one would have been used.
        for (int i = 0; i < 20; i++) {
            try (RawClient client = new RawClient(front.port())) {
                assertThat(client.get("/extra").read().text()).isEqualTo("hello");
                assertThat(client.get("/bytes?n=100&seed=" + i).read().body()).isEqualTo(Digest.bytes(i, 100));
            }
        }
    }

    @Test
    void theHostOfAnAbsoluteTargetCounts() throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            RawClient.Answer answer = client.send("GET http://one.example/head HTTP/1.1\r\nHost: two.example\r\n\r\n")
                    .read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text())
                    .containsIgnoringCase("host: one.example\n")
                    .doesNotContain("two.example");
        }
    }

    @Test
    void anAnswerThatEndsEarlyDoesNotLookWhole() throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            client.get("/cut");
            assertThat(catchThrowable(client::read)).isInstanceOf(IOException.class);
        }
        assertServes();
    }

    private static List<String> targets(int from) {
        List<RecordingOrigin.Request> all = origin.requests();
        return all.subList(from, all.size()).stream()
                .map(RecordingOrigin.Request::target)
                .toList();
    }

    private static void assertStatus(String request, int status) throws IOException {
        try (RawClient client = new RawClient(front.port())) {
            assertThat(client.send(request).read().status())
                    .as("%.40s...", request)
                    .isEqualTo(status);
        }
    }

    private static void assertServes() throws IOException {
        try (RawClient client = new RawClient(front.port())) {
            assertThat(client.get("/status").read().text()).isEqualTo("status 200\n");
        }
    }

    private static Arguments post(String name, String fields, String body) {
        return raw(name, "POST /hash HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body);
    }

    private static Arguments chunk(String name, String chunks) {
        return post(name, "Transfer-Encoding: chunked\r\n", chunks);
    }

    private static Arguments raw(String name, String request) {
        return Arguments.of(name, request);
    }
}
