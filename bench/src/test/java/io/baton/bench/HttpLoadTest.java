package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A generator that cannot see failures is worthless: each kind of harm is done to it and must be counted as what it is. */
class HttpLoadTest {
    /** For machines that do much else. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void findsNothingWrongWithAnHonestOriginOverNewConnections() {
        try (HttpOrigin origin = HttpOrigin.start()) {
            HttpResult result = run(HttpPlan.newConnections(origin.address(), 500), 300);
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            assertThat(result.connectionsOpened()).isEqualTo(result.answered());
            assertThat(result.notClosed()).isZero();
            assertThat(result.samples().count()).isEqualTo((int) result.answered());
        }
    }

    @Test
    void retiresKeptConnectionsItselfWithoutLosingARequest() {
        try (HttpOrigin origin = HttpOrigin.start()) {
            HttpPlan plan = HttpPlan.kept(origin.address(), 4, 500).withRetirement(10, Duration.ofSeconds(1));
            HttpResult result = run(plan, 400);
            assertThat(result.isClean()).as("%s", result.failures()).isTrue();
            assertThat(result.closedIdle()).isZero();
            assertThat(result.connectionsOpened()).isBetween(result.answered() / 10, result.answered() / 4);
        }
    }

    @Test
    void keepsItsRateAndItsNumberOfClients() {
        try (HttpOrigin origin = HttpOrigin.start();
                HttpLoad load = HttpLoad.start(
                        HttpPlan.kept(origin.address(), 8, 0).withAnswer(10_000, Duration.ofMillis(5)))) {
            await().atMost(PATIENCE).until(() -> load.progress().answered() >= 100);
            assertThat(load.progress().openConnections()).isBetween(1, 8);
            assertThat(load.stop().isClean()).isTrue();
        }
    }

    @Test
    void countsRefusedConnects() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        for (HttpPlan plan : List.of(HttpPlan.newConnections(nobody, 200), HttpPlan.kept(nobody, 2, 200))) {
            assertEveryRequestFailed(run(plan, 50), FailureCause.CONNECT_REFUSED);
        }
    }

    @Test
    void countsConnectsThatNobodyAnswers() throws Exception {
        List<Socket> queue = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            // The kernel drops SYNs once the accept queue is full: backlog + 1 connections.
            for (int i = 0; i < 2; i++) {
                queue.add(new Socket(full.getInetAddress(), full.getLocalPort()));
            }
            HttpPlan plan = HttpPlan.newConnections((InetSocketAddress) full.getLocalSocketAddress(), 100)
                    .withTimeout(Duration.ofMillis(300));
            assertEveryRequestFailed(run(plan, 10), FailureCause.CONNECT_TIMEOUT);
        } finally {
            for (Socket socket : queue) {
                socket.close();
            }
        }
    }

    @Test
    void countsResetsInTheMiddleOfAnAnswer() throws Exception {
        assertCause(FailureCause.RESET, socket -> {
            byte[] answer = BadServer.answer(BadServer.readRequest(socket));
            socket.getOutputStream().write(answer, 0, answer.length / 2);
            BadServer.reset(socket);
        });
    }

    @Test
    void countsAnswersThatEndEarlyBeforeAndInTheBody() throws Exception {
        assertCause(FailureCause.CUT, BadServer::readRequest);
        assertCause(FailureCause.CUT, socket -> {
            byte[] answer = BadServer.answer(BadServer.readRequest(socket));
            socket.getOutputStream().write(answer, 0, answer.length - 1);
        });
    }

    @Test
    void countsAFlippedBitOfTheBody() throws Exception {
        assertCause(FailureCause.WRONG_BYTES, socket -> {
            byte[] answer = BadServer.answer(BadServer.readRequest(socket));
            answer[answer.length - 1] ^= 1;
            socket.getOutputStream().write(answer);
        });
    }

    @Test
    void countsTheAnswerToSomebodyElsesRequest() throws Exception {
        assertCause(FailureCause.WRONG_BYTES, socket -> {
            BadServer.Request request = BadServer.readRequest(socket);
            socket.getOutputStream()
                    .write(BadServer.answer(new BadServer.Request(request.number() + 1, request.bytes())));
        });
    }

    @Test
    void countsAnAnswerThatIsTooShortThoughItLooksWhole() throws Exception {
        assertCause(FailureCause.WRONG_BYTES, socket -> {
            BadServer.Request request = BadServer.readRequest(socket);
            socket.getOutputStream()
                    .write(BadServer.answer(new BadServer.Request(request.number(), request.bytes() - 1)));
        });
    }

    @Test
    void countsAnErrorStatus() throws Exception {
        assertCause(
                FailureCause.WRONG_STATUS,
                socket -> say(socket, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"));
    }

    @Test
    void countsWhatIsNotHttp() throws Exception {
        assertCause(FailureCause.NOT_HTTP, socket -> say(socket, "220 mail.example ESMTP ready\r\n\r\n"));
    }

    @Test
    void countsAnswersThatStall() throws Exception {
        assertCause(FailureCause.TIMEOUT, Duration.ofSeconds(1), socket -> {
            byte[] answer = BadServer.answer(BadServer.readRequest(socket));
            socket.getOutputStream().write(answer, 0, answer.length - 1);
            socket.getInputStream().readAllBytes();
        });
    }

    @Test
    void countsRequestsThatFoundNoFreeConnection() throws Exception {
        try (BadServer server = new BadServer(socket -> socket.getInputStream().readAllBytes())) {
            HttpResult result = run(HttpPlan.kept(server.address(), 1, 100).withTimeout(Duration.ofMillis(200)), 15);
            assertThat(result.failures().of(FailureCause.TIMEOUT)).isPositive();
            assertThat(result.failures().of(FailureCause.NO_CONNECTION)).isPositive();
            assertThat(result.failures().total()).isEqualTo(result.sent());
        }
    }

    @Test
    void countsBytesThatNobodyAskedFor() throws Exception {
        try (BadServer server = new BadServer(socket -> {
            byte[] answer = BadServer.answer(BadServer.readRequest(socket));
            socket.getOutputStream().write(answer);
            socket.getOutputStream().write(answer);
            socket.getInputStream().readAllBytes();
        })) {
            HttpResult result = run(HttpPlan.kept(server.address(), 2, 20), 10);
            assertThat(result.unasked() + result.failures().total()).isPositive();
            assertThat(result.isClean()).isFalse();
        }
    }

    @Test
    void tellsAKeptConnectionClosedWhileIdleFromALostRequest() throws Exception {
        try (BadServer server = new BadServer(
                socket -> socket.getOutputStream().write(BadServer.answer(BadServer.readRequest(socket))))) {
            // So slow that the end of a connection is always seen before the next request.
            HttpResult result = run(HttpPlan.kept(server.address(), 1, 3), 3);
            assertThat(result.failures()).isEqualTo(Failures.NONE);
            assertThat(result.closedIdle()).isPositive();
        }
    }

    @Test
    void tellsAPromisedCloseThatDoesNotCome() throws Exception {
        try (BadServer server = new BadServer(socket -> {
            String answer = new String(BadServer.answer(BadServer.readRequest(socket)), StandardCharsets.ISO_8859_1);
            String closing = answer.replaceFirst("\r\n", "\r\nconnection: close\r\n");
            socket.getOutputStream().write(closing.getBytes(StandardCharsets.ISO_8859_1));
            socket.getInputStream().readAllBytes();
        })) {
            HttpResult result =
                    run(HttpPlan.newConnections(server.address(), 50).withTimeout(Duration.ofSeconds(2)), 10);
            assertThat(result.isClean()).isTrue();
            assertThat(result.notClosed()).isEqualTo(result.answered());
        }
    }

    @Test
    void countsExactlyAsManyFailuresAsThereWere() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        AtomicInteger harmed = new AtomicInteger();
        try (BadServer server = new BadServer(socket -> {
            while (true) {
                byte[] answer = BadServer.answer(BadServer.readRequest(socket));
                if (requests.incrementAndGet() % 7 == 0) {
                    harmed.incrementAndGet();
                    BadServer.reset(socket);
                    return;
                }
                socket.getOutputStream().write(answer);
            }
        })) {
            HttpResult result = run(HttpPlan.kept(server.address(), 8, 1_000), 300);
            assertThat(result.failures().of(FailureCause.RESET)).isEqualTo(harmed.get());
            assertThat(result.failures().total()).isEqualTo(harmed.get());
            assertThat(result.sent()).isEqualTo(requests.get());
        }
    }

    @Test
    void inAClosedLoopEveryConnectionThatEndsIsALostRequestOrWasIdle() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        try (BadServer server = new BadServer(socket -> {
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(BadServer.answer(BadServer.readRequest(socket)));
                answered.incrementAndGet();
            }
            ended.incrementAndGet(); // the client may have sent its next request already, as when a proxy closes
            // what seems idle
        })) {
            int clients = 8;
            HttpResult result = run(
                    HttpPlan.kept(server.address(), clients, 0).withRetirement(Integer.MAX_VALUE, Duration.ofDays(1)),
                    2_000);
            assertThat(result.answered()).isEqualTo(answered.get());
            assertThat(result.failures().total()).isEqualTo(result.failures().cut());
            // What ends after the last answer, while the load ends too, is neither.
            assertThat(result.failures().cut() + result.closedIdle())
                    .isBetween((long) ended.get() - clients, (long) ended.get());
            assertThat(result.failures().cut()).isPositive();
        }
    }

    @Test
    void chargesAStallToEveryRequestThatWasDueDuringIt() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (BadServer server = new BadServer(socket -> {
            while (true) {
                byte[] answer = BadServer.answer(BadServer.readRequest(socket));
                if (requests.incrementAndGet() == 50) {
                    Thread.sleep(500); // the stall under test
                }
                socket.getOutputStream().write(answer);
            }
        })) {
            HttpPlan plan = HttpPlan.kept(server.address(), 1, 200).withRetirement(1_000_000, Duration.ofMinutes(1));
            HttpResult result = run(plan, 300);
            assertThat(result.failures()).isEqualTo(Failures.NONE);
            // 100 requests came due while one stalled. Counted from when each was SENT, only that one would be slow and
            // p90 tiny.
            long over250Ms = countOver(result.samples(), 250_000);
            assertThat(over250Ms).isGreaterThan(40);
            assertThat(result.samples().latency().maxMicros()).isGreaterThan(480_000);
            assertThat(result.samples().worstGapMicros()).isGreaterThan(450_000);
        }
    }

    @Test
    void recoversWhenItHadFallenBehindByMoreThanTheTimeout() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (BadServer server = new BadServer(socket -> {
            while (true) {
                byte[] answer = BadServer.answer(BadServer.readRequest(socket));
                if (requests.incrementAndGet() == 20) {
                    Thread.sleep(900); // longer than the timeout with everything that queues behind it
                }
                socket.getOutputStream().write(answer);
            }
        })) {
            HttpPlan plan = HttpPlan.kept(server.address(), 1, 100)
                    .withRetirement(1_000_000, Duration.ofMinutes(1))
                    .withTimeout(Duration.ofMillis(600));
            try (HttpLoad load = HttpLoad.start(plan)) {
                await().atMost(PATIENCE).until(() -> load.progress().failed() > 0);
                long answered = load.progress().answered();
                await().atMost(PATIENCE).until(() -> load.progress().answered() > answered + 100);
            }
        }
    }

    private static long countOver(Samples samples, long micros) {
        long over = 0;
        // A window of one millisecond holds at most one request at this rate.
        for (long at = 0; at < 3_000_000; at += 1_000) {
            long from = samples.startNanos() + at * 1_000;
            if (samples.between(from, from + 1_000_000).maxMicros() > micros) {
                over++;
            }
        }
        return over;
    }

    private static void assertCause(FailureCause cause, BadServer.Misbehaviour misbehaviour) throws Exception {
        assertCause(cause, Duration.ofSeconds(20), misbehaviour);
    }

    private static void assertCause(FailureCause cause, Duration timeout, BadServer.Misbehaviour misbehaviour)
            throws Exception {
        try (BadServer server = new BadServer(misbehaviour)) {
            for (HttpPlan plan :
                    List.of(HttpPlan.newConnections(server.address(), 200), HttpPlan.kept(server.address(), 3, 200))) {
                assertEveryRequestFailed(run(plan.withTimeout(timeout), 20), cause);
            }
        }
    }

    private static void assertEveryRequestFailed(HttpResult result, FailureCause cause) {
        assertThat(result.answered()).isZero();
        assertThat(result.sent()).isPositive();
        // A kept load whose few connections all hang also finds none free; that is another cause, told apart.
        assertThat(result.failures().of(cause) + result.failures().of(FailureCause.NO_CONNECTION))
                .as("%s", result.failures())
                .isEqualTo(result.sent());
        assertThat(result.failures().of(cause)).isPositive();
        assertThat(result.failures().toString()).contains("s into the run", "request ");
    }

    private static void say(Socket socket, String answer) throws Exception {
        BadServer.readRequest(socket);
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    }

    private static HttpResult run(HttpPlan plan, long requests) {
        try (HttpLoad load = HttpLoad.start(plan)) {
            await().atMost(PATIENCE)
                    .until(() -> load.progress().answered() + load.progress().failed() >= requests);
            return load.stop();
        }
    }
}
