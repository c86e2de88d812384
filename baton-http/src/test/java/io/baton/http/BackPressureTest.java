package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who does not read holds up who writes to him, and nobody else; and costs no memory beyond buffers of known size. */
class BackPressureTest {
    private static final int KERNEL_BUFFERS = 24 << 20; // what four socket buffers on loopback can take, generously
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void aClientThatDoesNotReadHoldsUpItsOriginOnly() throws Exception {
        AtomicLong written = new AtomicLong();
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            for (String head = self[0].head(in); head != null; head = self[0].head(in)) {
                if (head.startsWith("GET /small")) {
                    out.write(OK.getBytes(StandardCharsets.US_ASCII));
                } else {
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    for (byte[] block = new byte[1 << 16]; ; ) {
                        out.write(block);
                        written.addAndGet(block.length);
                    }
                }
            }
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client silent = proxy.client();
                Client other = proxy.client()) {
            silent.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            awaitStandstill(written);

            assertThat(written.get()).isLessThan(KERNEL_BUFFERS);
            assertThat(directMemory()).isLessThan(32L << 20);
            for (int i = 0; i < 100; i++) {
                assertThat(other.get("/small").body()).isEqualTo("ok");
            }
        }
    }

    @Test
    void anOriginThatDoesNotReadHoldsUpItsClientOnly() throws Exception {
        AtomicLong written = new AtomicLong();
        Origin[] self = new Origin[1];
        self[0] = new Origin((_, in, out) -> {
            for (String head = self[0].head(in); head != null; head = self[0].head(in)) {
                if (!head.startsWith("GET /small")) {
                    sleepLong();
                }
                out.write(OK.getBytes(StandardCharsets.US_ASCII));
            }
        });
        try (Origin origin = self[0];
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client sender = proxy.client();
                Client other = proxy.client()) {
            sender.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
            Thread.ofVirtual().start(() -> pour(sender, written));
            awaitStandstill(written);

            assertThat(written.get()).isLessThan(KERNEL_BUFFERS);
            assertThat(directMemory()).isLessThan(32L << 20);
            for (int i = 0; i < 100; i++) {
                assertThat(other.get("/small").body()).isEqualTo("ok");
            }
        }
    }

    @Test
    void aClientThatPipelinesWithoutReadingIsNoLongerRead() throws Exception {
        AtomicLong written = new AtomicLong();
        String large = "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + "x".repeat(50_000);
        try (Origin origin = Origin.answering(large);
                ProxyUnderTest proxy = new ProxyUnderTest(origin.address());
                Client client = proxy.client()) {
            byte[] requests = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        client.socket.getOutputStream().write(requests);
                        written.addAndGet(requests.length);
                    }
                } catch (IOException e) {
                    // the test is over
                }
            });
            awaitStandstill(written);
            assertThat(proxy.reports.size()).isLessThan(KERNEL_BUFFERS / 50_000);
            assertThat(directMemory()).isLessThan(32L << 20);
        }
    }

    private static void pour(Client client, AtomicLong written) {
        try {
            for (byte[] block = new byte[1 << 16]; ; ) {
                client.socket.getOutputStream().write(block);
                written.addAndGet(block.length);
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private static void awaitStandstill(AtomicLong written) {
        AtomicLong before = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());
    }

    private static long directMemory() {
        return io.netty.buffer.PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static void sleepLong() {
        try {
            Thread.sleep(Duration.ofMinutes(5)); // reads nothing until the test closes its socket
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
