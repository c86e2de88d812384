package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.baton.BaseId;
import io.baton.MigrationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP listeners in one generation, and in two over the real protocol. */
class HttpProxyingTest {
    private final BaseId baseId = Generation.freshBaseId();
    private final int port = TestConfigs.freePort();
    private HttpOrigin api;
    private HttpOrigin rest;

    @TempDir
    Path directory;

    @BeforeEach
    void startOrigins() throws IOException {
        api = new HttpOrigin("api");
        rest = new HttpOrigin("rest");
    }

    @AfterEach
    void stopOrigins() {
        api.close();
        rest.close();
    }

    @Test
    void requestsOfOneConnectionGoWhereTheirRoutesSay() throws Exception {
        try (Generation generation = join(0, config("")).serving();
                HttpClientSocket client = new HttpClientSocket(port)) {
            assertThat(client.get("api.example.com", "/v1/x")).isEqualTo("200 api");
            assertThat(client.get("www.example.com", "/v1/x")).isEqualTo("200 rest");
            assertThat(client.get("api.example.com:8080", "/health")).isEqualTo("200 rest");
            assertThat(client.get("api.example.com", "/none")).startsWith("404 ");

            await().untilAsserted(() -> assertThat(generation.stats.counters())
                    .containsEntry("http.web.downstream_rq_total", 4L)
                    .containsEntry("http.web.downstream_rq_2xx", 3L)
                    .containsEntry("http.web.downstream_rq_200", 3L)
                    .containsEntry("http.web.downstream_rq_404", 1L)
                    .containsEntry("http.web.no_route", 1L)
                    .containsEntry("cluster.api.upstream_rq_total", 1L)
                    .containsEntry("cluster.api.upstream_rq_2xx", 1L)
                    .containsEntry("cluster.rest.upstream_rq_total", 2L)
                    .containsEntry("listener.127.0.0.1_%d.downstream_cx_total".formatted(port), 1L));
            assertThat(generation.stats.gauges())
                    .containsEntry("cluster.rest.upstream_rq_active", 0L)
                    .containsEntry("cluster.rest.upstream_cx_active", 1L)
                    .containsEntry("listener.127.0.0.1_%d.downstream_cx_active".formatted(port), 1L);
            assertThat(generation.proxy.httpConnections()).isEqualTo(1);
            assertThat(generation
                            .proxy
                            .clusters()
                            .getLast()
                            .endpoints()
                            .getFirst()
                            .requestsTotal())
                    .isEqualTo(2);
        }
    }

    @Test
    void afterAPauseItAcceptsAgainAndNobodyWasAskedToLeave() throws Exception {
        try (Generation generation = join(0, config("")).serving();
                HttpClientSocket client = new HttpClientSocket(port)) {
            for (int time = 1; time <= 2; time++) {
                assertThat(client.get("www.example.com", "/v1/x")).isEqualTo("200 rest");
                generation.proxy.pauseAccepting();
                try (HttpClientSocket late = new HttpClientSocket(port)) {
                    assertThat(client.get("www.example.com", "/v1/x")).isEqualTo("200 rest");
                    assertThat(generation.proxy.httpConnections()).isEqualTo(1);

                    generation.proxy.accept();
                    assertThat(late.get("www.example.com", "/v1/x")).isEqualTo("200 rest");
                }
                await().until(() -> generation.proxy.httpConnections() == 1);
            }
        }
    }

    @Test
    void withoutAHealthyEndpointTheAnswerIs503AndItsReasonIsCounted() throws Exception {
        rest.status = 500;
        String health = ", health: { http: /healthz, interval: 50ms, timeout: 500ms }";
        try (Generation generation = join(0, config(health)).serving();
                HttpClientSocket client = new HttpClientSocket(port)) {
            await().until(() -> generation.proxy.clusters().getLast().endpoints().stream()
                    .noneMatch(ClusterStatus.EndpointStatus::healthy));

            assertThat(client.get("www.example.com", "/v1")).startsWith("503 ");
            assertThat(generation.counter("cluster.rest.upstream_cx_none_healthy"))
                    .isEqualTo(1);

            rest.status = 200;

            await().untilAsserted(() ->
                    assertThat(client.get("www.example.com", "/v1")).isEqualTo("200 rest"));
        }
    }

    /** A child takes over with what its parent knew: nobody there is asked who is known to be ill. */
    @Test
    void aChildKnowsWhoIsIllBeforeItTakesOver() throws Exception {
        rest.status = 500;
        BatonConfig config = config(", health: { http: /healthz, interval: 1h, timeout: 5s }");
        try (Generation parent = join(0, config).serving();
                Generation child = join(1, config)) {
            child.proxy.rehearse();

            assertThat(child.proxy.clusters().getLast().endpoints()).allMatch(endpoint -> !endpoint.healthy());
            assertThat(parent.proxy.connections()).isZero();
        }
    }

