package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.RestartEpoch;
import io.baton.SharedLock;
import io.baton.Stats;
import io.baton.http.HttpExchangeReport;
import io.baton.http.HttpOutcome;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.relay.ConnectionOutcome;
import io.baton.relay.ConnectionReport;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    private final Stats stats = new Stats();

    @TempDir
    Path directory;

    @Test
    void aConnectionIsOneLineOfText() throws IOException {
        try (AccessLog log = open(AccessLogConfig.Format.TEXT, new InProcessLock())) {
            log.add(report(7, Optional.of(inet(9000))));
            log.add(report(8, Optional.empty()));
        }

        assertThat(lines())
                .containsExactly(
                        "2026-01-02T03:04:05.678Z web 127.0.0.1:5000 -> 127.0.0.1:9000 completed 1500ms up=10 down=20 id=7"
                                + " epoch=3 cluster=origin",
                        "2026-01-02T03:04:05.678Z web 127.0.0.1:5000 -> - completed 1500ms up=10 down=20 id=8 epoch=3"
                                + " cluster=-");
        assertThat(stats.counters()).containsEntry("access_log.written", 2L).containsEntry("access_log.dropped", 0L);
    }

    @Test
    void aConnectionIsOneLineOfJson() throws IOException {
        try (AccessLog log = open(AccessLogConfig.Format.JSON, new InProcessLock())) {
            log.add(report(7, Optional.of(inet(9000))));
            log.add(report(8, Optional.empty()));
        }

        assertThat(lines())
                .containsExactly(
                        "{\"time\":\"2026-01-02T03:04:05.678Z\",\"epoch\":3,\"id\":7,\"listener\":\"web\",\"client\":"
                                + "\"127.0.0.1:5000\",\"cluster\":\"origin\",\"upstream\":\"127.0.0.1:9000\",\"outcome\":\"completed\","
                                + "\"duration_ms\":1500,\"bytes_up\":10,\"bytes_down\":20}",
                        "{\"time\":\"2026-01-02T03:04:05.678Z\",\"epoch\":3,\"id\":8,\"listener\":\"web\",\"client\":"
                                + "\"127.0.0.1:5000\",\"cluster\":null,\"upstream\":null,\"outcome\":\"completed\",\"duration_ms\":1500,"
                                + "\"bytes_up\":10,\"bytes_down\":20}");
    }

    @Test
    void aClientsStrangeAddressDoesNotBreakTheLine() throws IOException {
        try (AccessLog log = open(AccessLogConfig.Format.TEXT, new InProcessLock())) {
            log.add(new ConnectionReport(
                    1,
                    "web",
                    new SocketAddress.UnixPath("/tmp/a b\nfake line"),
                    Optional.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    Duration.ZERO,
                    0,
                    0,
                    ConnectionOutcome.CONNECT_FAILED));
        }

        assertThat(lines())
                .containsExactly(
                        "1970-01-01T00:00:00.000Z web /tmp/a_b\\u000afake_line -> - connect_failed 0ms up=0 down=0 id=1"
                                + " epoch=3 cluster=-");
    }

    /** A request is what its client made of it: whatever is in it, the line stays one line and the quotes stay closed. */
    @Test
    void aRequestIsOneLineOfTextWhateverIsInIt() throws IOException {
        try (AccessLog log = open(AccessLogConfig.Format.TEXT, new InProcessLock())) {
            log.add(exchange("GET", "/v1/x"));
            log.add(exchange("", "/a\" b\nfake"));
        }

        assertThat(lines())
                .containsExactly(
                        "2026-01-02T03:04:05.678Z web 127.0.0.1:5000 \"GET example.com /v1/x HTTP/1.1\" 200 -> 127.0.0.1:9000"
                                + " completed 12ms in=120 out=340 id=7 epoch=3",
                        "2026-01-02T03:04:05.678Z web 127.0.0.1:5000 \"- example.com /a%22_b\\u000afake HTTP/1.1\" 200 ->"
                                + " 127.0.0.1:9000 completed 12ms in=120 out=340 id=7 epoch=3");
    }

    private static HttpExchangeReport exchange(String method, String path) {
        return new HttpExchangeReport(
                7,
                "web",
                inet(5000),
                method,
                "example.com",
                path,
                "HTTP/1.1",
                200,
                Optional.of("origin"),
                Optional.of(inet(9000)),
                1,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                Duration.ofMillis(12),
                120,
                340,
                HttpOutcome.COMPLETED);
    }

    @Test
    void linesAfterReopenGoToTheNewFile() throws IOException {
        Path rotated = directory.resolve("access.log.1");
        try (AccessLog log = open(AccessLogConfig.Format.TEXT, new InProcessLock())) {
            log.add(report(1, Optional.empty()));
            await().until(() -> lines().size() == 1);
            Files.move(file(), rotated);
            log.add(report(2, Optional.empty()));
            log.reopen();
            log.add(report(3, Optional.empty()));
        }

        assertThat(Files.readAllLines(rotated)).hasSize(2);
        assertThat(lines()).singleElement().asString().contains("id=3");
    }

    @Test
    void theOldFileStaysInUseWhenThePathCannotBeReopened() throws IOException {
        Path logs = Files.createDirectory(directory.resolve("logs"));
        AccessLogConfig config = new AccessLogConfig(logs.resolve("access.log"), AccessLogConfig.Format.TEXT);
        Path moved = directory.resolve("moved");
        try (AccessLog log = new AccessLog(config, text(), new InProcessLock(), Posix.linux(), stats)) {
            Files.move(logs, moved);
            log.reopen();
            log.add(report(1, Optional.empty()));
        }

        assertThat(Files.readAllLines(moved.resolve("access.log"))).hasSize(1);
    }

    @Test
    void whatFindsTheQueueFullIsDroppedAndCounted() throws Exception {
        InProcessLock lock = new InProcessLock();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread other = Thread.ofPlatform()
                .start(() -> lock.run(() -> {
                    held.countDown();
                    awaitQuietly(release);
                }));
        held.await();
        int sent = AccessLog.MAX_QUEUED + 1000;
        try (AccessLog log = open(AccessLogConfig.Format.TEXT, lock)) {
            for (int i = 0; i < sent; i++) {
                log.add(report(i, Optional.empty()));
            }
            release.countDown();
            other.join();
        }

        long dropped = stats.counter("access_log.dropped").value();
        assertThat(dropped).isBetween(1L, 1000L);
        assertThat(lines()).hasSize(Math.toIntExact(sent - dropped));
    }

    @Test
    void whatAFullDiskDoesNotTakeIsCounted() {
        AccessLogConfig config = new AccessLogConfig(Path.of("/dev/full"), AccessLogConfig.Format.TEXT);
        try (AccessLog log = new AccessLog(config, text(), new InProcessLock(), Posix.linux(), stats)) {
            log.add(report(1, Optional.empty()));
            log.add(report(2, Optional.empty()));
        }

        assertThat(stats.counters()).containsEntry("access_log.dropped", 2L).containsEntry("access_log.written", 0L);
    }

    @Test
    void aFileThatCannotBeOpenedIsSaidLikeStrace() {
        AccessLogConfig config = new AccessLogConfig(directory.resolve("none/access.log"), AccessLogConfig.Format.TEXT);

        assertThatThrownBy(() -> new AccessLog(config, text(), new InProcessLock(), Posix.linux(), stats))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("none/access.log")
                .hasMessageContaining("ENOENT (No such file or directory)");
    }

    private AccessLog open(AccessLogConfig.Format format, SharedLock lock) {
        AccessLogLine line = AccessLogLine.of(format, new RestartEpoch(3));
        return new AccessLog(new AccessLogConfig(file(), format), line, lock, Posix.linux(), stats);
    }

    private static AccessLogLine text() {
        return AccessLogLine.of(AccessLogConfig.Format.TEXT, new RestartEpoch(3));
    }

    private Path file() {
        return directory.resolve("access.log");
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(file());
    }

    private static ConnectionReport report(long id, Optional<SocketAddress> upstream) {
        return new ConnectionReport(
                id,
                "web",
                inet(5000),
                upstream.map(_ -> "origin"),
                upstream,
                Instant.parse("2026-01-02T03:04:05.678Z"),
                Duration.ofMillis(1500),
                10,
                20,
                ConnectionOutcome.COMPLETED);
    }

    private static SocketAddress inet(int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class InProcessLock implements SharedLock {
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public void run(Runnable action) {
            lock.lock();
            try {
                action.run();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean tryRun(Runnable action, Duration timeout) {
            throw new UnsupportedOperationException("the access log waits");
        }
    }
}
