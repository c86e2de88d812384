package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Bodies go as fast as the slower side takes them, and no faster; one stream does not hold up another. */
class Http2FlowTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final int BIG = 64 << 20;

    /** Kernel's buffers on loopback, which are not ours to bound. */
    private static final int SOCKETS = 16 << 20;

    @Test
    void aClientThatOpensNoWindowHoldsUpItsOriginAndNobodyElse() throws Exception {
        AtomicLong sent = new AtomicLong();
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            String head = self[0].head(in);
            if (head == null || !head.startsWith("GET /big")) {
                out.write(OK.getBytes(StandardCharsets.US_ASCII));
                return;
            }
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] part = new byte[1 << 16];
            for (int left = BIG; left > 0; left -= part.length) {
                out.write(part);
                sent.addAndGet(part.length);
            }
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            // Its connection's window is not the limit: the stream's is.
            client.send(Http2Client.WINDOW_UPDATE, 0, 0, Http2Client.number(1 << 30));
            client.get(1, "/big");
            long before;
            do {
                before = sent.get();
                await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            } while (sent.get() != before);
            assertThat(sent.get()).isLessThan(SOCKETS + (1 << 20));

            assertThat(client.get(3, "/small").response(3).body()).isEqualTo("ok");

            client.send(Http2Client.WINDOW_UPDATE, 0, 1, Http2Client.number(BIG));
            long received = client.frames.stream()
                    .filter(frame -> frame.stream() == 1 && frame.type() == Http2Client.DATA)
                    .mapToLong(frame -> frame.payload().length)
                    .sum();
            while (received < BIG) {
                Http2Client.Frame frame = client.await(Http2Client.DATA);
                received += frame.payload().length;
            }
            assertThat(received).isEqualTo(BIG);
            await().until(() -> proxy.reports.size() == 2);
            assertThat(proxy.reports).allMatch(report -> report.outcome() == HttpOutcome.COMPLETED);
        }
    }

    @Test
    void aClientThatNeverTakesItsResponseIsResetInTheEnd() throws Exception {
        HttpTimeouts timeouts = HttpTimeouts.defaults().withStream(Duration.ofMillis(300));
        String body = "x".repeat(100_000); // more than the window it gave, less than is held: the exchange is over
        try (Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body);
                ProxyUnderTest proxy = new ProxyUnderTest(timeouts, origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.get(1, "/");
            assertThat(client.await(Http2Client.RST_STREAM).stream()).isEqualTo(1);
        }
    }

    @Test
    void anOriginThatDoesNotReadHoldsUpTheUpload() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        AtomicLong taken = new AtomicLong();
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            awaitQuietly(read);
            taken.set(drain(in, BIG));
            out.write(OK.getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/", "content-length", String.valueOf(BIG));
            Upload upload = new Upload(client);
            upload.sendWhatIsAllowed(300);
            assertThat(upload.sent).isLessThan(SOCKETS + (2 << 20));

            read.countDown();
            upload.sendTheRest();
            await().until(() -> proxy.reports.size() == 1);
            assertThat(proxy.reports.getFirst().outcome()).isEqualTo(HttpOutcome.COMPLETED);
            assertThat(taken).hasValue(BIG);
        }
    }

    /** Sends as its windows allow, as any client would. */
    private static final class Upload {
        private static final int PART = 16 << 10;
        private final Http2Client client;
        private long stream = 65_535;
        private long connection = 65_535;
        private boolean settled;
        long sent;

        Upload(Http2Client client) {
            this.client = client;
        }

        void sendWhatIsAllowed(int quietMs) throws IOException {
            client.socket.setSoTimeout(quietMs);
            try {
                while (sent < BIG) {
                    step();
                }
            } catch (java.net.SocketTimeoutException e) {
                // nothing more is allowed
            }
            client.socket.setSoTimeout(10_000);
        }

        void sendTheRest() throws IOException {
            while (sent < BIG) {
                step();
            }
        }

        private void step() throws IOException {
            if (stream >= PART && connection >= PART) {
                client.data(1, sent + PART == BIG, new byte[PART]);
                sent += PART;
                stream -= PART;
                connection -= PART;
                return;
            }
            Http2Client.Frame frame = client.read();
            assertThat(frame).isNotNull();
            if (frame.type() == Http2Client.WINDOW_UPDATE) {
                if (frame.stream() == 0) {
                    connection += frame.number();
                } else {
                    stream += frame.number();
                }
            } else if (frame.type() == Http2Client.SETTINGS && frame.flags() == 0 && !settled) {
                settled = true;
                stream++; // 64 KiB where the default is a byte less
            }
        }
    }

    @Test
    void aResponseBeforeTheRequestsEndStopsTheUpload() throws Exception {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno".getBytes(StandardCharsets.US_ASCII));
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/").data(1, false, new byte[10]);
            Http2Client.Response early = client.response(1);
            assertThat(early.status()).isEqualTo(413);
            assertThat(early.body()).isEqualTo("no");
            assertThat(client.await(Http2Client.RST_STREAM).number()).isZero();
            client.data(1, true, new byte[10]); // was on its way
            assertThat(client.get(3, "/").response(3).status()).isEqualTo(413);
        }
    }

    @Test
    void aBodyThatComesWhileItIsConnectedIsHeldAndNotLost() throws Exception {
        try (Origin origin = echoing();
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Http2Client client = new Http2Client(proxy.port)) {
            client.post(1, "/", "content-length", "6");
            client.data(1, false, "abc".getBytes(StandardCharsets.US_ASCII));
            client.data(1, true, "def".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.response(1).body()).isEqualTo("abcdef");
        }
    }

    private static Origin echoing() throws IOException {
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            self[0].head(in);
            byte[] body = in.readNBytes(6);
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(body);
        });
        return self[0];
    }

    private static long drain(InputStream in, long bytes) throws IOException {
        long taken = 0;
        byte[] part = new byte[1 << 16];
        while (taken < bytes) {
            int read = in.read(part);
            if (read < 0) {
                return taken;
            }
            taken += read;
        }
        return taken;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
