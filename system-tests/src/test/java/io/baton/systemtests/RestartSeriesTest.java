package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.bench.EchoLoad;
import io.baton.bench.EchoOrigin;
import io.baton.bench.EchoPlan;
import io.baton.bench.EchoResult;
import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients see while the proxy is replaced, again and again. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class RestartSeriesTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final String SHORT_REHEARSAL = "handover: { rehearsal: 200ms, drain: 10s, parent_shutdown: 20s }";

    @TempDir
    Path temp;

    @Test
    void tenRestartsUnderLoadRefuseNothingAndCutNothing() throws Exception {
        int web = Configs.freePort();
        int echo = Configs.freePort();
        try (HttpOrigin origin = HttpOrigin.start();
                EchoOrigin echoOrigin = EchoOrigin.start();
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        twoListeners(web, origin.address(), echo, echoOrigin.address())
                                .toString())) {
            // Little load and much patience: what is asked here is whether anything is lost, not how fast a busy
            // machine is.
            HttpLoad newConnections = HttpLoad.start(
                    HttpPlan.newConnections(Configs.loopback(web), 200).withTimeout(PATIENCE));
            HttpLoad kept =
                    HttpLoad.start(HttpPlan.kept(Configs.loopback(web), 30, 150).withTimeout(PATIENCE));
            // 200 at any time, each staying for up to 3 s: well over a restart, below the drain deadline.
            EchoLoad streams = EchoLoad.start(EchoPlan.wholeRun(Configs.loopback(echo), 200)
                    .withChunks(512, Duration.ofMillis(200))
                    .withLifetime(Duration.ofSeconds(3))
                    .withTimeout(PATIENCE));
            HttpResult requests;
            EchoResult echoes;
            try (newConnections;
                    kept;
                    streams) {
                for (int epoch = 1; epoch <= 10; epoch++) {
                    baton.upgrade();
                    assertThat(baton.serving().epoch()).isEqualTo(epoch);
                }
                requests = newConnections.stop().plus(kept.stop());
                echoes = streams.stop();
            }
            assertThat(requests.failures().total())
                    .as("failed requests: %s", requests.failures())
                    .isZero();
            assertThat(requests.isClean()).isTrue();
            assertThat(requests.answered()).isGreaterThan(1_000);
            assertThat(echoes.failures().total())
                    .as("failed streams: %s", echoes.failures())
                    .isZero();
            assertThat(echoes.complete()).isGreaterThan(200);
            await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
        }
    }

    @Test
    void openFilesStayFlatOverRestarts() throws Exception {
        int port = Configs.freePort();
        try (HttpOrigin origin = HttpOrigin.start();
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        Configs.write(temp, port, origin.address(), SHORT_REHEARSAL)
                                .toString())) {
            baton.upgrade();
            await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
            long supervisor = openFiles(baton.pid());
            long generation = openFiles(baton.serving().pid());
            for (int i = 0; i < 5; i++) {
                baton.upgrade();
            }
            await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
            // What an ended connection or a finished order held may go a moment later.
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(openFiles(baton.pid())).isLessThanOrEqualTo(supervisor);
                assertThat(openFiles(baton.serving().pid())).isLessThanOrEqualTo(generation);
            });
        }
    }

    @Test
    void aSlowAnswerFinishesInTheOldProcessWhileTheNewOneServes() throws Exception {
        int port = Configs.freePort();
        try (HttpOrigin origin = HttpOrigin.start();
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        Configs.write(temp, port, origin.address(), SHORT_REHEARSAL)
                                .toString(),
                        "--no-migration");
                Socket slow = new Socket(InetAddress.getLoopbackAddress(), port)) {
            long old = baton.serving().pid();
            slow.setSoTimeout((int) PATIENCE.toMillis());
            slow.getOutputStream()
                    .write("GET /slow?ms=6000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            baton.upgrade();
            assertThat(slow.getInputStream().available())
                    .as("the slow answer is still being thought about")
                    .isZero();

            HttpResult meanwhile;
            try (HttpLoad load = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(port), 200))) {
                await().atMost(PATIENCE).until(() -> load.progress().answered() > 50);
                meanwhile = load.stop();
            }
            assertThat(meanwhile.isClean()).as("%s", meanwhile.failures()).isTrue();
            assertThat(baton.serving().pid()).isNotEqualTo(old);
            assertThat(ProcessHandle.of(old).map(ProcessHandle::isAlive).orElse(false))
                    .as("the old process waits for its last connection")
                    .isTrue();

            String answer = new String(slow.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200 OK");
            await().atMost(PATIENCE).until(() -> ProcessHandle.of(old).isEmpty());
        }
    }

    @Test
    void aStreamThatOutstaysTheParentShutdownIsCutThenAndNotBefore() throws Exception {
        int port = Configs.freePort();
        try (Upstream upstream = new Upstream();
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        Configs.write(
                                        temp,
                                        port,
                                        Configs.loopback(upstream.port()),
                                        "handover: { rehearsal: 100ms, drain: 2s, parent_shutdown: 4s }")
                                .toString(),
                        "--no-migration");
                Upstream.Client stream = new Upstream.Client(port)) {
            stream.exchange();
            baton.upgrade();
            long committed = System.nanoTime();
            while (exchanged(stream)) {
                assertThat(System.nanoTime() - committed)
                        .as("the stream is cut in the end")
                        .isLessThan(PATIENCE.toNanos());
            }
            // The timer runs from the moment the child's workers started, a little before upgrade told us.
            assertThat(Duration.ofNanos(System.nanoTime() - committed)).isGreaterThan(Duration.ofMillis(2_500));
            await().atMost(PATIENCE).until(() -> baton.generations().size() == 1);
            assertThat(baton.status()).contains("\"cut\":1");
        }
    }

    private static boolean exchanged(Upstream.Client stream) {
        try {
            stream.exchange();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path twoListeners(int web, InetSocketAddress origin, int echo, InetSocketAddress echoOrigin)
            throws IOException {
        return Files.writeString(temp.resolve("two.yaml"), """
                listeners:
                  - { name: web, address: "127.0.0.1:%d", tcp: { cluster: origin } }
                  - { name: echo, address: "127.0.0.1:%d", tcp: { cluster: echo } }
                clusters:
                  - { name: origin, endpoints: [ "127.0.0.1:%d" ] }
                  - { name: echo, endpoints: [ "127.0.0.1:%d" ] }
                %s
                """.formatted(
                        web, echo, origin.getPort(), echoOrigin.getPort(), SHORT_REHEARSAL));
    }

    private static long openFiles(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
            return files.count();
        }
    }
}
