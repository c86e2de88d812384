package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Posix;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections between requests, and behind them, go on in another process as if nothing had happened. */
class MoveTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** Answers when it is let; {@code /warm} at once. */
    private static Origin waiting(CountDownLatch let) throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            for (String head = self[0].head(in); head != null; head = self[0].head(in)) {
                if (head.startsWith("GET /warm ")) {
                    self[0].heads.removeLast();
                } else {
                    awaitQuietly(let);
                }
                out.write(OK.getBytes(StandardCharsets.US_ASCII));
            }
        });
        return self[0];
    }

    /** Cold, a request would take so long that it moved in its middle. */
    private static void warmUp(Passage passage) throws Exception {
        try (Client client = passage.client()) {
            for (int i = 0; i < 20; i++) {
                client.get("/warm");
            }
        }
        await().until(() -> passage.first.clientsOpen.get() <= 1);
        passage.first.reports.clear();
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anIdleConnectionMovesAndIsNotToldToLeave() throws Exception {
        try (Origin origin = Origin.answering(OK);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            assertThat(client.get("/one").body()).isEqualTo("ok");

            passage.moveAll(1);
            Client.Response response = client.get("/two");

            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.has("Connection: close")).isFalse();
            // Its own loop lets it go, some time after the other has it.
            await().until(() -> passage.first.proxy.activeConnections() == 0 && passage.first.clientsOpen.get() == 0);
            HttpExchangeReport before = passage.first.onlyReport();
            HttpExchangeReport after = passage.second.onlyReport();
            assertThat(after.connectionId()).isEqualTo(before.connectionId());
            assertThat(after.client()).isEqualTo(before.client());
            assertThat(after.path()).isEqualTo("/two");
        }
    }

    @Test
    void aHeadOfWhichAPartHasComeGoesAlong() throws Exception {
        try (Origin origin = Origin.answering(OK);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.send("GET /half HTTP/1.1\r\nHo");
            await().pollDelay(Duration.ofMillis(200)).until(() -> true); // the head's time runs from its first byte
            passage.moveAll(1);
            client.send("st: a\r\n\r\n");

            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(origin.heads.getFirst()).contains("Host: a", "X-Forwarded-For: 127.0.0.1");
            assertThat(passage.second.onlyReport().duration()).isGreaterThan(Duration.ofMillis(200));
            assertThat(passage.first.reports).isEmpty();
        }
    }

    @Test
    void oneWithARequestMovesRightBehindItsResponseWithTheRequestsPipelinedBehindIt() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        try (Origin origin = waiting(let);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            warmUp(passage);
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost");
            await().pollInterval(Duration.ofMillis(2)).until(() -> origin.heads.size() == 1);
            var source = passage.first.proxy.connectionSource();
            assertThat(source.quiesce(Passage.BATCH, Duration.ofSeconds(5))).isEmpty();
            passage.first.proxy.stopAccepting();
            passage.first.proxy.drain(DrainDecision.ALWAYS);
            let.countDown();
            await().pollInterval(Duration.ofMillis(2)).until(() -> passage.wakes.get() > 0);
            passage.moveAll(1);
            client.send(": a\r\n\r\n");

            for (int i = 0; i < 3; i++) {
                Client.Response response = client.read();
                assertThat(response.body()).isEqualTo("ok");
                assertThat(response.has("Connection: close")).isFalse();
            }
            assertThat(origin.heads)
                    .extracting(head -> head.substring(0, 6))
                    .containsExactly("GET /1", "GET /2", "GET /3");
            await().until(() -> passage.first.reports.size() + passage.second.reports.size() == 3);
        }
    }

    @Test
    void oneThatIsOnOfferForLongIsTouchedByNobody() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        try (Origin origin = waiting(let);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            warmUp(passage);
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            await().pollInterval(Duration.ofMillis(2)).until(() -> origin.heads.size() == 1);
            var source = passage.first.proxy.connectionSource();
            assertThat(source.quiesce(Passage.BATCH, Duration.ofSeconds(5))).isEmpty();
            // So that it is looked for again after it was fetched, and before it would go on if nobody had fetched it.
            await().pollDelay(Duration.ofNanos(Moves.LONG_NANOS).minusMillis(75))
                    .until(() -> true);
            let.countDown();
            await().pollInterval(Duration.ofMillis(1)).until(() -> passage.wakes.get() > 0);
            var leaving = source.quiesce(Passage.BATCH, Duration.ofSeconds(5)).getFirst();
            await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            assertThat(origin.heads)
                    .as("what the owner-to-be would send once more")
                    .hasSize(1);
            leaving.resume();

            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(origin.heads).hasSize(2);
        }
    }

    @Test
    void oneThatNobodyFetchesGoesOn() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        try (Origin origin = waiting(let);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            await().until(() -> origin.heads.size() == 1);
            passage.first.proxy.connectionSource().quiesce(Passage.BATCH, Duration.ofSeconds(5));
            let.countDown();

            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(client.get("/2").body()).isEqualTo("ok");
            assertThat(client.get("/3").body()).isEqualTo("ok");
            assertThat(passage.first.reports).hasSize(3);
        }
    }

    @Test
    void whatIsRefusedGoesOnAndIsToldToLeaveWhenItsProcessDrains() throws Exception {
        try (Origin origin = Origin.answering(OK);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.get("/one");
            client.send("GET /two HTTP/1.1\r\n");
            assertThat(passage.refuse()).isOne();
            client.send("Host: a\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("ok");
            assertThat(passage.first.reports).hasSize(2);

            passage.moveAll(1); // in the next handover
            assertThat(client.get("/three").body()).isEqualTo("ok");
            passage.second.proxy.drain(DrainDecision.ALWAYS);
            assertThat(client.get("/four").has("Connection: close")).isTrue();
        }
    }

    @Test
    void connectionsGoToAndFroAndNoFdIsLost() throws Exception {
        try (Origin origin = Origin.answering(OK);
                Passage passage = new Passage(origin.address())) {
            Client[] clients = new Client[20];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = passage.client();
                assertThat(clients[i].get("/").body()).isEqualTo("ok");
            }
            passage.moveAll(20);
            passage.moveBack();
            long before = openFds();
            for (int round = 0; round < 5; round++) {
                passage.moveAll(20);
                for (Client client : clients) {
                    assertThat(client.get("/").body()).isEqualTo("ok");
                }
                await().until(() -> passage.second.clientsOpen.get() == 20);
                Passage.move(passage.second, passage.first);
                await().until(() -> passage.first.clientsOpen.get() == 20);
            }
            await().untilAsserted(() -> assertThat(openFds()).isLessThanOrEqualTo(before + 20)); // kept upstreams
            for (Client client : clients) {
                assertThat(client.get("/").body()).isEqualTo("ok");
                client.close();
            }
            await().until(() -> passage.first.clientsOpen.get() == 0);
        }
    }

    private static long openFds() {
        return new java.io.File("/proc/self/fd").list().length;
    }

    @Test
    void anIdleTimeoutGoesOnWhereTheConnectionGoes() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withIdle(Duration.ofMillis(800));
        try (Origin origin = Origin.answering(OK);
                Passage passage = new Passage(timeouts, origin.address());
                Client client = passage.client()) {
            client.get("/");
            long start = System.nanoTime();
            await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            passage.moveAll(1);
            assertThat(client.atEnd()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(750), Duration.ofMillis(1250));
        }
    }

    @Test
    void aClientThatLeavesWhileItIsOnOfferHasLeftEitherWay() throws Exception {
        try (Origin origin = Origin.answering(OK);
                Passage passage = new Passage(origin.address())) {
            for (boolean reset : new boolean[] {false, true}) {
                Client client = passage.client();
                client.get("/");
                var source = passage.first.proxy.connectionSource();
                var offered = source.quiesce(Passage.BATCH, Duration.ofSeconds(5));
                assertThat(offered).hasSize(1);
                if (reset) {
                    client.socket.setSoLinger(true, 0);
                }
                client.close();
                offered.getFirst().resume();
                source.handoverEnded();
                await().until(() -> passage.first.clientsOpen.get() == 0);

                Client other = passage.client();
                other.get("/");
                var leaving =
                        source.quiesce(Passage.BATCH, Duration.ofSeconds(5)).getFirst();
                var duplicates = leaving.snapshot().fds().stream()
                        .map(fd -> Posix.linux().duplicate(fd, 0))
                        .toList();
                var arriving = passage.second
                        .proxy
                        .connectionRestorer()
                        .restore(new io.baton.spi.Snapshot(
                                leaving.snapshot().kind(), leaving.snapshot().bytes(), duplicates));
                if (reset) {
                    other.socket.setSoLinger(true, 0);
                }
                other.close();
                arriving.activate();
                leaving.released();
                source.handoverEnded();
                await().until(() -> passage.first.clientsOpen.get() == 0 && passage.second.clientsOpen.get() == 0);
            }
        }
    }
}
