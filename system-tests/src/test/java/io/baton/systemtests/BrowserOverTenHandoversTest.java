package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A browser with two pages, one over http and in it one over https, each with a WebSocket, an EventSource and fetches, while the proxy is replaced
 * ten times. The handovers come once, before the tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserOverTenHandoversTest {
    private static final Pattern ECHOED = Pattern.compile("\"echoed\": (\\d+)");

    @TempDir
    static Path temp;

    private List<TenHandovers.Handover> handovers = List.of();
    private String seen = "";

    @BeforeAll
    @Timeout(value = 900, unit = TimeUnit.SECONDS)
    void tenHandovers() throws Exception {
        Foreign.CHROMIUM.orSkip();
        Foreign.PYTHON.orSkip();
        Foreign.OPENSSL.orSkip();
        TlsFronts fronts = new TlsFronts(Certificates.make(temp));
        try (Talker origin = Talker.python("browser_origin.py");
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        config(fronts, Integer.parseInt(origin.awaitLine(""))).toString());
                Talker browser = browser(fronts)) {
            awaitGrowth(origin, 0);
            handovers = TenHandovers.of(
                            baton,
                            () -> assertThat(browser.isRunning())
                                    .as(browser.text())
                                    .isTrue())
                    .handovers();
            seen = awaitGrowth(origin, leastEchoed(ask(origin)));
            browser.end("TERM"); // it has files of its own in /tmp
        }
    }

    private static Path config(TlsFronts fronts, int origin) throws Exception {
        return fronts.http("http", "", "origin")
                .http("https", fronts.tls(""), "origin")
                .cluster("origin", origin)
                .write(temp, "handover: { rehearsal: 500ms, drain: 2s, parent_shutdown: 60s, ready_timeout: 60s }");
    }

    /** Its profile is its own, and nobody is asked about the certificate's CA: the system has no business with it. */
    private static Talker browser(TlsFronts fronts) throws IOException {
        String inner = URLEncoder.encode(fronts.url("https", "/page?name=https"), UTF_8);
        return new Talker(Foreign.CHROMIUM.builder(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--disable-background-networking",
                "--disable-background-timer-throttling",
                "--disable-renderer-backgrounding",
                "--no-first-run",
                "--ignore-certificate-errors",
                "--user-data-dir=" + temp.resolve("profile"),
                "http://127.0.0.1:%d/page?name=http&inner=%s".formatted(fronts.port("http"), inner)));
    }

    /** What the origin knows once both pages have had more echoes than so many. */
    private static String awaitGrowth(Talker origin, int echoed) {
        return await("both pages go on")
                .atMost(BatonProcess.PATIENCE)
                .until(() -> ask(origin), said -> leastEchoed(said) > echoed);
    }

    private static String ask(Talker origin) throws IOException {
        int before = origin.lines();
        origin.say("\n");
        await().atMost(BatonProcess.PATIENCE).until(() -> origin.lines() > before);
        return origin.text().lines().skip(before).findFirst().orElseThrow();
    }

    private static int leastEchoed(String said) {
        List<Integer> numbers = ECHOED.matcher(said)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
        return numbers.size() < 2 ? 0 : Math.min(numbers.getFirst(), numbers.getLast());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void aPageLosesNoMessageNoEventAndNoFetch(String page) {
        Matcher report = Pattern.compile("\"%s\": (\\{[^}]*})".formatted(page)).matcher(seen);
        assertThat(report.find()).as(seen).isTrue();
        System.out.printf("the page over %s: %s%n", page, report.group(1));
        assertThat(report.group(1))
                .contains("\"wrong\": 0", "\"closed\": 0", "\"socket_errors\": 0")
                .contains("\"gaps\": 0", "\"source_errors\": 0", "\"not_fetched\": 0")
                .containsPattern("\"echoed\": [1-9]\\d")
                .containsPattern("\"events\": [1-9]\\d")
                .containsPattern("\"fetched\": [1-9]\\d");
    }

    @Test
    void noPageConnectsAgain() {
        assertThat(seen).contains("\"sockets\": 2", "\"sources\": 2");
    }

    @Test
    void everyHandoverMovesThePagesConnectionsAndCutsNone() {
        assertThat(handovers).hasSize(TenHandovers.NUMBER).allSatisfy(handover -> {
            assertThat(handover.cut()).isZero();
            assertThat(handover.moved()).isGreaterThanOrEqualTo(4);
        });
    }
}
