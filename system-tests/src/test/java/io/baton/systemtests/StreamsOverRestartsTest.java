package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams that never end by themselves, while the proxy is replaced, again and again. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class StreamsOverRestartsTest {
    private static final int RESTARTS = 10;
    private static final int STREAMS = 200;
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final Duration PARENT_SHUTDOWN = Duration.ofSeconds(4);
    /** Between what is logged and the timer's start, and between a cut and its being noticed by a client. */
    private static final Duration PRECISION = Duration.ofMillis(500);

    private static final int TIMESTAMP_LENGTH = "2026-01-02T03:04:05.678Z".length();

    @TempDir
    Path temp;

    /** When the child was ready, as it logs, and a moment from which on nobody gets to the parent any more. */
    private record Takeover(Instant ready, Instant over) {}

    /** And each old process is gone before the next restart, or that would have to wait for it. */
    @Test
    void everyStreamLivesThroughAllRestarts() throws Exception {
        int port = Configs.freePort();
        LastingStreams streams;
        try (Upstream upstream = new Upstream();
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        Configs.write(temp, port, Configs.loopback(upstream.port()), "handover: { rehearsal: 500ms }")
                                .toString())) {
            try (LastingStreams load = new LastingStreams(port, STREAMS)) {
                streams = load;
                await().atMost(PATIENCE).until(() -> load.open() == STREAMS);
                for (int epoch = 1; epoch <= RESTARTS; epoch++) {
                    baton.upgrade();
                    await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
                    assertThat(baton.status()).contains("\"moved\":%d,\"drained\":0,\"cut\":0".formatted(STREAMS));
                }
                load.stop();
            }
        }
        assertThat(streams.failures()).as("refused, or corrupted").isEmpty();
        assertThat(streams.cuts()).as("cut").isEmpty();
    }

    /** Where connections do not move, each restart waits for room: at most two generations live, so a stream lives through one restart, and ends when the next wants to begin. */
    @Test
    void everyStreamIsCutAtTheParentShutdownAndNotBefore() throws Exception {
        int port = Configs.freePort();
        List<Takeover> takeovers = new ArrayList<>();
        LastingStreams streams;
        try (Upstream upstream = new Upstream();
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        Configs.write(
                                        temp,
                                        port,
                                        Configs.loopback(upstream.port()),
                                        "handover: { rehearsal: 100ms, drain: 3s, parent_shutdown: %ds }"
                                                .formatted(PARENT_SHUTDOWN.toSeconds()))
                                .toString(),
                        "--no-migration")) {
            try (LastingStreams load = new LastingStreams(port, STREAMS)) {
                streams = load;
                await().atMost(PATIENCE).until(() -> load.open() == STREAMS);
                for (int epoch = 1; epoch <= RESTARTS; epoch++) {
                    baton.upgrade();
                    takeovers.add(new Takeover(readiness(baton, epoch), Instant.now()));
                }
                await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
                List<Integer> then = load.answers();
                await().atMost(PATIENCE).until(() -> load.allAnsweredSince(then));
                load.stop();
            }
        }
        assertThat(streams.failures())
                .as("refused, corrupted, or cut at the end")
                .isEmpty();
        // About all 200 each time; one that comes back late finds the next generation already, and is spared that time.
        assertThat(streams.cuts()).hasSizeGreaterThanOrEqualTo(STREAMS * RESTARTS / 2);
        assertThat(streams.cuts().stream().filter(cut -> isEarly(cut, takeovers)))
                .as("cut before the parent's shutdown time, with %s", takeovers)
                .isEmpty();
    }

    /** Whoever was opened before a takeover was over may have been on the parent, whose time began when the child was ready. */
    private static boolean isEarly(LastingStreams.Cut cut, List<Takeover> takeovers) {
        Takeover first = takeovers.stream()
                .filter(takeover -> takeover.over().isAfter(cut.opened()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(cut + " though nobody took over after it: " + takeovers));
        return cut.at().isBefore(first.ready().plus(PARENT_SHUTDOWN).minus(PRECISION));
    }

    private static Instant readiness(BatonProcess baton, int epoch) {
        String line = baton.awaitLine("epoch %d: starting -> serving".formatted(epoch));
        return Instant.parse(line.substring(0, TIMESTAMP_LENGTH));
    }
}
