package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DemoResultTest {
    private static final long START = 1_000_000_000_000L;
    private static final DemoPlan PLAN = new DemoPlan(10, 1, 100, 5);
    private static final Map<String, Object> SERVING = Map.of("epoch", 1L, "state", "serving");
    private static final EchoResult STREAMS = new EchoResult(5, 5, Failures.NONE, 1_000, 5_000, START);

    @Test
    void isContentOnlyWhenNothingWasLostAndNothingIsLeft() {
        assertThat(result(http(Failures.NONE, 0), STREAMS, restart(true), SERVING)
                        .complaints())
                .isEmpty();
    }

    @Test
    void complainsOfEachThingThatWentWrong() {
        Failures reset = failures(FailureCause.RESET);
        EchoResult cut = new EchoResult(5, 4, failures(FailureCause.CUT), 1_000, 5_000, START);
        assertThat(result(http(reset, 0), STREAMS, restart(true), SERVING).complaints())
                .containsExactly("1 requests over new connections lost", "1 requests over kept connections lost");
        assertThat(result(http(Failures.NONE, 1), STREAMS, restart(true), SERVING)
                        .complaints())
                .containsExactly("2 connections with bytes that nobody asked for");
        assertThat(result(http(Failures.NONE, 0), cut, restart(true), SERVING).complaints())
                .containsExactly("1 streams lost");
        assertThat(result(http(Failures.NONE, 0), STREAMS, restart(false), SERVING)
                        .complaints())
                .containsExactly("1 old processes still there");
        assertThat(result(http(Failures.NONE, 0), STREAMS, List.of(), SERVING).complaints())
                .contains("1 hot restarts not done");
        assertThat(result(http(Failures.NONE, 0), STREAMS, restart(true), Map.of("epoch", 0L, "state", "serving"))
                        .complaints())
                .containsExactly("baton status says epoch 0, state serving; expected epoch 1, serving");
    }

    @Test
    void tellsTheVerdictAndTheFirstExampleOfEachFailure() {
        assertThat(print(result(http(Failures.NONE, 0), STREAMS, restart(true), SERVING)))
                .contains("PASSED", "0 to 1", "400 ms", "nothing lost");
        assertThat(print(result(http(failures(FailureCause.RESET), 0), STREAMS, restart(true), SERVING)))
                .contains("FAILED", "new connections: connection reset: 1 (first: an example)");
    }

    @Test
    void looksAtTheRequestsThatWereDueInTheSecondAfterReady() {
        DemoResult result = result(http(Failures.NONE, 0), STREAMS, restart(true), SERVING);
        // Ready at 1 s; the samples are due at 0, 0.5, 1, 1.5 ... and take as many milliseconds as they have half
        // seconds.
        assertThat(result.firstSecond(result.restarts().getFirst()).maxMicros()).isBetween(3_000L, 3_010L);
        assertThat(DemoResult.allOfIt(result.http().samples(), result.restarts().getFirst())
                        .count())
                .isEqualTo(6);
    }

    @Test
    void refusesPlansThatCannotBe() {
        assertThatThrownBy(() -> new DemoPlan(10, 4, 100, 5))
                .hasMessage("--restarts 4: expected at most one every 3 of the 10 s");
        assertThatThrownBy(() -> new DemoPlan(10, 1, 1, 5)).hasMessageContaining("--rate 1");
    }

    @Test
    void writesAnHttpListenerForAnHttpRoute() {
        assertThat(BatonConfigFile.text(
                        List.of(new Route("web", Protocol.HTTP, Loopback.port(1), Loopback.port(2))),
                        Duration.ofSeconds(15)))
                .contains("    http: { routes: [ { prefix: /, cluster: web } ] }\nclusters:");
    }

    @Test
    void writesTheConfigThatItsRoutesNeed() {
        assertThat(BatonConfigFile.text(
                        List.of(new Route("web", Loopback.port(1), Loopback.port(2))), Duration.ofSeconds(15)))
                .contains("""
                        listeners:
                          - name: web
                            address: 127.0.0.1:1
                            tcp: { cluster: web }
                        clusters:
                          - { name: web, endpoints: [ 127.0.0.1:2 ] }
                        handover: { drain: 15s, parent_shutdown: 20s }
                        """);
    }

    private static DemoResult result(
            HttpResult http, EchoResult streams, List<Restart> restarts, Map<String, Object> status) {
        return new DemoResult(PLAN, http, http, streams, 500, restarts, status);
    }

    private static HttpResult http(Failures failures, long unasked) {
        SampleRecorder samples = new SampleRecorder(START);
        for (int i = 0; i < 10; i++) {
            long due = START + TimeUnit.MILLISECONDS.toNanos(500L * i);
            samples.record(due, due + TimeUnit.MILLISECONDS.toNanos(i));
        }
        long end = START + TimeUnit.SECONDS.toNanos(5);
        return new HttpResult(10 + failures.total(), 10, failures, 10, 0, 0, unasked, samples.toSamples(end));
    }

    private static List<Restart> restart(boolean oldGone) {
        long ready = START + TimeUnit.SECONDS.toNanos(1);
        CompletableFuture<Long> gone = new CompletableFuture<>();
        if (oldGone) {
            gone.complete(ready + TimeUnit.SECONDS.toNanos(2));
        }
        return List.of(new Restart(
                ready - TimeUnit.MILLISECONDS.toNanos(600),
                ready - TimeUnit.MILLISECONDS.toNanos(400),
                ready,
                ready + 1,
                gone));
    }

    private static Failures failures(FailureCause cause) {
        return new Failures(Map.of(cause, new Failures.Tally(1, "an example")));
    }

    private static String print(DemoResult result) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DemoReport(result, new Terminal(false, false)).print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
