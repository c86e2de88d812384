package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code baton run} and the orders to it promise, with real processes. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SupervisedRunTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;

    private final Path temp;
    private final Path directory;
    private final Upstream upstream;
    private final int port;
    private final Path config;

    SupervisedRunTest(@TempDir Path temp) throws IOException {
        this.temp = temp;
        this.directory = temp.resolve("r");
        this.upstream = new Upstream();
        this.port = Configs.freePort();
        this.config = write("baton.yaml", listener("web", port), "");
    }

    @AfterEach
    void closeUpstream() throws IOException {
        upstream.close();
    }

    @Test
    void upgradeUnderLoadRefusesNothing() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString())) {
            for (int epoch = 1; epoch <= 3; epoch++) {
                // New streams each time: those of the process before last are cut at its drain deadline, as they must.
                Load load = new Load(port, 4, 8);
                try (load) {
                    await().atMost(PATIENCE).until(() -> load.exchanges() > 100);
                    baton.upgrade();
                    long before = load.exchanges();
                    await().atMost(PATIENCE).until(() -> load.exchanges() > before + 100);
                    assertThat(baton.serving().epoch()).isEqualTo(epoch);
                }
                assertThat(load.failures()).isEmpty();
            }
        }
    }

    @Test
    void aGenerationThatFailsToStartNeverHarmsTheRunningOne() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                ServerSocket occupied = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            long serving = baton.serving().pid();
            Load load = new Load(port, 2, 4);
            try (load) {
                Path bad = Files.writeString(temp.resolve("bad.yaml"), "listeners: 7\n");
                Outcome badConfig = baton.order("upgrade", "-c", bad.toString());
                assertThat(badConfig.code()).isEqualTo(3);
                assertThat(badConfig.err()).contains(bad + ":1:").contains("goes on serving");

                Path taken =
                        write("taken.yaml", listener("web", port) + listener("other", occupied.getLocalPort()), "");
                Outcome portInUse = baton.order("upgrade", "-c", taken.toString());
                assertThat(portInUse.code()).isEqualTo(3);
                assertThat(portInUse.err()).contains("EADDRINUSE").contains("goes on serving");

                Process killed = baton.orderAside("upgrade");
                Baton.signal("KILL", baton.awaitStarting(killed, 1));
                assertThat(killed.waitFor()).isEqualTo(3);

                Process hung = baton.orderAside("upgrade");
                Baton.signal("STOP", baton.awaitStarting(hung, 1));
                assertThat(hung.waitFor()).isEqualTo(3);

                assertThat(baton.serving().pid()).isEqualTo(serving);
                // The epoch that failed four times is not used up.
                baton.upgrade();
                assertThat(baton.serving().epoch()).isEqualTo(1);
            }
            assertThat(load.failures()).isEmpty();
            assertThat(baton.output()).contains("was not ready within").contains("was killed by signal 9");
        }
    }

    @Test
    void secondUpgradeIsRefusedWithWhoIsAtIt() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString())) {
            Process first = baton.orderAside("upgrade");
            long child = baton.awaitStarting(first, 1);
            Baton.signal("STOP", child);

            Outcome second = baton.order("upgrade");

            assertThat(second.code()).isEqualTo(3);
            assertThat(second.err())
                    .contains("a hot restart is under way already: pid " + first.pid())
                    .contains("generation 1 (pid %d) is starting".formatted(child));
            Baton.signal("CONT", child);
            assertThat(first.waitFor()).isZero();
        }
    }

    @Test
    void rollbackAbortsWhatIsNotCommitted() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString())) {
            Process upgrade = baton.orderAside("upgrade");
            Baton.signal("STOP", baton.awaitStarting(upgrade, 1));

            assertThat(baton.order("rollback").code()).isZero();

            assertThat(upgrade.waitFor()).isEqualTo(3);
            assertThat(baton.serving().epoch()).isZero();
            Outcome nothing = baton.order("rollback");
            assertThat(nothing.code()).isEqualTo(3);
            assertThat(nothing.err()).contains("nothing to roll back");
        }
    }

    @Test
    void connectionsMoveAndTheOldProcessIsGone() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                Upstream.Client stays = new Upstream.Client(port)) {
            stays.exchange();
            long first = baton.serving().pid();

            baton.upgrade();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(baton.generations())
                            .extracting(
                                    BatonProcess.Generation::epoch,
                                    BatonProcess.Generation::state,
                                    BatonProcess.Generation::connections)
                            .containsExactly(tuple(1, "serving", 1)));
            assertThat(ProcessHandle.of(first)).isEmpty();
            stays.exchange();
            assertThat(baton.status())
                    .contains("\"result\":\"committed\",\"moved\":1,\"drained\":0,\"cut\":0,\"pause_ms\":{\"p50\":")
                    .doesNotContain("\"parent_gone_ms\":null");
        }
    }

    @Test
    void statusNamesEveryLivingGeneration() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString(), "--no-migration");
                Upstream.Client stays = new Upstream.Client(port)) {
            stays.exchange();
            long first = baton.serving().pid();
            baton.upgrade();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(baton.generations())
                            .extracting(
                                    BatonProcess.Generation::epoch,
                                    BatonProcess.Generation::state,
                                    BatonProcess.Generation::connections)
                            .containsExactly(tuple(0, "draining", 1), tuple(1, "serving", 0)));
            assertThat(baton.generations().getFirst().pid()).isEqualTo(first);
            stays.exchange();
            stays.end();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(baton.generations()).hasSize(1));
            assertThat(baton.status())
                    .contains("\"result\":\"committed\",\"moved\":0,\"drained\":1,\"cut\":0,\"pause_ms\":null")
                    .doesNotContain("\"parent_gone_ms\":null");
        }
    }

    @Test
    void stopIsGraceful() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                Upstream.Client stays = new Upstream.Client(port)) {
            stays.exchange();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(baton.serving().connections()).isEqualTo(1));

            Process stop = baton.orderAside("stop");
            baton.awaitLine("stopping: 1 connections drain");

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(() -> new Upstream.Client(port).close())
                            .isInstanceOf(IOException.class));
            stays.exchange();
            assertThat(baton.isAlive()).isTrue();
            stays.end();

            assertThat(stop.waitFor()).isZero();
            assertThat(baton.awaitExit()).isZero();
            assertThat(directory.resolve("baton.pid")).doesNotExist();
        }
    }

    @Test
    void stopNowCutsWhatIsLeft() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString());
                Upstream.Client stays = new Upstream.Client(port)) {
            stays.exchange();

            assertThat(baton.order("stop", "--now").code()).isZero();

            assertThat(baton.awaitExit()).isZero();
            assertThatThrownBy(stays::exchange).isInstanceOf(IOException.class);
        }
    }

    @Test
    void supervisorDeathIsSurvived() throws Exception {
        try (BatonProcess first = BatonProcess.run(directory, "-c", config.toString())) {
            long serving = first.serving().pid();
            Load load = new Load(port, 2, 2);
            try (load) {
                first.killSupervisor();
                try (BatonProcess second = BatonProcess.run(directory, "-c", config.toString())) {
                    second.awaitLine("found generation 0 (pid %d), whose supervisor is gone".formatted(serving));
                    await().atMost(PATIENCE)
                            .untilAsserted(
                                    () -> assertThat(second.serving().epoch()).isEqualTo(1));
                    long before = load.exchanges();
                    await().atMost(PATIENCE).until(() -> load.exchanges() > before + 100);
                    load.stop();
                    assertThat(second.order("stop", "--now").code()).isZero();
                }
            }
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void aServingGenerationThatDiesIsReplaced() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString())) {
            long first = baton.serving().pid();
            Baton.signal("KILL", first);

            baton.awaitLine("was killed by signal 9; a cold start as epoch 0 follows");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(baton.serving().pid()).isNotEqualTo(first));
            try (Upstream.Client client = new Upstream.Client(port)) {
                client.exchange();
            }
        }
    }

    @Test
    void oneDirectoryHasOneLineage() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory, "-c", config.toString())) {
            Outcome second = Baton.command("run", "--runtime-dir", directory.toString(), "-c", config.toString());

            assertThat(second.code()).isEqualTo(1);
            assertThat(second.err()).contains("is already run by pid " + baton.pid());
            assertThat(baton.serving().epoch()).isZero();
        }
    }

    @Test
    void usr1ReopensLogs() throws Exception {
        Path access = temp.resolve("access.log");
        Path log = temp.resolve("baton.log");
        Path logging = write(
                "logging.yaml", listener("web", port), "access_log: { path: %s, format: text }".formatted(access));
        try (BatonProcess baton = BatonProcess.run(directory, "-c", logging.toString(), "--log-path", log.toString())) {
            connectOnce();
            await().atMost(PATIENCE).until(() -> Files.size(access) > 0 && Files.size(log) > 0);
            Files.move(access, temp.resolve("access.1"));
            Files.move(log, temp.resolve("log.1"));

            Baton.signal("USR1", baton.pid());

            await().atMost(PATIENCE).until(() -> Files.exists(access) && Files.exists(log));
            long before = Files.size(temp.resolve("access.1"));
            connectOnce();
            await().atMost(PATIENCE).until(() -> Files.size(access) > 0);
            assertThat(Files.size(temp.resolve("access.1"))).isEqualTo(before);
            assertThat(Files.readString(log)).contains("logs reopened");
            assertThat(baton.serving().epoch()).isZero();
        }
    }

    @Test
    void withoutAConfigSomethingAnswers() throws Exception {
        try (BatonProcess baton = BatonProcess.run(directory)) {
            String curl = baton.awaitLine("try: curl ");
            String url = curl.substring(curl.indexOf("http://"));
            try (var client = HttpClient.newHttpClient()) {
                var answer = client.send(
                        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).startsWith("Hello from Baton");
            }
        }
    }

    private void connectOnce() throws IOException {
        try (Upstream.Client client = new Upstream.Client(port)) {
            client.exchange();
        }
    }

    private Path write(String name, String listeners, String more) throws IOException {
        return Files.writeString(temp.resolve(name), """
                listeners:
                %sclusters: [ { name: echo, endpoints: [ 127.0.0.1:%d ] } ]
                handover: { drain: 20s, parent_shutdown: 30s, rehearsal: 200ms, ready_timeout: 10s }
                %s
                """.formatted(listeners, upstream.port(), more));
    }

    private static String listener(String name, int port) {
        return "  - { name: %s, address: 127.0.0.1:%d, tcp: { cluster: echo } }\n".formatted(name, port);
    }
}
