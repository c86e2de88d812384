package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A restart in the middle of what clients do: it goes on in the new process, on the same connections. Without migration it is finished where it
 * began, and the connection then ends politely.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HttpRestartTest {
    private static final Duration PATIENCE = BatonProcess.PATIENCE;
    private static final int BIG = 10_000_000;

    @TempDir
    Path temp;

    private final Answers answers = new Answers();
    private RecordingOrigin origin;

    @BeforeEach
    void start() throws Exception {
        origin = new RecordingOrigin(answers);
    }

    @AfterEach
    void end() throws Exception {
        origin.close();
        assertThat(origin.complaints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLongDownloadFinishesWhetherItMovesOrNot(boolean moves) throws Exception {
        try (HttpFront front = start(moves, HttpFront.Settings.usual());
                RawClient client = new RawClient(front.port())) {
            long old = front.baton().serving().pid();
            client.get("/gated?n=%d&seed=1&form=1".formatted(BIG));
            CompletableFuture<RawClient.Answer> download = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            await().until(() -> !origin.requests().isEmpty());

            front.baton().upgrade();

            assertLeavesOrWaits(old, moves);
            assertServedBy(front, front.baton().serving().pid());
            answers.openGate();
            assertThat(Digest.of(download.get(40, TimeUnit.SECONDS).body())).isEqualTo(Digest.of(Digest.bytes(1, BIG)));
            if (moves) {
                assertThat(client.get("/status").read().text()).isEqualTo("status 200\n");
            }
            client.hangUp();
            await().atMost(PATIENCE).until(() -> ProcessHandle.of(old).isEmpty());
            assertThat(front.baton().status()).contains("\"cut\":0");
        }
    }

    /** Moves, and the old process goes; or does not, and the old process stays for as long as it takes. */
    private static void assertLeavesOrWaits(long old, boolean moves) {
        if (moves) {
            await("the old process is empty")
                    .atMost(PATIENCE)
                    .until(() -> ProcessHandle.of(old).isEmpty());
        } else {
            assertThat(ProcessHandle.of(old)).as("the old process waits for it").isPresent();
        }
    }

    private HttpFront start(boolean moves, HttpFront.Settings settings) throws IOException {
        return moves
                ? HttpFront.start(temp, settings, origin.port())
                : HttpFront.start(temp, settings, List.of("--no-migration"), origin.port());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLongUploadFinishesWhetherItMovesOrNot(boolean moves) throws Exception {
        byte[] bytes = Digest.bytes(2, BIG);
        try (HttpFront front = start(moves, HttpFront.Settings.usual());
                RawClient client = new RawClient(front.port())) {
            long old = front.baton().serving().pid();
            client.send("PUT /hash HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(BIG));
            client.send(Arrays.copyOf(bytes, BIG / 2));
            await().until(() -> !origin.requests().isEmpty());

            front.baton().upgrade();

            assertLeavesOrWaits(old, moves);
            client.send(Arrays.copyOfRange(bytes, BIG / 2, BIG));
            assertThat(client.read().text()).isEqualTo(Digest.of(bytes));
            client.hangUp();
            await().atMost(PATIENCE).until(() -> ProcessHandle.of(old).isEmpty());
        }
    }

    @Test
    void keptConnectionsThatDoNotMoveGetOneMoreAnswerThatSaysClose() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (HttpFront front = start(
                false,
                HttpFront.Settings.usual()
                        .withMore("handover: { rehearsal: 200ms, drain: 1s, parent_shutdown: 30s }"))) {
            long old = front.baton().serving().pid();
            for (int i = 0; i < 50; i++) {
                RawClient client = new RawClient(front.port());
                clients.add(client);
                RawClient.Answer answer = client.get("/status").read();
                assertThat(answer.closes()).as("close before the restart").isFalse();
            }

            front.baton().upgrade();

            for (RawClient client : clients) {
                // Gradually: until the drain time is over each answer says close the more probably, from then on each
                // does.
                RawClient.Answer answer = client.get("/status").read();
                while (!answer.closes()) {
                    assertThat(answer.status()).isEqualTo(200);
                    answer = client.get("/status").read();
                }
                assertThat(client.ends()).as("it ends behind that answer").isTrue();
            }
            await().atMost(PATIENCE).until(() -> ProcessHandle.of(old).isEmpty());
            assertThat(front.baton().status()).contains("\"cut\":0");
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aRequestWhoseHeadWasHalfThereIsAnswered() throws Exception {
        try (HttpFront front = HttpFront.start(temp, HttpFront.Settings.usual(), origin.port());
                RawClient client = new RawClient(front.port())) {
            client.get("/status").read();
            client.send("GET /status HTTP/1.1\r\nHost: x\r\nX-Half: ");
            front.baton().upgrade();
            client.send("there\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("status 200\n");
        }
    }

    @Test
    void aListenerMayTurnFromTcpToHttpWithARestart() throws Exception {
        try (HttpFront front = HttpFront.start(temp, HttpFront.Settings.usual(), origin.port())) {
            Path relay = Configs.write(temp, front.port(), Configs.loopback(origin.port()), HttpFront.SHORT_HANDOVER);
            front.baton().upgrade("-c", relay.toString());
            try (RawClient client = new RawClient(front.port())) {
                String head = client.get("/head").read().text();
                assertThat(head.getBytes(US_ASCII)).isNotEmpty();
                assertThat(head).as("a relay adds nothing").doesNotContainIgnoringCase("x-forwarded-for");
            }
        }
    }

    /** Served, and not by the old process: a new connection. */
    private static void assertServedBy(HttpFront front, long pid) throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            assertThat(client.get("/status").read().text()).isEqualTo("status 200\n");
        }
        assertThat(ProcessHandle.of(pid)).isPresent();
    }
}
