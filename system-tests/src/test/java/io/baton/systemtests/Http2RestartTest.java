package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients of HTTP/2 and gRPC, which others wrote, see of the proxy and of its restarts: no request fails, no stream is refused. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class Http2RestartTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final int RESTARTS = 4;
    private static final HttpFront.Settings QUICK =
            HttpFront.Settings.usual().withMore("handover: { rehearsal: 200ms, drain: 2s, parent_shutdown: 30s }");

    @TempDir
    Path temp;

    @Test
    void grpcHasAllItsKindsOfCalls() throws Exception {
        GrpcPrograms.orSkip();
        try (GrpcPrograms.Server server = GrpcPrograms.Server.start();
                HttpFront front = HttpFront.start(temp, QUICK.withCluster("protocol: http2"), server.port())) {
            Process client = GrpcPrograms.start("grpc_client_check.py", String.valueOf(front.port()));
            assertThat(GrpcPrograms.lines(client).lines()).containsExactly("all is well");
            assertThat(client.waitFor()).isZero();
        }
    }

    @Test
    void grpcCallsAndStreamsLoseNothingToRestarts() throws Exception {
        GrpcPrograms.orSkip();
        try (GrpcPrograms.Server server = GrpcPrograms.Server.start();
                HttpFront front = HttpFront.start(temp, QUICK.withCluster("protocol: http2"), server.port())) {
            Process load = GrpcPrograms.start("grpc_load.py", String.valueOf(front.port()), "4");
            try (BufferedReader said = GrpcPrograms.lines(load)) {
                assertThat(said.readLine()).isEqualTo("running");
                restart(front);
                load.getOutputStream().close();
                List<String> sum = said.lines().toList();
                assertThat(sum).hasSize(2).last().isEqualTo("failures 0");
                assertThat(Integer.parseInt(sum.getFirst().substring("calls ".length())))
                        .isGreaterThan(200);
                assertThat(front.baton().status()).contains("\"cut\":0");
            } finally {
                load.destroyForcibly();
            }
        }
    }

    @Test
    void curlAndH2loadLoseNothingToRestarts() throws Exception {
        Foreign.CURL.orSkip();
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger rounds = new AtomicInteger();
        List<String> failures = new CopyOnWriteArrayList<>();
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                HttpFront front = HttpFront.start(temp, QUICK, origin.port())) {
            String url = front.url("/status");
            // One URL each: curl 7.88 fails at its second request on a connection with prior knowledge, whoever serves
            // it.
            Thread curl = Thread.ofVirtual().start(() -> {
                while (running.get()) {
                    check(
                            failures,
                            "curl",
                            Foreign.CURL,
                            "-sS",
                            "--http2-prior-knowledge",
                            "--max-time",
                            "30",
                            "-w",
                            "%{http_version} %{http_code}\n",
                            url);
                    rounds.incrementAndGet();
                }
            });
            Thread h2load = Thread.ofVirtual().start(() -> {
                while (running.get() && Foreign.H2LOAD.isThere()) {
                    check(failures, "h2load", Foreign.H2LOAD, "-n", "40", "-c", "2", "-m", "4", url);
                }
            });
            restart(front);
            running.set(false);
            curl.join();
            h2load.join();
            assertThat(failures).isEmpty();
            assertThat(rounds).hasPositiveValue();
            assertThat(front.baton().status()).contains("\"cut\":0");
        }
    }

    private static void check(List<String> failures, String name, Foreign program, String... arguments) {
        try {
            Outcome outcome = program.run(arguments);
            boolean good = outcome.code() == 0
                    && (program == Foreign.CURL
                            ? outcome.out().equals("status 200\n2 200\n")
                            : outcome.out().contains(" 0 failed, 0 errored, 0 timeout"));
            if (!good) {
                failures.add("%s: %d %s %s".formatted(name, outcome.code(), outcome.out(), outcome.err()));
            }
        } catch (Exception | AssertionError e) {
            failures.add(name + ": " + e);
        }
    }

    private static void restart(HttpFront front) throws Exception {
        for (int epoch = 1; epoch <= RESTARTS; epoch++) {
            long old = front.baton().serving().pid();
            front.baton().upgrade();
            assertThat(front.baton().serving().epoch()).isEqualTo(epoch);
            await("the old process leaves")
                    .atMost(PATIENCE)
                    .until(() -> ProcessHandle.of(old).isEmpty());
        }
    }
}
