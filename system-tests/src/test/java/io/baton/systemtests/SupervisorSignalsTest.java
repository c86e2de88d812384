package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A supervisor that is told to stop, and told again; and somebody who watches it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SupervisorSignalsTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;

    @TempDir
    Path temp;

    private Upstream upstream;
    private int port;
    private Path directory;
    private Path config;

    @BeforeEach
    void write() throws IOException {
        upstream = new Upstream();
        port = Configs.freePort();
        directory = temp.resolve("r");
        // A drain that no test waits for: who ends earlier did so because he was told to.
        config = Configs.write(
                temp,
                port,
                Configs.loopback(upstream.port()),
                "handover: { rehearsal: 0s, drain: 300s, parent_shutdown: 400s }");
    }

    @AfterEach
    void closeUpstream() throws IOException {
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void theFirstSignalDrainsAndTheSecondEndsAtOnce(String signal) throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                Upstream.Client stays = new Upstream.Client(port)) {
            stays.exchange();
            long generation = baton.serving().pid();

            Baton.signal(signal, baton.pid());

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(() -> new Upstream.Client(port).close())
                            .isInstanceOf(IOException.class));
            stays.exchange();
            assertThat(baton.isAlive()).isTrue();

            Baton.signal(signal, baton.pid());

            assertThat(baton.awaitExit()).isZero();
            assertThatThrownBy(stays::exchange).isInstanceOf(IOException.class);
            assertThat(ProcessHandle.of(generation)).isEmpty();
            assertThat(Leftovers.files(directory)).containsExactly("baton.lock", "journal.jsonl");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void withoutConnectionsOneSignalIsEnough(String signal) throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString())) {
            Baton.signal(signal, baton.pid());

            assertThat(baton.awaitExit()).isZero();
            assertThat(Leftovers.processes(directory)).isEmpty();
        }
    }

    @Test
    void statusWatchFollowsARestartUntilTheSupervisorStops() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                Watcher watcher = new Watcher(baton.orderAside("status", "--json", "--watch"))) {
            watcher.lines.await(serving(0), PATIENCE);
            baton.hangUp(1);
            watcher.lines.await(serving(1), PATIENCE);

            assertThat(baton.order("stop", "--now").code()).isZero();

            assertThat(watcher.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("the watcher ends too")
                    .isTrue();
            assertThat(watcher.process.exitValue()).isEqualTo(3);
            assertThat(watcher.lines.textToItsEnd(PATIENCE).lines().toList())
                    .last()
                    .asString()
                    .startsWith("baton: no baton runs in " + directory);
        }
    }

    @Test
    void statusWatchForPeopleIsWrittenAgainEachSecondWithoutEscapesIntoAPipe() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                Watcher watcher = new Watcher(baton.orderAside("status", "--watch"))) {
            await().atMost(PATIENCE)
                    .until(() -> watcher.lines
                                    .text()
                                    .lines()
                                    .filter(line -> line.startsWith("0 "))
                                    .count()
                            >= 2);
            assertThat(watcher.lines.text()).doesNotContain("\u001b");

            Baton.signal("TERM", watcher.process.pid());

            assertThat(watcher.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(baton.serving().epoch()).as("watching disturbs nobody").isZero();
        }
    }

    private static Pattern serving(int epoch) {
        return Pattern.compile("^\\{\"base_id\":\\d+,\"epoch\":%d,\"state\":\"serving\"".formatted(epoch));
    }

    /** A {@code status --watch} and what it says. */
    private static final class Watcher implements AutoCloseable {
        private final Process process;
        private final ProcessLines lines;

        private Watcher(Process process) {
            this.process = process;
            this.lines = new ProcessLines(process, line -> {});
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
