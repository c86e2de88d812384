package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.baton.BaseId;
import io.baton.MigrationOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two generations of one lineage, in one JVM, over the real protocol. */
class ProxyHandoverTest {
    private final BaseId baseId = Generation.freshBaseId();
    private final int port = TestConfigs.freePort();
    private EchoOrigin origin;

    @TempDir
    Path directory;

    @BeforeEach
    void startOrigin() throws IOException {
        origin = new EchoOrigin();
    }

    @AfterEach
    void stopOrigin() {
        origin.close();
    }

    @Test
    void oldConnectionsFinishInTheParentWhileTheChildServesNewOnes() throws Exception {
        BatonConfig config = TestConfigs.tcp(port, true, origin.port());
        try (Generation parent = joinDraining(0, config).serving();
                Client old = Client.connect(port)) {
            old.echo("before");
            Generation child = joinDraining(1, config).serving();
            parent.awaitNotAccepting();
            try (child;
                    Client fresh = Client.connect(port)) {
                fresh.echo("to the child");
                old.echo("still here");
                assertThat(child.proxy.connections()).isEqualTo(1);
                assertThat(parent.proxy.connections()).isEqualTo(1);

                old.finish();

                parent.retire();
                await().untilAsserted(() -> assertThat(
                                child.counter("listener.127.0.0.1_%d.downstream_cx_total".formatted(port)))
                        .isEqualTo(2));
                fresh.echo("alone now");
            }
        }
    }

    @Test
    void connectionsMoveToTheChildWhichGoesOnWithThemAndLogsThemOnce() throws Exception {
        Path log = directory.resolve("access.log");
        BatonConfig config =
                TestConfigs.withAccessLog(TestConfigs.tcp(port, true, origin.port()), log, AccessLogConfig.Format.JSON);
        String active = "listener.127.0.0.1_%d.downstream_cx_active".formatted(port);
        Generation parent = join(0, config, 2).serving();
        try (Client old = Client.connect(port)) {
            old.echo("before");
            try (Generation child = join(1, config, 2).serving()) {
                parent.retire();

                old.echo("after");
                assertThat(child.proxy.connections()).isEqualTo(1);
                assertThat(child.stats.gauges()).containsEntry(active, 1L);
                old.finish();
                await().until(() -> child.proxy.connections() == 0);
                assertThat(child.counter("listener.127.0.0.1_%d.downstream_cx_total".formatted(port)))
                        .isEqualTo(1);
                assertThat(child.stats.gauges()).containsEntry(active, 0L);
            }
        }
        assertThat(Files.readAllLines(log)).singleElement().satisfies(line -> {
            assertThat(epochOf(line)).isEqualTo(1);
            assertThat(line).containsPattern("\"id\":[01],"); // by which worker took it: of the range of epoch 0
        });
    }

    @Test
    void noConnectionIsRefusedOrCutWhileGenerationsReplaceOneAnother() throws Exception {
        BatonConfig config = TestConfigs.tcp(port, true, origin.port());
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        Generation current = join(0, config, 2).serving();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(Thread.ofVirtual().start(() -> connectUntil(stop, done, failures)));
        }
        for (int epoch = 1; epoch <= 3; epoch++) {
            int sofar = done.get();
            await().until(() -> done.get() > sofar + 200);
            Generation next = join(epoch, config, epoch == 2 ? 1 : 3).serving();
            current.retire();
            current = next;
        }
        int sofar = done.get();
        await().until(() -> done.get() > sofar + 200);
        stop.set(true);
        for (Thread client : clients) {
            client.join();
        }
        Generation last = current;

