package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.baton.bench.HttpLoad;
import io.baton.bench.HttpOrigin;
import io.baton.bench.HttpPlan;
import io.baton.bench.HttpResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written and counted of HTTP requests while generations change: each request once, in whole lines, in growing numbers. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HttpObservedTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final String REQUESTS = "baton_http_requests_total";

    @TempDir
    Path temp;

    @Test
    void theAccessLogOfSeveralGenerationsHasAWholeLineForEachRequest() throws Exception {
        Path log = temp.resolve("access.log");
        HttpResult result;
        try (HttpOrigin origin = HttpOrigin.start();
                HttpFront front = HttpFront.start(
                        temp,
                        HttpFront.Settings.usual()
                                .withMore(HttpFront.SHORT_HANDOVER
                                        + "\naccess_log: { path: \"%s\", format: json }".formatted(log)),
                        origin.address().getPort())) {
            result = loadDuringRestarts(front, 3);
            assertThat(front.baton().order("stop").code()).isZero();
        }
        Map<String, Integer> linesByEpoch = new HashMap<>();
        for (String line : Files.readAllLines(log)) {
            Map<String, String> fields = parse(line);
            assertThat(fields).as(line).containsEntry("status", "200").containsEntry("listener", "web");
            linesByEpoch.merge(fields.getOrDefault("epoch", "none"), 1, Integer::sum);
        }
        assertThat(linesByEpoch).containsOnlyKeys("0", "1", "2", "3");
        assertThat(linesByEpoch.values().stream().mapToLong(count -> count).sum())
                .as("a line for each request")
                .isEqualTo(result.answered());
    }

    @Test
    void metricsNeverFallAndInTheEndHaveCountedEachRequest() throws Exception {
        try (HttpOrigin origin = HttpOrigin.start();
                HttpFront front = HttpFront.start(
                        temp, HttpFront.Settings.usual(), origin.address().getPort())) {
            List<Long> seen = new CopyOnWriteArrayList<>();
            AtomicBoolean watching = new AtomicBoolean(true);
            Thread watcher = Thread.ofVirtual().start(() -> {
                while (watching.get()) {
                    // While a restart is under way there may be a moment without an admin.
                    requestsCounted(front).ifPresent(seen::add);
                }
            });
            HttpResult result = loadDuringRestarts(front, 3);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(requestsCounted(front))
                            .as("%s of all generations", REQUESTS)
                            .hasValue(result.answered()));
            watching.set(false);
            watcher.join();
            assertThat(seen).hasSizeGreaterThan(10).isSorted();
            String metrics = front.adminAnswer("/metrics");
            assertThat(metrics).contains("baton_restart_epoch 3", "baton_connections_active{");
        }
    }

    @Test
    void anEndpointThatFailsItsChecksGetsNothingUntilItIsWell() throws Exception {
        AtomicBoolean well = new AtomicBoolean(true);
        Answers answers = new Answers();
        try (RecordingOrigin steady = new RecordingOrigin(answers);
                RecordingOrigin moody = new RecordingOrigin(call -> {
                    if (call.path().equals("/healthz")) {
                        call.respond(well.get() ? 200 : 503, "");
                    } else {
                        answers.answer(call);
                    }
                });
                RecordingOrigin alsoSteady = new RecordingOrigin(answers);
                HttpFront front = HttpFront.start(
                        temp,
                        HttpFront.Settings.usual()
                                .withCluster("health: { http: \"/healthz\", interval: 100ms, timeout: 2s, healthy: 2,"
                                        + " unhealthy: 2, status: 200-404 }"),
                        steady.port(),
                        moody.port(),
                        alsoSteady.port())) {
            await().until(() -> reached(front, moody));
            well.set(false);
            await().atMost(PATIENCE).until(() -> !reached(front, moody));
            assertThat(reached(front, steady)).isTrue();
            well.set(true);
            await().atMost(PATIENCE).until(() -> reached(front, moody));
        }
    }

    @Test
    void anEndpointThatDiesCostsNoRequestAndComesBack() throws Exception {
        try (RecordingOrigin steady = new RecordingOrigin(new Answers())) {
            int port;
            RecordingOrigin mortal = new RecordingOrigin(new Answers());
            port = mortal.port();
            try (HttpFront front = HttpFront.start(
                    temp,
                    HttpFront.Settings.usual()
                            .withCluster(
                                    "health: { tcp: true, interval: 100ms, timeout: 2s, healthy: 2, unhealthy: 2 }"),
                    steady.port(),
                    port)) {
                await().until(() -> reached(front, mortal));
                mortal.close();
                for (int i = 0; i < 100; i++) {
                    assertThat(status(front)).isEqualTo(200);
                }
                try (RecordingOrigin reborn = new RecordingOrigin(new Answers(), port)) {
                    await().atMost(PATIENCE).until(() -> reached(front, reborn));
                }
            } finally {
                mortal.close();
            }
        }
    }

    /** Whether one of some requests gets there. */
    private static boolean reached(HttpFront front, RecordingOrigin origin) throws IOException {
        long before = gets(origin);
        for (int i = 0; i < 12; i++) {
            assertThat(status(front)).isEqualTo(200);
        }
        return gets(origin) > before;
    }

    private static long gets(RecordingOrigin origin) {
        return origin.requests().stream()
                .filter(request -> request.target().equals("/status"))
                .count();
    }

    private static int status(HttpFront front) throws IOException {
        try (RawClient client = new RawClient(front.port())) {
            return client.get("/status").read().status();
        }
    }

    private static HttpResult loadDuringRestarts(HttpFront front, int restarts) throws Exception {
        try (HttpLoad kept = HttpLoad.start(
                        HttpPlan.kept(Configs.loopback(front.port()), 10, 200).withTimeout(PATIENCE));
                HttpLoad fresh = HttpLoad.start(HttpPlan.newConnections(Configs.loopback(front.port()), 100)
                        .withTimeout(PATIENCE))) {
            for (int i = 0; i < restarts; i++) {
                long before = kept.progress().answered();
                await().atMost(PATIENCE).until(() -> kept.progress().answered() > before + 50);
                front.baton().upgrade();
            }
            long before = kept.progress().answered();
            await().atMost(PATIENCE).until(() -> kept.progress().answered() > before + 50);
            HttpResult result = kept.stop().plus(fresh.stop());
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            return result;
        }
    }

    /** The sum over all labels; empty while there is no admin. */
    private static OptionalLong requestsCounted(HttpFront front) {
        String metrics;
        try {
            metrics = front.adminAnswer("/metrics");
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(metrics.lines()
                .filter(line -> line.startsWith(REQUESTS + "{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum());
    }

    /** The line's one object, flat, and nothing else. */
    private static Map<String, String> parse(String line) throws IOException {
        Map<String, String> fields = new HashMap<>();
        List<JsonToken> outside = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) {
                    fields.put(parser.currentName(), parser.getText());
                } else if (token != JsonToken.FIELD_NAME) {
                    outside.add(token);
                }
            }
        }
        assertThat(outside).as(line).containsExactly(JsonToken.START_OBJECT, JsonToken.END_OBJECT);
        return fields;
    }
}
