package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients that stay see of restarts: nothing. Their connections, of whatever they are in the middle, go on in the new process. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class HttpConnectionsMoveTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final int RESTARTS = 10;
    private static final Pattern COUNT = Pattern.compile("\"(\\w+)\": (\\d+)");

    /** On a busy machine ten restarts take longer than idle connections usually last. */
    private static final HttpFront.Settings QUICK = HttpFront.Settings.usual()
            .withHttp("idle_timeout: 10m")
            .withMore("handover: { rehearsal: 200ms, drain: 20s, parent_shutdown: 40s }");

    @TempDir
    Path temp;

    @Test
    void tenRestartsCloseNoConnectionWhateverItIsInTheMiddleOf() throws Exception {
        Foreign.PYTHON.orSkip();
        try (Talker origin = Talker.python("long_lived_clients.py", "origin");
                HttpFront front = HttpFront.start(temp, QUICK, Integer.parseInt(origin.awaitLine("")));
                Talker clients = Talker.python("long_lived_clients.py", "clients", Integer.toString(front.port()))) {
            clients.awaitLine("ready");
            for (int epoch = 1; epoch <= RESTARTS; epoch++) {
                long old = front.baton().serving().pid();
                front.baton().upgrade();
                assertThat(front.baton().serving().epoch()).isEqualTo(epoch);
                await("the old process is empty, and leaves")
                        .atMost(PATIENCE)
                        .until(() -> ProcessHandle.of(old).isEmpty());
            }
            String seen = clients.end();

            assertThat(seen).contains("\"failures\": []", "\"told_to_leave\": 0", "\"reconnects\": 0");
            for (String what : new String[] {
                "requests", "idle", "events", "messages", "downloads", "uploads", "whole_uploads", "whole_downloads"
            }) {
                assertThat(count(seen, what)).as("%s in %s", what, seen).isPositive();
            }
            assertThat(count(seen, "idle")).isEqualTo(40);
            assertThat(front.baton().status()).contains("\"cut\":0");
        }
    }

    private static long count(String seen, String what) {
        return COUNT.matcher(seen)
                .results()
                .filter(match -> match.group(1).equals(what))
                .mapToLong(match -> Long.parseLong(match.group(2)))
                .sum();
    }

    @Test
    void curlKeepsItsConnectionOverARestart() throws Exception {
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                HttpFront front = HttpFront.start(temp, QUICK, origin.port())) {
            // One process of curl, two requests one after the other; the second waits for the restart to be over.
            Process curl = Foreign.CURL
                    .builder("-sv", "--rate", "6/m", front.url("/status?code=200"), front.url("/status?code=200"))
                    .redirectErrorStream(true)
                    .start();
            await().until(() -> !origin.requests().isEmpty());
            front.baton().upgrade();
            String said = new String(curl.getInputStream().readAllBytes(), UTF_8);
            assertThat(curl.waitFor()).isZero();
            assertThat(said)
                    .containsIgnoringCase("re-using existing connection")
                    .contains("status 200");
            assertThat(origin.requests()).hasSize(2);
        }
    }
}
