package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tunnel one direction of which has ended waits for the other without using the CPU, here and where it moves to. */
class HalfClosedTunnelTest {
    private static final int LARGE = 8 << 20;

    @ParameterizedTest(name = "client ends first {0}, upstream has more than is read {1}, moved {2}")
    @CsvSource({"true,false,false", "true,true,false", "false,false,false", "false,true,false"})
    void itWaitsIdly(boolean clientFirst, boolean full, boolean moved) throws Exception {
        check(clientFirst, full, moved);
    }

    @ParameterizedTest(name = "client ends first {0}, upstream has more than is read {1}, moved {2}")
    @CsvSource({"true,false,true", "true,true,true", "false,false,true", "false,true,true"})
    void itWaitsIdlyWhereItMovesTo(boolean clientFirst, boolean full, boolean moved) throws Exception {
        check(clientFirst, full, moved);
    }

    private static void check(boolean clientFirst, boolean full, boolean moved) throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        Origin[] self = new Origin[1];
        self[0] = new Origin((socket, in, out) -> {
            self[0].head(in);
            out.write("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            if (full) {
                out.write(new byte[LARGE]);
            }
            if (!clientFirst) {
                socket.shutdownOutput();
            }
            MoveTest.awaitQuietly(let);
            byte[] all = in.readAllBytes();
            if (clientFirst) {
                out.write(all);
            }
        });
        try (Origin origin = self[0];
                Passage passage = new Passage(origin.address());
                Client client = passage.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(101);
            if (clientFirst) {
                client.send("last").socket.shutdownOutput();
            }
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            if (moved) {
                passage.moveAll(1);
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            }
            long before = cpuNanos();
            await().pollDelay(Duration.ofMillis(500)).until(() -> true);
            assertThat(Duration.ofNanos(cpuNanos() - before))
                    .isLessThan(Duration.ofMillis(300)); // one that spins takes all 500
            let.countDown();
            byte[] expected = new byte[full ? LARGE : 0];
            if (clientFirst) {
                byte[] with = Arrays.copyOf(expected, expected.length + 4);
                System.arraycopy("last".getBytes(StandardCharsets.US_ASCII), 0, with, expected.length, 4);
                expected = with;
            }
            assertThat(client.socket.getInputStream().readAllBytes()).isEqualTo(expected);
            if (!clientFirst) {
                client.send("to the end").socket.shutdownOutput();
            }
            await().until(() -> passage.first.reports.size() + passage.second.reports.size() == 1);
            assertThat(passage.first.reports.size()).isEqualTo(moved ? 0 : 1);
        }
    }

    /** What the event loops have used, as the kernel counts it: in ticks of 10 ms. */
    private static long cpuNanos() {
        long ticks = 0;
        for (File task : Objects.requireNonNull(new File("/proc/self/task").listFiles())) {
            try {
                String stat = Files.readString(task.toPath().resolve("stat"));
                if (stat.contains("(baton-http")) {
                    String[] behindName =
                            stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    ticks += Long.parseLong(behindName[11]) + Long.parseLong(behindName[12]);
                }
            } catch (IOException e) {
                // that thread has ended
            }
        }
        return Duration.ofMillis(10 * ticks).toNanos();
    }
}