        assertThat(failures).isEmpty();
        await().untilAsserted(
                        () -> assertThat(last.counter("listener.127.0.0.1_%d.downstream_cx_total".formatted(port)))
                                .isEqualTo(done.get()));
        await().untilAsserted(() -> assertThat(
                        last.counter("listener.127.0.0.1_%d.downstream_cx_rx_bytes_total".formatted(port)))
                .isEqualTo(done.get() * 5L));
        last.close();
    }

    @Test
    void whatWaitsInTheQueuesOfTheParentsWorkersIsServedByAChildWithFewer() throws Exception {
        BatonConfig config = TestConfigs.tcp(port, true, origin.port());
        try (Generation parent = join(0, config, 4).serving();
                Generation child = join(1, config, 1).started()) {
            // The child has the sockets now; a parent that stops accepting leaves what comes to the four queues.
            parent.proxy.stopAccepting();
            List<Client> waiting = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                Client client = Client.connect(port);
                client.say("waiting");
                waiting.add(client);
            }
            child.hotRestart.serve(child);
            child.proxy.accept();
            child.hotRestart.ready();

            for (Client client : waiting) {
                client.hear("waiting");
                client.close();
            }
        }
    }

    @Test
    void reusePortMayChangeFromOneGenerationToTheNext() throws Exception {
        BatonConfig perWorker = TestConfigs.tcp(port, true, origin.port());
        BatonConfig shared = TestConfigs.tcp(port, false, origin.port());
        try (Generation first = join(0, perWorker, 2).serving()) {
            echoes(20);
            try (Generation second = join(1, shared, 2).serving()) {
                first.retire();
                echoes(20);
                try (Generation third = join(2, shared, 2).serving()) {
                    second.retire();
                    echoes(20);
                    assertThat(third.proxy.listeners()).hasSize(1);
                }
            }
        }
    }

    @Test
    void workersShareAnInheritedSocketThatLetsNoOtherBindBesideIt() throws Exception {
        BatonConfig shared = TestConfigs.tcp(port, false, origin.port());
        BatonConfig perWorker = TestConfigs.tcp(port, true, origin.port());
        try (Generation first = join(0, shared, 1).serving();
                Generation second = join(1, perWorker, 2).serving()) {
            first.retire();
            echoes(20);
            try (Generation third = join(2, perWorker, 4).serving()) {
                second.retire();
                echoes(20);
                assertThat(third.hotRestart.epoch().value()).isEqualTo(2);
            }
        }
    }

    @Test
    void aChildThatFailsBeforeReadyLeavesTheParentServing() throws Exception {
        BatonConfig config = TestConfigs.tcp(port, true, origin.port());
        try (Generation parent = join(0, config, 2).serving()) {
            try (Generation child = join(1, config, 2).started()) {
                assertThat(child.proxy.listeners()).hasSize(1);
            }
            echoes(20);
            assertThat(parent.proxy.connections()).isLessThanOrEqualTo(20);

            try (Generation again = join(1, config, 2).serving()) {
                parent.retire();
                echoes(20);
                assertThat(again.hotRestart.epoch().value()).isEqualTo(1);
            }
        }
    }

    @Test
    void aListenerTheNextConfigDoesNotHaveIsGone() throws Exception {
        int other = TestConfigs.freePort();
        try (Generation parent =
                join(0, TestConfigs.tcp(port, true, origin.port()), 2).serving()) {
            try (Generation child =
                    join(1, TestConfigs.tcp(other, true, origin.port()), 2).serving()) {
                parent.retire();
                try (Client client = Client.connect(other)) {
                    client.echo("moved");
                }
                assertThatThrownBy(() -> Client.connect(port)).isInstanceOf(ConnectException.class);
                assertThat(child.proxy.listeners()).hasSize(1);
            }
        }
    }

    @Test
    void aUnixPathIsRemovedByTheLastGenerationOnly() throws Exception {
        Path path = directory.resolve("app.sock");
        BatonConfig config = TestConfigs.unix(path, origin.port());
        Generation parent = join(0, config, 2).serving();
        Client.echoOverUnix(path, "to the parent");
        try (Generation child = join(1, config, 2).serving()) {
            parent.retire();

            assertThat(path).exists();
            Client.echoOverUnix(path, "to the child");
            assertThat(child.hotRestart.epoch().value()).isEqualTo(1);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void bothGenerationsWriteWholeLinesToOneAccessLog() throws Exception {
        Path log = directory.resolve("access.log");
        BatonConfig config =
                TestConfigs.withAccessLog(TestConfigs.tcp(port, true, origin.port()), log, AccessLogConfig.Format.JSON);
        int lines = 400;
        Generation parent = joinDraining(0, config).serving();
        List<Client> old = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            Client client = Client.connect(port);
            client.echo("hello");
            old.add(client);
        }
        try (Generation child = joinDraining(1, config).serving()) {
            Thread ending = Thread.ofVirtual().start(() -> closeAll(old));
            for (int i = 0; i < lines; i++) {
                try (Client client = Client.connect(port)) {
                    client.echo("hello");
                }
            }
            ending.join();
            parent.retire();
            assertThat(child.counter("access_log.dropped")).isZero();
        }

        Map<Integer, Integer> perEpoch = new TreeMap<>();
        for (String line : Files.readAllLines(log)) {
            perEpoch.merge(epochOf(line), 1, Integer::sum);
        }
        // DrainListeners has no answer: the parent may take a first few of the new connections.
        assertThat(perEpoch).containsOnlyKeys(0, 1);
        assertThat(perEpoch.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(2 * lines);
    }

    @Test
    void aChildRehearsesForNoLongerThanItMay() throws Exception {
        BatonConfig config = TestConfigs.tcp(port, true, origin.port());
        try (Generation parent = join(0, config, 2).serving();
                Generation child = join(1, config, 2)) {
            assertThat(child.proxy.rehearse()).singleElement().satisfies(result -> {
                assertThat(result.failure()).isEmpty();
                assertThat(result.messages()).isPositive();
                assertThat(result.duration())
                        .isLessThan(HandoverConfig.DEFAULT.rehearsal().multipliedBy(4));
            });
            assertThat(child.counter("listener.127.0.0.1_%d.downstream_cx_total".formatted(port)))
                    .isZero();
            assertThat(parent.proxy.connections()).isZero();
        }
    }

    /** One whose connections stay. */
    private Generation joinDraining(int epoch, BatonConfig config) throws Exception {
        return Generation.join(
                directory, baseId, epoch, config, 2, MigrationOptions.defaults().withEnabled(false));
    }

    private Generation join(int epoch, BatonConfig config, int concurrency) throws Exception {
        return Generation.join(directory, baseId, epoch, config, concurrency);
    }

    private void echoes(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (Client client = Client.connect(port)) {
                client.echo("hello " + i);
            }
        }
    }

    private void connectUntil(AtomicBoolean stop, AtomicInteger done, Queue<String> failures) {
        while (!stop.get()) {
            try (Client client = Client.connect(port)) {
                client.echo("hello");
                client.finish();
                done.incrementAndGet();
            } catch (IOException | AssertionError e) {
                failures.add(e.toString());
                return;
            }
        }
    }

    private static void closeAll(List<Client> clients) {
        for (Client client : clients) {
            try {
                client.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Parses the whole line: a torn one is no JSON. */
    private static int epochOf(String line) throws IOException {
        int epoch = -1;
        try (JsonParser json = new JsonFactory().createParser(line)) {
            while (json.nextToken() != null) {
                if ("epoch".equals(json.currentName())) {
                    epoch = json.nextIntValue(-1);
                }
            }
        }
        return epoch;
    }
}
