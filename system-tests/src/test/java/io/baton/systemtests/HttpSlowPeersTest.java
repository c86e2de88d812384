package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients and origins that are slow or never read: they wait, the proxy's memory stays bounded, and others are served. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HttpSlowPeersTest {
    private static final int LAZY = 60;
    /** A connection may hold some buffers, not what is sent: 60 who do not read are offered far more than this together. */
    private static final long ROOM = 96L << 20;

    @TempDir
    Path temp;

    @Test
    void clientsThatNeverReadCostLittleAndNobodyElseWaits() throws Exception {
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                HttpFront front = HttpFront.start(temp, HttpFront.Settings.usual(), origin.port());
                Clients lazy = new Clients()) {
            warmUp(front);
            long before = front.residentBytes();
            for (int i = 0; i < LAZY; i++) {
                lazy.add(RawClient.withSmallBuffer(front.port())).get("/endless");
            }
            await().until(() -> origin.requests().stream()
                            .filter(request -> request.target().equals("/endless"))
                            .count()
                    == LAZY);
            for (int i = 0; i < 300; i++) {
                assertServes(front);
            }
            assertThat(front.residentBytes() - before)
                    .as("memory for %d clients that do not read", LAZY)
                    .isLessThan(ROOM);
        }
    }

    @Test
    void originsThatNeverReadCostLittleAndNobodyElseWaits() throws Exception {
        AtomicLong waiting = new AtomicLong();
        Answers answers = new Answers();
        try (RecordingOrigin origin = new RecordingOrigin(call -> {
                    if (call.path().equals("/unread")) {
                        waiting.incrementAndGet();
                        Thread.sleep(120_000); // longer than the test waits
                    }
                    answers.answer(call);
                });
                HttpFront front = HttpFront.start(temp, HttpFront.Settings.usual(), origin.port());
                Clients eager = new Clients()) {
            warmUp(front);
            long before = front.residentBytes();
            AtomicLong sent = new AtomicLong();
            byte[] block = new byte[64 * 1024];
            for (int i = 0; i < LAZY; i++) {
                RawClient client = eager.add(new RawClient(front.port()));
                client.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
                Thread.ofVirtual().start(() -> {
                    try {
                        while (true) {
                            client.send(block);
                            sent.addAndGet(block.length);
                        }
                    } catch (IOException e) {
                        // The test is over.
                    }
                });
            }
            await().until(() -> waiting.get() == LAZY);
            awaitStandstill(sent);
            for (int i = 0; i < 300; i++) {
                assertServes(front);
            }
            assertThat(front.residentBytes() - before)
                    .as("memory for %d uploads that nobody reads", LAZY)
                    .isLessThan(ROOM);
        }
    }

    @Test
    void aClientThatDripsItsHeadIsTurnedAwayInTime() throws Exception {
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                HttpFront front = HttpFront.start(
                        temp,
                        HttpFront.Settings.usual().withHttp("request_head_timeout: 1s, idle_timeout: 2s"),
                        origin.port());
                RawClient drip = new RawClient(front.port());
                RawClient silent = new RawClient(front.port())) {
            long start = System.nanoTime();
            drip.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        drip.send("a");
                        Thread.sleep(200); // the pace under test: a byte every now and then is not enough
                    }
                } catch (IOException | InterruptedException e) {
                    // Turned away.
                }
            });
            assertServes(front);
            assertThat(drip.read().status()).isEqualTo(408);
            assertThat(drip.ends()).isTrue();
            assertThat(silent.ends()).as("one that says nothing at all").isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(20));
            assertThat(origin.requests()).hasSize(1);
        }
    }

    @Test
    void anOriginThatDoesNotAnswerIsGivenUpOnAndOthersAreServed() throws Exception {
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                HttpFront front = HttpFront.start(
                        temp, HttpFront.Settings.usual().withHttp("response_timeout: 1s"), origin.port());
                Clients waiting = new Clients()) {
            for (int i = 0; i < 20; i++) {
                waiting.add(new RawClient(front.port())).get("/never");
            }
            for (int i = 0; i < 50; i++) {
                assertServes(front);
            }
            for (RawClient client : waiting.all()) {
                assertThat(client.read().status()).isEqualTo(504);
            }
        }
    }

    @Test
    void aClientThatLeavesTakesItsRequestToTheOriginWithIt() throws Exception {
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                HttpFront front = HttpFront.start(temp, HttpFront.Settings.usual(), origin.port())) {
            for (int i = 0; i < 30; i++) {
                try (RawClient client = new RawClient(front.port())) {
                    client.get("/endless");
                    client.readSome(100_000);
                }
            }
            // Each of these would write for ever, were its connection not closed.
            await().until(() -> origin.openConnections() <= 1);
            assertServes(front);
        }
    }

    private static void warmUp(HttpFront front) throws IOException {
        for (int i = 0; i < 300; i++) {
            assertServes(front);
        }
        try (RawClient client = new RawClient(front.port())) {
            client.get("/bytes?n=20000000").read();
        }
    }

    private static void awaitStandstill(AtomicLong counter) {
        long[] last = {-1};
        await().pollInterval(Duration.ofMillis(500)).until(() -> {
            long now = counter.get();
            boolean still = now == last[0];
            last[0] = now;
            return still;
        });
    }

    private static void assertServes(HttpFront front) throws IOException {
        try (RawClient client = new RawClient(front.port())) {
            assertThat(client.get("/status").read().text()).isEqualTo("status 200\n");
        }
    }

    /** Many at once, closed together. */
    private static final class Clients implements AutoCloseable {
        private final List<RawClient> clients = new ArrayList<>();

        RawClient add(RawClient client) {
            clients.add(client);
            return client;
        }

        List<RawClient> all() {
            return clients;
        }

        @Override
        public void close() throws IOException {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
