package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP proxy as clients see it that nobody here wrote: curl, wrk, h2load, Python; and some by hand. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HttpClientsTest {
    private static final int BIG = 10_000_000;

    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static RecordingOrigin origin;
    private static HttpFront front;

    @BeforeAll
    static void start() throws IOException {
        origin = new RecordingOrigin(new Answers());
        front = HttpFront.start(shared, HttpFront.Settings.usual(), origin.port());
    }

    @AfterAll
    static void end() throws IOException {
        front.close();
        origin.close();
    }

    @AfterEach
    void theOriginHasNothingToComplainOf() {
        assertThat(origin.complaints()).isEmpty();
    }

    @Test
    void curlUploadsInChunksWhatArrivesToTheByte() throws Exception {
        byte[] bytes = Digest.bytes(1, BIG);
        Path file = Files.write(temp.resolve("up"), bytes);
        assertThat(curl("-T", file.toString(), "-H", "Transfer-Encoding: chunked", front.url("/hash")))
                .isEqualTo(Digest.of(bytes));
        assertThat(curl("-T", file.toString(), front.url("/hash"))).isEqualTo(Digest.of(bytes));
    }

    @ParameterizedTest(name = "form {0}")
    @ValueSource(ints = {0, 1, 2}) // with its length, in chunks, until the end of the connection
    void curlDownloadsToTheByte(int form) throws Exception {
        Path file = temp.resolve("down");
        curl("-o", file.toString(), front.url("/bytes?n=%d&seed=2&form=%d".formatted(BIG, form)));
        assertThat(Digest.of(Files.readAllBytes(file))).isEqualTo(Digest.of(Digest.bytes(2, BIG)));
    }

    @Test
    void curlGetsItsContinueAndOnlyThenSends() throws Exception {
        byte[] bytes = Digest.bytes(3, 2_000_000);
        Path file = Files.write(temp.resolve("up"), bytes);
        Outcome outcome = Foreign.CURL.succeed(
                "-sS",
                "-v",
                "--max-time",
                "30",
                "--expect100-timeout",
                "60",
                "-H",
                "Expect: 100-continue",
                "--data-binary",
                "@" + file,
                front.url("/hash"));
        assertThat(outcome.out()).isEqualTo(Digest.of(bytes));
        assertThat(outcome.err()).contains("< HTTP/1.1 100 Continue");
    }

    @Test
    void aRefusedExpectationIsToldBeforeTheBodyWasSent() throws Exception {
        Path file = Files.write(temp.resolve("up"), Digest.bytes(4, 2_000_000));
        Outcome outcome = Foreign.CURL.succeed(
                "-sS",
                "--max-time",
                "30",
                "--expect100-timeout",
                "60",
                "-H",
                "Expect: 100-continue",
                "--data-binary",
                "@" + file,
                "-o",
                temp.resolve("answer").toString(),
                "-w",
                "%{http_code} %{size_upload}",
                front.url("/refuse"));
        assertThat(outcome.out()).isEqualTo("403 0");
    }

    @Test
    void answersToHeadHaveALengthAndNoBodyAndTheConnectionGoesOn() throws Exception {
        String out =
                curl("-I", front.url("/bytes?n=1234"), "--next", "-sS", "-w", "|%{num_connects}", front.url("/status"));
        assertThat(out.toLowerCase(Locale.ROOT)).contains("content-length: 1234\r\n");
        assertThat(out).endsWith("status 200\n|0");
    }

    @Test
    void curlOverHttp10GetsPlainBytesAndTheEnd() throws Exception {
        String out = curl("--http1.0", "-i", front.url("/bytes?n=0&form=1"));
        assertThat(out.toLowerCase(Locale.ROOT)).startsWith("http/1.").doesNotContain("transfer-encoding");
        try (RawClient client = new RawClient(front.port())) {
            RawClient.Answer answer =
                    client.send("GET /bytes?n=30000&form=1 HTTP/1.0\r\n\r\n").read();
            assertThat(answer.body()).isEqualTo(Digest.bytes(0, 30_000));
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("GET /bytes?n=%d&seed=%d HTTP/1.1\r\nHost: x\r\n\r\n".formatted(i * 100, i));
                all.append("POST /hash HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nbody%d".formatted(i % 10));
            }
            client.send(all.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.read().body()).isEqualTo(Digest.bytes(i, i * 100));
                assertThat(client.read().text()).isEqualTo(Digest.of(("body" + i % 10).getBytes(ISO_8859_1)));
            }
        }
    }

    @Test
    void headsAndBodiesThatComeByteByByteAreUnderstood() throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            String request =
                    "POST /hash HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
            for (int i = 0; i < request.length(); i++) {
                client.send(request.substring(i, i + 1));
            }
            assertThat(client.read().text()).isEqualTo(Digest.of("abc0123456789".getBytes(ISO_8859_1)));
        }
    }

    @Test
    void hopByHopFieldsStayOnTheirHopAndTheClientIsTold() throws Exception {
        String head = curl(
                "-H",
                "Connection: X-Mine, keep-alive",
                "-H",
                "X-Mine: secret",
                "-H",
                "Keep-Alive: timeout=5",
                "-H",
                "Proxy-Connection: keep-alive",
                "-H",
                "TE: trailers",
                "-H",
                "X-Kept: yes",
                "-H",
                "X-Forwarded-For: 192.0.2.7",
                front.url("/head"));
        List<String> fields =
                head.lines().skip(1).map(line -> line.toLowerCase(Locale.ROOT)).toList();
        assertThat(fields)
                .contains("x-kept: yes", "host: 127.0.0.1:" + front.port(), "x-forwarded-proto: http")
                .noneMatch(field -> field.startsWith("x-mine:")
                        || field.startsWith("keep-alive:")
                        || field.startsWith("proxy-connection:"));
        assertThat(fields.stream().filter(field -> field.startsWith("x-forwarded-for:")))
                .singleElement()
                .asString()
                .isEqualTo("x-forwarded-for: 192.0.2.7, 127.0.0.1");
    }

    @Test
    void wrkSeesNoErrorOverSixtyFourConnections() throws Exception {
        Outcome outcome = Foreign.WRK.succeed("-t1", "-c64", "-d3s", "--timeout", "20s", front.url("/bytes?n=200"));
        assertThat(outcome.out())
                .contains("requests in")
                .doesNotContain("Socket errors")
                .doesNotContain("Non-2xx");
    }

    @Test
    void h2loadOverHttp1SeesEveryRequestSucceed() throws Exception {
        Outcome outcome =
                Foreign.H2LOAD.succeed("--h1", "-t1", "-c32", "-n6000", "-m4", front.url("/bytes?n=1000&form=1"));
        Matcher sum = Pattern.compile("requests: .* (\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout")
                .matcher(outcome.out());
        assertThat(sum.find()).as(outcome.out()).isTrue();
        assertThat(List.of(sum.group(1), sum.group(2), sum.group(3), sum.group(4)))
                .as(outcome.out())
                .containsExactly("6000", "0", "0", "0");
    }

    @Test
    void pythonIsContent() throws Exception {
        Path script = Path.of(getClass().getResource("/http_client_check.py").toURI());
        Outcome outcome = Foreign.PYTHON.succeed(script.toString(), Integer.toString(front.port()));
        assertThat(outcome.out()).endsWith("all well\n");
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        String[] all = new String[arguments.length + 3];
        all[0] = "-sS";
        all[1] = "--max-time";
        all[2] = "50";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Foreign.CURL.succeed(all).out();
    }
}
