package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of TLS that others have written, all of them at once, while the proxy is replaced ten times: none of them fails, and but for HTTP/2
 * none connects again. The handovers come once, before the tests, each of which looks at what became of one kind of client.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsClientsOverTenHandoversTest {
    private static final int PYTHONS = 62;
    private static final int WRK_CONNECTIONS = 8;
    private static final int H2LOAD_CONNECTIONS = 2;
    private static final int STREAMS = 3;
    private static final Pattern SUMS = Pattern.compile("(\\d+) started, \\1 done, (\\d+) succeeded");
    private static final String STREAM_LISTENERS = "from_tls_13 from_tls_12 to_tls tls_to_tls";

    /** Without a pause between its requests wrk would take the processors that the handovers need. */
    private static final String UNHURRIED = "function delay() return 100 end\n";

    @TempDir
    static Path temp;

    private final Map<String, Set<Integer>> before = new LinkedHashMap<>();
    private final Map<String, Set<Integer>> after = new LinkedHashMap<>();
    private final Map<String, String> pythons = new LinkedHashMap<>();
    private final List<HandFed.Result> handFed = new ArrayList<>();
    private List<TenHandovers.Handover> handovers = List.of();
    private String curl = "";
    private String http2Curl = "";
    private String wrk = "";
    private String streams = "";
    private String uncertified = "";
    private List<OverAndOver> http2 = List.of();

    @BeforeAll
    @Timeout(value = 900, unit = TimeUnit.SECONDS)
    void tenHandovers() throws Exception {
        assumeTrue(
                Foreign.areThere(Foreign.OPENSSL, Foreign.PYTHON, Foreign.CURL, Foreign.WRK, Foreign.H2LOAD),
                "not all of the clients are there");
        Certificates certificates = Certificates.make(temp);
        TlsFronts fronts = new TlsFronts(certificates);
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                Talker origin13 = Talker.python("long_lived_clients.py", "origin");
                Talker origin12 = Talker.python("long_lived_clients.py", "origin");
                Talker echo = Talker.python(
                        "byte_streams.py",
                        Stream.concat(Stream.of("origin"), fronts.files(fronts.server()).stream())
                                .toArray(String[]::new));
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        config(
                                        fronts,
                                        origin.port(),
                                        port(origin13, 0),
                                        port(origin12, 0),
                                        port(echo, 0),
                                        port(echo, 1))
                                .toString());
                Talker python13 = python(fronts, certificates, "1.3");
                Talker python12 = python(fronts, certificates, "1.2");
                Talker echoed = streams(fronts);
                Talker keptCurl = new Talker(curl(certificates, fronts, "curl"));
                Talker keptHttp2Curl = new Talker(curl(certificates, fronts, "curl_h2"));
                Talker keptWrk = new Talker(wrk(fronts));
                Scene scene = Scene.begin(certificates, fronts)) {
            python13.awaitLine("ready");
            python12.awaitLine("ready");
            echoed.awaitLine("ready");
            keptCurl.awaitLine("1.1 1 200");
            await().atMost(BatonProcess.PATIENCE)
                    .until(() -> ClientPorts.of(fronts.port("wrk")).size() == WRK_CONNECTIONS);
            scene.feed();
            look(fronts, before);
            handovers = TenHandovers.of(baton, scene::feed).handovers();
            look(fronts, after);
            handFed.addAll(scene.results());
            uncertified = uncertified(certificates, fronts);
            http2 = scene.endHttp2();
            streams = echoed.end();
            pythons.put("1.3", python13.end());
            pythons.put("1.2", python12.end());
            wrk = keptWrk.end("INT");
            curl = keptCurl.end("TERM");
            http2Curl = keptHttp2Curl.end("TERM");
        }
    }

    /** Those that are told what to do in between, and those that never stay. */
    @SuppressWarnings("ArrayRecordComponent") // counted up, never compared
    private record Scene(List<HandFed> fed, List<OverAndOver> http2, int[] times) implements AutoCloseable {
        static Scene begin(Certificates certificates, TlsFronts fronts) throws IOException {
            List<HandFed> fed = new ArrayList<>();
            fed.add(HandFed.openssl(certificates, fronts.port("fed")));
            fed.add(HandFed.openssl12(certificates, fronts.port("fed")));
            if (Foreign.GNUTLS.isThere()) {
                fed.add(HandFed.gnutls(certificates, fronts.port("fed")));
            }
            List<OverAndOver> http2 = List.of(
                    new OverAndOver(
                            Foreign.H2LOAD,
                            TlsClientsOverTenHandoversTest::isGood,
                            "-n",
                            "100",
                            "-c",
                            Integer.toString(H2LOAD_CONNECTIONS),
                            "-m",
                            "4",
                            "--rps",
                            "10",
                            fronts.url("h2", "/status")),
                    new OverAndOver(
                            Foreign.CURL,
                            "2 200 1\n2 200 0\n2 200 0\n"::equals,
                            "-sS",
                            "--cacert",
                            certificates.ca().toString(),
                            "--rate",
                            "5/s",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_version} %{http_code} %{num_connects}\n",
                            fronts.url("h2", "/status?n=[1-3]")));
            return new Scene(fed, http2, new int[1]);
        }

        void feed() throws IOException {
            times[0]++;
            for (HandFed each : fed) {
                each.ask();
                each.updateKeys();
                each.ask();
            }
        }

        List<HandFed.Result> results() {
            return fed.stream().map(each -> each.result(2 * times[0])).toList();
        }

        List<OverAndOver> endHttp2() throws InterruptedException {
            for (OverAndOver each : http2) {
                each.end();
            }
            return http2;
        }

        @Override
        public void close() {
            fed.forEach(HandFed::close);
            http2.forEach(OverAndOver::close);
        }
    }

    private static Path config(TlsFronts fronts, int origin, int origin13, int origin12, int echo, int securedEcho)
            throws Exception {
        fronts.http("python_13", fronts.tls(""), "python_13").http("python_12", fronts.tls(""), "python_12");
        for (String one : List.of("fed", "curl", "wrk")) {
            fronts.http(one, fronts.tls(""), "origin");
        }
        fronts.http("h2", fronts.tls(TlsFronts.H2), "origin").http("curl_h2", fronts.tls(TlsFronts.H2), "origin");
        fronts.tcp("from_tls_13", fronts.tls(""), "echo")
                .tcp("from_tls_12", fronts.tls(""), "echo")
                .tcp("to_tls", "", "secured_echo")
                .tcp("tls_to_tls", fronts.tlsWithClientCertificate(), "secured_echo");
        fronts.cluster("origin", origin)
                .cluster("python_13", origin13)
                .cluster("python_12", origin12)
                .cluster("echo", echo)
                .securedCluster("secured_echo", securedEcho);
        return fronts.write(
                temp,
                "access_log: { path: access.log, format: json }\n"
                        + "handover: { rehearsal: 500ms, drain: 2s, parent_shutdown: 60s, ready_timeout: 60s }");
    }

    private static int port(Talker origin, int index) {
        return Integer.parseInt(origin.awaitLine("").split(" ", -1)[index]);
    }

    private static Talker python(TlsFronts fronts, Certificates certificates, String version) throws IOException {
        return Talker.python(
                "long_lived_clients.py",
                "clients",
                Integer.toString(fronts.port("python_" + version.replace(".", ""))),
                certificates.ca().toString(),
                version);
    }

    private static Talker streams(TlsFronts fronts) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("clients"));
        arguments.addAll(fronts.files(fronts.client()));
        arguments.add(Integer.toString(STREAMS));
        arguments.add("from_tls_13=%d=1.3".formatted(fronts.port("from_tls_13")));
        arguments.add("from_tls_12=%d=1.2".formatted(fronts.port("from_tls_12")));
        arguments.add("to_tls=%d=plain".formatted(fronts.port("to_tls")));
        arguments.add("tls_to_tls=%d=1.3+certificate".formatted(fronts.port("tls_to_tls")));
        return Talker.python("byte_streams.py", arguments.toArray(String[]::new));
    }

    /** One process, with one request after the other. */
    private static ProcessBuilder curl(Certificates certificates, TlsFronts fronts, String listener) {
        return Foreign.CURL.builder(
                "-sS",
                "--cacert",
                certificates.ca().toString(),
                "--rate",
                "10/s",
                "-o",
                "/dev/null",
                "-w",
                "%{stderr}%{http_version} %{num_connects} %{http_code}\n",
                fronts.url(listener, "/status?n=[1-1000000]"));
    }

    private static ProcessBuilder wrk(TlsFronts fronts) throws IOException {
        Path script = Files.writeString(temp.resolve("unhurried.lua"), UNHURRIED);
        return Foreign.WRK.builder(
                "-t1",
                "-c" + WRK_CONNECTIONS,
                "-d3600s",
                "--timeout",
                "60s",
                "-s",
                script.toString(),
                fronts.url("wrk", "/status"));
    }

    private static void look(TlsFronts fronts, Map<String, Set<Integer>> found) throws IOException {
        for (String listener : ("python_13 python_12 fed curl wrk " + STREAM_LISTENERS).split(" ", -1)) {
            found.put(listener, ClientPorts.of(fronts.port(listener)));
        }
    }

    /** What comes of a client without a certificate where one is required. */
    private static String uncertified(Certificates certificates, TlsFronts fronts) throws Exception {
        return Foreign.OPENSSL
                .run(
                        "s_client",
                        "-ign_eof",
                        "-CAfile",
                        certificates.ca().toString(),
                        "-connect",
                        "127.0.0.1:" + fronts.port("tls_to_tls"))
                .err();
    }

    @Test
    void everyHandoverMovesEveryConnectionAndCutsNone() {
        int fed = handFed.size();
        assertThat(handovers).hasSize(TenHandovers.NUMBER).allSatisfy(handover -> {
            assertThat(handover.cut()).isZero();
            assertThat(handover.moved()).isGreaterThanOrEqualTo(2 * PYTHONS + fed + 1 + WRK_CONNECTIONS + 4 * STREAMS);
        });
    }

    @Test
    void whoeverStayedIsStillOnTheConnectionItMadeInTheBeginning() {
        assertThat(after).isEqualTo(before);
        assertThat(before.get("python_13")).hasSize(PYTHONS);
        assertThat(before.get("python_12")).hasSize(PYTHONS);
        assertThat(before.get("fed")).hasSize(handFed.size());
        assertThat(before.get("curl")).hasSize(1);
        assertThat(before.get("wrk")).hasSize(WRK_CONNECTIONS);
        for (String listener : STREAM_LISTENERS.split(" ", -1)) {
            assertThat(before.get(listener)).as(listener).hasSize(STREAMS);
        }
    }

    @Test
    void pythonsClientsLoseNothingWhateverTheyAreInTheMiddleOf() {
        assertThat(pythons).hasSize(2);
        pythons.forEach((version, said) -> {
            System.out.printf("Python with TLS %s: %s%n", version, said);
            assertThat(said).contains("\"failures\": []", "\"told_to_leave\": 0", "\"reconnects\": 0");
            assertThat(said).contains("\"idle\": 40", "\"whole_uploads\": 1", "\"whole_downloads\": 1");
            for (String what : List.of("requests", "events", "messages", "downloads", "uploads")) {
                assertThat(said).containsPattern("\"%s\": [1-9]".formatted(what));
            }
        });
    }

    @Test
    void opensslAndGnutlsAreAnsweredBeforeAndBehindEachHandoverAndKeyUpdate() {
        assertThat(handFed).hasSizeGreaterThanOrEqualTo(2);
        handFed.forEach(client -> System.out.printf("%s: %d updates of its key%n", client.name(), client.keyUpdates()));
        assertThat(handFed)
                .allSatisfy(client -> assertThat(client.good())
                        .as("%s: %s", client.name(), client.said())
                        .isTrue());
        assertThat(handFed.getFirst().keyUpdates()).isEqualTo(2 * (TenHandovers.NUMBER + 2));
    }

    @Test
    void oneProcessOfCurlConnectsOnceForAllItsRequests() {
        List<String> lines = curl.lines().toList();
        System.out.printf("curl: %d requests%n", lines.size());
        assertThat(lines).hasSizeGreaterThan(2 * TenHandovers.NUMBER).startsWith("1.1 1 200");
        assertThat(lines.subList(1, lines.size())).containsOnly("1.1 0 200");
    }

    @Test
    void wrkReportsNoError() {
        System.out.println(wrk);
        assertThat(wrk)
                .containsPattern("\\d{3,} requests in")
                .doesNotContain("Socket errors")
                .doesNotContain("Non-2xx");
    }

    @Test
    void oneProcessOfCurlWithHttp2FailsNoRequestAndConnectsOnceForEachGeneration() {
        List<String> lines = http2Curl.lines().toList();
        System.out.printf("curl with HTTP/2: %d requests%n", lines.size());
        assertThat(lines).hasSizeGreaterThan(2 * TenHandovers.NUMBER).containsOnly("2 1 200", "2 0 200");
        assertThat(lines.stream().filter("2 1 200"::equals)).hasSizeLessThanOrEqualTo(1 + TenHandovers.NUMBER);
    }

    @Test
    void clientsOfHttp2FailNoRequestThatTheySend() throws IOException {
        long succeeded = 0;
        for (OverAndOver client : http2) {
            System.out.printf("HTTP/2: %d rounds%n", client.outputs().size());
            assertThat(client.failures()).isEmpty();
            assertThat(client.outputs()).isNotEmpty();
            succeeded += client.outputs().stream()
                    .mapToLong(TlsClientsOverTenHandoversTest::succeeded)
                    .sum();
        }
        List<String> served = Files.readAllLines(temp.resolve("access.log")).stream()
                .filter(line -> line.contains("\"listener\":\"h2\""))
                .toList();
        assertThat(served).allMatch(line -> line.contains("\"status\":200")).hasSize((int) succeeded);
    }

    /**
     * h2load does not connect again behind a GOAWAY: it counts as failed what it has not begun, and also what it has begun and then, behind the
     * GOAWAY, never sends. So what it says to have succeeded is held against what was served.
     */
    private static boolean isGood(String said) {
        return said.contains("Application protocol: h2")
                && said.contains(" 0 timeout")
                && SUMS.matcher(said).find();
    }

    /** As many as are known to have been answered, of h2load's output or of curl's. */
    private static long succeeded(String said) {
        Matcher sums = SUMS.matcher(said);
        return sums.find() ? Long.parseLong(sums.group(2)) : said.lines().count();
    }

    @Test
    void bytesComeBackAsTheyWentThroughTlsOnEitherSideAndOnBoth() {
        System.out.println(streams);
        for (String listener : STREAM_LISTENERS.split(" ", -1)) {
            assertThat(streams)
                    .containsPattern(Pattern.quote(listener)
                            + " \\{\"good\": %d, \"bytes\": [1-9]\\d{4,}, \"failures\": \\[]}".formatted(STREAMS));
        }
    }

    @Test
    void aClientWithoutTheRequiredCertificateIsRefusedByTheLastGeneration() {
        assertThat(uncertified).contains("alert certificate required");
    }
}
