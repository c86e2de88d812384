package io.baton.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.HandoverRehearsal;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.spi.BatchLimit;
import io.baton.spi.MigratableConnection;
import io.baton.spi.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two proxies, as of two processes, between which connections pass through a real socket pair. */
final class Passage implements AutoCloseable {
    static final BatchLimit BATCH = new BatchLimit(64, 253, 180 << 10);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    final ProxyUnderTest first;
    final ProxyUnderTest second;

    /** How often one of them had something to move that it had not before. */
    final AtomicInteger wakes = new AtomicInteger();

    Passage(SocketAddress... endpoints) {
        this(ProxyUnderTest.TIMEOUTS, endpoints);
    }

    Passage(HttpTimeouts timeouts, SocketAddress... endpoints) {
        first = new ProxyUnderTest(timeouts, endpoints);
        second = new ProxyUnderTest(timeouts, endpoints);
        first.proxy.connectionSource().onMovable(wakes::incrementAndGet);
        second.proxy.connectionSource().onMovable(wakes::incrementAndGet);
    }

    Client client() throws IOException {
        return first.client();
    }

    /** What can move now; how many. */
    int move() {
        return move(first, second);
    }

    int moveBack() {
        return move(second, first);
    }

    /** There, back, and there again: each time as soon as they can. */
    void moveThrice(int count) {
        moveAll(first, second, count);
        moveAll(second, first, count);
        moveAll(first, second, count);
    }

    static int move(ProxyUnderTest from, ProxyUnderTest to) {
        return HandoverRehearsal.move(Posix.linux(), from.proxy.connectionSource(), to.proxy.connectionRestorer());
    }

    /** Moves what there is, until there were so many. */
    void moveAll(int count) {
        moveAll(first, second, count);
    }

    private static void moveAll(ProxyUnderTest from, ProxyUnderTest to, int count) {
        AtomicInteger moved = new AtomicInteger();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> moved.addAndGet(move(from, to)) >= count);
        assertThat(moved).hasValue(count);
    }

    /** Offers what can move now, and takes it back; how many. */
    int refuse() throws Exception {
        Posix posix = Posix.linux();
        List<MigratableConnection> offered = first.proxy.connectionSource().quiesce(BATCH, PATIENCE);
        for (MigratableConnection connection : offered) {
            List<Fd> duplicates = new ArrayList<>();
            connection.snapshot().fds().forEach(fd -> duplicates.add(posix.duplicate(fd, 0)));
            second.proxy
                    .connectionRestorer()
                    .restore(new Snapshot(
                            connection.snapshot().kind(), connection.snapshot().bytes(), duplicates))
                    .discard();
            connection.resume();
        }
        first.proxy.connectionSource().handoverEnded();
        return offered.size();
    }

    @Override
    public void close() {
        try (first;
                second) {
            first.proxy.connectionSource().handoverEnded();
        }
    }
}
