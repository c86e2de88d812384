package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser, open while the process that it was loaded from is replaced. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ConsoleTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final int STREAMS = 60;

    @TempDir
    Path temp;

    /** Slowly, so that there is something to see. */
    @Test
    void aHandoverIsOrderedAndWatchedFromThePageThatSurvivesIt() throws Exception {
        Foreign.CHROMIUM.orSkip();
        int port = Configs.freePort();
        int admin = Configs.freePort();
        try (Upstream upstream = new Upstream();
                BatonProcess baton = BatonProcess.run(temp.resolve("r"), "-c", config(upstream, port, admin));
                LastingStreams streams = new LastingStreams(port, STREAMS)) {
            await().atMost(PATIENCE).until(() -> streams.open() == STREAMS);
            assertOnlyThePageMayOrder(admin);
            try (BrowserTab tab =
                    BrowserTab.open(temp.resolve("profile"), "http://127.0.0.1:%d/console".formatted(admin))) {
                awaitOn(tab, "document.getElementById('summary').textContent", "generation 0, pid ");
                awaitOn(tab, "document.getElementById('listeners').textContent", "127.0.0.1:" + port + STREAMS);
                assertThat(tab.ask("document.querySelectorAll('#connections-chart canvas').length"))
                        .isEqualTo("1");
                // What it showed at any time from now on.
                tab.ask("void (window.shown = new Set(), setInterval(() => "
                        + "shown.add(document.getElementById('lineage').textContent), 50))");

                tab.ask("document.getElementById('upgrade').click()");

                awaitOn(tab, "document.getElementById('history').textContent", "committed" + STREAMS + "00");
                assertThat(tab.ask("[...shown].join('|')"))
                        .as("both generations, and connections on their way")
                        .containsPattern("Generation 0pid \\d+.*Generation 1pid \\d+")
                        .containsPattern("[1-5]?\\d of 60 moved");
                awaitOn(tab, "document.getElementById('summary').textContent", "serving — generation 1, pid ");
                awaitOn(tab, "document.getElementById('lineage').textContent", "60 TCP, 0 HTTP connections");
                assertThat(tab.ask("document.querySelectorAll('#pauses-chart canvas').length"))
                        .isEqualTo("1");
                tab.ask("document.querySelector('#history tr.handover').click()");
                awaitOn(tab, "document.getElementById('history').textContent", "ms: checking the config");
                tab.photograph(Path.of("target", "console.png"));
            }
            streams.stop();
            assertThat(streams.cuts()).as("cut").isEmpty();
            assertThat(baton.order("history", "--handovers").out())
                    .contains("hot restart 0 -> 1, asked for by pid ", "committed after", STREAMS + " moved");
        }
    }

    private String config(Upstream upstream, int port, int admin) throws IOException {
        return Configs.write(
                        temp,
                        port,
                        Configs.loopback(upstream.port()),
                        "admin: { address: \"127.0.0.1:%d\" }".formatted(admin),
                        "handover: { rehearsal: 200ms, rate: 30, drain: 5s, parent_shutdown: 20s }")
                .toString();
    }

    private static void awaitOn(BrowserTab tab, String what, String words) {
        await("the page shows '%s'".formatted(words))
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(tab.ask(what)).contains(words));
    }

    /** The token is on the page, which other origins cannot read. */
    private static void assertOnlyThePageMayOrder(int admin) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String order : new String[] {"upgrade", "rollback", "drain"}) {
                HttpRequest.Builder asked = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:%d/console/%s".formatted(admin, order)))
                        .POST(BodyPublishers.noBody());
                assertThat(http.send(asked.build(), BodyHandlers.ofString()).statusCode())
                        .as("%s without a token", order)
                        .isEqualTo(403);
                asked.header("X-Baton-Token", "0".repeat(32));
                assertThat(http.send(asked.build(), BodyHandlers.ofString()).statusCode())
                        .as("%s with a guessed token", order)
                        .isEqualTo(403);
            }
        }
    }
}