    @Test
    void idleClientsMoveWithTheirNumbersAndAreNotAskedToLeave() throws Exception {
        BatonConfig config = config("");
        try (Generation parent = join(0, config).serving();
                HttpClientSocket client = new HttpClientSocket(port)) {
            assertThat(client.get("www.example.com", "/v1")).isEqualTo("200 rest");
            try (Generation child = join(1, config).serving()) {
                parent.retire();
                assertThat(client.get("www.example.com", "/v1")).isEqualTo("200 rest");
                assertThat(client.closing).isFalse();
                assertThat(child.proxy.httpConnections()).isOne();
                await().untilAsserted(() ->
                        assertThat(child.counter("http.web.downstream_rq_200")).isEqualTo(2));
                String listener = "listener.127.0.0.1_%d.".formatted(port);
                assertThat(child.counter(listener + "downstream_cx_total")).isOne();
                assertThat(child.counter("baton.connections_migrated.http1")).isOne();
                assertThat(child.stats.gauges()).containsEntry(listener + "downstream_cx_active", 1L);
            }
        }
    }

    @Test
    void aDrainingParentAsksClientsThatDoNotMoveToLeaveAndEndsWhenTheyHave() throws Exception {
        BatonConfig config = config("");
        MigrationOptions stay = MigrationOptions.defaults().withEnabled(false);
        try (Generation parent =
                        Generation.join(directory, baseId, 0, config, 2, stay).serving();
                HttpClientSocket old = new HttpClientSocket(port)) {
            assertThat(old.get("www.example.com", "/v1")).isEqualTo("200 rest");
            Generation child =
                    Generation.join(directory, baseId, 1, config, 2, stay).serving();
            parent.awaitNotAccepting();
            try (child;
                    HttpClientSocket fresh = new HttpClientSocket(port)) {
                assertThat(fresh.get("www.example.com", "/v1")).isEqualTo("200 rest");
                assertThat(fresh.closing).isFalse();

                parent.proxy.askClientsToLeave();
                assertThat(old.get("www.example.com", "/v1")).isEqualTo("200 rest");
                assertThat(old.closing).isTrue();
                old.leave();

                parent.retire();
                await().untilAsserted(() ->
                        assertThat(child.counter("http.web.downstream_rq_200")).isEqualTo(3));
            }
        }
    }

    @Test
    void noRequestFailsWhileGenerationsReplaceOneAnother() throws Exception {
        Path log = directory.resolve("access.log");
        BatonConfig config = TestConfigs.withAccessLog(config(""), log, AccessLogConfig.Format.JSON);
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        Generation current = join(0, config).serving();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(Thread.ofPlatform().start(() -> ask(stop, done, failures)));
        }
        try {
            for (int epoch = 1; epoch <= 3; epoch++) {
                int before = done.get();
                await().until(() -> done.get() > before + 50);
                Generation next = join(epoch, config).serving();
                current.awaitNotAccepting();
                current.proxy.askClientsToLeave();
                current.retire();
                current = next;
            }
        } finally {
            stop.set(true);
            for (Thread client : clients) {
                client.join();
            }
            current.close();
        }

        assertThat(failures).isEmpty();
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(done.get());
        for (String line : lines) {
            try (JsonParser json = new JsonFactory().createParser(line)) {
                while (json.nextToken() != null) {
                    // a torn line is no JSON
                }
            }
        }
        assertThat(lines.getFirst())
                .contains("\"path\":\"/v1\"", "\"status\":200", "\"outcome\":\"completed\"", "\"epoch\":0");
        assertThat(lines.getLast()).contains("\"epoch\":3");
    }

    /** Keeps its connection until it is told to leave, as clients do. */
    private void ask(AtomicBoolean stop, AtomicInteger done, Queue<String> failures) {
        while (!stop.get()) {
            try (HttpClientSocket client = new HttpClientSocket(port)) {
                do {
                    String answer = client.get("www.example.com", "/v1");
                    if (answer.equals("200 rest")) {
                        done.incrementAndGet();
                    } else {
                        failures.add(answer);
                    }
                } while (!client.closing && !stop.get());
            } catch (IOException e) {
                failures.add(e.toString());
            }
        }
    }

    /** @param more keys of the cluster "rest" */
    private BatonConfig config(String more) throws ConfigException {
        return ConfigLoader.parse(
                Path.of("baton.yaml"),
                """
                listeners:
                  - name: web
                    address: 127.0.0.1:%d
                    http:
                      routes:
                        - { host: api.example.com, prefix: /v1, cluster: api }
                        - { prefix: /v1, cluster: rest }
                        - { exact: /health, cluster: rest }
                clusters:
                  - { name: api, endpoints: [ 127.0.0.1:%d ] }
                  - { name: rest, endpoints: [ 127.0.0.1:%d ]%s }
                handover: { rehearsal: 300ms }
                """.formatted(port, api.port(), rest.port(), more),
                HostResolver.system(),
                new UnreadTlsFiles());
    }

    private Generation join(int epoch, BatonConfig config) throws Exception {
        return Generation.join(directory, baseId, epoch, config, 2);
    }
}
