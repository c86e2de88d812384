package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and responses that take long go on in another process, cut at whatever byte. */
class MidMessageMoveTest {
    private static final String LENGTH = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5;a=b\r\n56789\r\n0\r\n\r\n";
    private static final String TRAILERS =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n";
    private static final Duration LONG_ENOUGH =
            Duration.ofNanos(Moves.LONG_NANOS).plusMillis(50);

    /** Answers {@code /N} with the first N bytes, and the rest when it is let; and anything else at once. */
    private static Origin cutting(String response, CountDownLatch let) throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            for (String head = self[0].head(in); head != null; head = self[0].head(in)) {
                int cut = Integer.parseInt(head.substring(5, head.indexOf(' ', 5)));
                out.write(response.getBytes(StandardCharsets.US_ASCII), 0, cut);
                if (cut < response.length()) {
                    MoveTest.awaitQuietly(let);
                    out.write(response.substring(cut).getBytes(StandardCharsets.US_ASCII));
                }
            }
        });
        return self[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {LENGTH, CHUNKED, TRAILERS})
    void aResponseGoesOnWhereverItIsCut(String response) throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        try (Origin origin = cutting(response, let);
                Passage passage = new Passage(origin.address())) {
            List<Client> clients = new ArrayList<>();
            for (int cut = 0; cut < response.length(); cut++) {
                clients.add(passage.client().send("GET /" + cut + " HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            await().until(() -> origin.heads.size() == response.length());
            await().pollDelay(LONG_ENOUGH).until(() -> true);
            // Behind the first of several trailers there is no way.
            int stay = response.equals(TRAILERS) ? "X-Two: 2\r\n\r\n".length() : 0;
            passage.moveThrice(response.length() - stay);
            let.countDown();

            for (Client client : clients) {
                assertThat(client.read().body()).startsWith("0123456789").doesNotContain("\r");
                assertThat(client.get("/" + response.length()).body()).startsWith("0123456789");
            }
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aResponseThatEndsWithItsConnectionGoesOn() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.0 200 OK\r\n\r\n01234".getBytes(StandardCharsets.US_ASCII));
            MoveTest.awaitQuietly(let);
            out.write("56789".getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                Passage passage = new Passage(origin.address());
                Client client = passage.client();
                Client old = passage.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            old.send("GET / HTTP/1.0\r\n\r\n");
            await().until(() -> origin.heads.size() == 2);
            await().pollDelay(LONG_ENOUGH).until(() -> true);
            passage.moveAll(2);
            let.countDown();
            assertThat(client.read().body()).isEqualTo("0123456789");
            assertThat(old.read().body()).isEqualTo("0123456789");
            assertThat(old.atEnd()).isTrue();
            assertThat(passage.second.reports).hasSize(2);
        }
    }

    /** Answers each request with its body, in which trailers do not show. */
    private static Origin echoing() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            for (String head = self[0].head(in); head != null; head = self[0].head(in)) {
                byte[] body = head.contains("chunked") ? chunks(in) : in.readNBytes(length(head));
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(body);
            }
        });
        return self[0];
    }

    private static int length(String head) {
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
        return at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.write(in.readNBytes(size));
            line(in);
        }
        while (!line(in).isEmpty()) {}
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("the end within a line");
            }
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789",
                "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5;a=b\r\n56789\r\n0\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n"
            })
    void aRequestGoesOnWhereverItIsCut(String request) throws Exception {
        try (Origin origin = echoing();
                Passage passage = new Passage(origin.address())) {
            List<Client> clients = new ArrayList<>();
            for (int cut = 0; cut < request.length(); cut++) {
                clients.add(passage.client().send(request.substring(0, cut)));
            }
            await().pollDelay(LONG_ENOUGH).until(() -> true);
            passage.moveThrice(request.length() - (request.contains("X-B") ? "X-B: 2\r\n\r\n".length() : 0));
            for (int cut = 0; cut < clients.size(); cut++) {
                Client client = clients.get(cut);
                client.send(request.substring(cut));
                assertThat(client.read().body()).as("cut at %d", cut).isEqualTo("0123456789");
                assertThat(client.get("/again").status()).isEqualTo(200);
                client.close();
            }
        }
    }

    @Test
    void aLongPollGoesOn() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        try (Origin origin = cutting(LENGTH, let);
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.get("/" + LENGTH.length()); // so that its upstream connection is a kept one
            client.send("GET /0 HTTP/1.1\r\nHost: a\r\n\r\n");
            await().until(() -> origin.heads.size() == 2);
            await().pollDelay(LONG_ENOUGH).until(() -> true);
            passage.moveAll(1);
            passage.first.close();
            let.countDown();
            assertThat(client.read().body()).isEqualTo("0123456789");
            assertThat(passage.second.onlyReport().duration()).isGreaterThan(LONG_ENOUGH);
            assertThat(client.get("/" + LENGTH.length()).body()).isEqualTo("0123456789");
            assertThat(origin.connections).hasValue(1);
        }
    }

    @Test
    void whatAClientDoesNotReadTravelsAndNoByteIsLostInManyMoves() throws Exception {
        byte[] body = new byte[16 << 20];
        new java.util.Random(5).nextBytes(body);
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body);
        });
        try (Origin origin = self[0];
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.send("GET /0 HTTP/1.1\r\nHost: a\r\n\r\n");
            await().pollDelay(LONG_ENOUGH).until(() -> true);
            InputStream in = client.socket.getInputStream();
            while (!line(in).isEmpty()) {}
            byte[] got = new byte[body.length];
            int read = 0;
            int moved = 0;
            while (read < got.length) {
                read += in.readNBytes(got, read, Math.min(400_000, got.length - read));
                moved += passage.move();
                moved += passage.moveBack();
            }
            assertThat(got).isEqualTo(body);
            assertThat(moved).isGreaterThan(20);
        }
    }

    @Test
    void aTunnelMovesAtAnyByteInBothDirections() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            in.transferTo(out);
            out.write("bye".getBytes(StandardCharsets.US_ASCII));
        });
        byte[] sent = new byte[8 << 20];
        new java.util.Random(6).nextBytes(sent);
        try (Origin origin = self[0];
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(101);
            Future<byte[]> received = async(() -> client.socket.getInputStream().readAllBytes());
            Future<byte[]> sending = async(() -> {
                for (int at = 0; at < sent.length; at += 50_000) {
                    client.socket.getOutputStream().write(sent, at, Math.min(50_000, sent.length - at));
                    Thread.onSpinWait();
                }
                client.socket.shutdownOutput();
                return sent;
            });
            int moved = 0;
            while (!received.isDone()) {
                moved += passage.move();
                moved += passage.moveBack();
            }
            sending.get();
            byte[] all = received.get();
            assertThat(all).hasSize(sent.length + 3).startsWith(sent);
            assertThat(moved).isGreaterThan(4);
            await().until(() -> passage.first.reports.size() + passage.second.reports.size() == 1);
        }
    }

    private interface Task {
        byte[] run() throws Exception;
    }

    private static Future<byte[]> async(Task task) {
        FutureTask<byte[]> future = new FutureTask<>(task::run);
        Thread.ofVirtual().start(future);
        return future;
    }
}
