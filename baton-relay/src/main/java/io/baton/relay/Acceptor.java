package io.baton.relay;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.relay.RelayObserver.PauseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts on the listening sockets of one loop, and pauses all of them while there is no room: clients then wait in the kernel's
 * accept queue. Loop thread only.
 */
final class Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final long FD_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What is accepted of each socket when accepting stops; more than wait now and then, less than a flood. */
    private static final int MAX_LAST_ACCEPTS = 1024;

    private final Posix posix;
    private final Epoll epoll;
    private final LoopClock clock;
    private final Budget budget;
    private final RelayObserver observer;
    private final Connections connections;
    private final int acceptsPerEvent;
    private final List<ListeningSocket> sockets = new ArrayList<>();

    private volatile @Nullable PauseReason paused; // written by the loop only
    private long retryAtNanos;
    private boolean said;
    private long saidAtNanos;

    private record ListeningSocket(int number, boolean shared, Route route) {}

    Acceptor(LoopParts parts, Connections connections) {
        this.posix = parts.posix();
        this.epoll = parts.epoll();
        this.clock = parts.clock();
        this.budget = parts.budget();
        this.observer = parts.observer();
        this.connections = connections;
        this.acceptsPerEvent = parts.options().acceptsPerEvent();
    }

    void add(Fd socket, boolean shared, Route route) {
        int index = sockets.size();
        sockets.add(new ListeningSocket(socket.number(), shared, route));
        if (paused == null) {
            register(index);
        }
    }

    /**
     * Takes all sockets out of epoll, for good, and accepts what waits already: with EPOLLEXCLUSIVE this loop may be the only one, of this
     * process or another, that was woken for it.
     */
    void stop() {
        List<ListeningSocket> stopped = List.copyOf(sockets);
        abandon();
        for (ListeningSocket socket : stopped) {
            acceptSome(socket, MAX_LAST_ACCEPTS);
        }
    }

    /** Takes all sockets out of epoll, for good; what waits is left to other holders of the sockets. */
    void abandon() {
        if (paused == null) {
            sockets.forEach(socket -> epoll.remove(socket.number()));
        } else {
            endPause();
        }
        sockets.clear();
    }

    void onReadable(int index) {
        if (index >= sockets.size() || paused != null) {
            return; // an event of the same batch as the stop or the pause
        }
        PauseReason reason = acceptSome(sockets.get(index), acceptsPerEvent);
        if (reason != null) {
            pause(reason);
        }
    }

    /** Accepts up to {@code most}; returns why it cannot go on, null when it could. */
    private @Nullable PauseReason acceptSome(ListeningSocket socket, int most) {
        for (int i = 0; i < most; i++) {
            if (!budget.tryTake()) {
                return PauseReason.CONNECTION_LIMIT;
            }
            int accepted = posix.accept(socket.number());
            if (accepted >= 0) {
                connections.open(Fd.own(accepted), socket.route());
                continue;
            }
            budget.give();
            switch (Errno.of(-accepted)) {
                case EAGAIN -> {
                    return null;
                }
                case EMFILE, ENFILE, ENOMEM, ENOBUFS -> {
                    return PauseReason.OUT_OF_FDS;
                }
                case EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP -> {
                    giveUp(socket, -accepted);
                    return null;
                }
                default -> {} // accept(2): errors of the connection that was to be accepted; the next one may be fine
            }
        }
        return null;
    }

    private void giveUp(ListeningSocket socket, int errno) {
        LOG.error(
                "listener {}: accept4(fd={}) failed: {}, expected a listening socket; it is left alone from now on",
                socket.route().listener(),
                socket.number(),
                Errno.describe(errno));
        epoll.remove(socket.number());
    }

    /** Any thread. */
    boolean isPaused() {
        return paused != null;
    }

    /** Accepts again when there is room; called once per round. */
    void resumeIfRoom() {
        PauseReason reason = paused;
        if (reason == null) {
            return;
        }
        boolean room =
                budget.hasRoom() && (reason == PauseReason.CONNECTION_LIMIT || clock.nowNanos() - retryAtNanos >= 0);
        if (room) {
            endPause();
            for (int index = 0; index < sockets.size(); index++) {
                register(index);
            }
            observer.acceptResumed();
        }
    }

    /** How long the loop may wait at most, for the sake of a pause; -1 without limit. */
    int timeoutMs() {
        if (paused != PauseReason.OUT_OF_FDS) {
            return -1;
        }
        long leftMs = Math.ceilDiv(retryAtNanos - clock.nowNanos(), 1_000_000L);
        if (leftMs > 0) {
            return (int) leftMs;
        }
        return budget.hasRoom() ? 0 : -1; // without room there is nothing to retry; who makes some wakes the loop
    }

    private void pause(PauseReason reason) {
        paused = reason;
        retryAtNanos = clock.nowNanos() + FD_RETRY_NANOS;
        sockets.forEach(socket -> epoll.remove(socket.number()));
        budget.await();
        say(reason);
        observer.acceptPaused(reason);
        // What made room before await() woke nobody; the loop looks itself at the end of this round.
    }

    private void endPause() {
        paused = null;
        budget.endAwait();
    }

    private void say(PauseReason reason) {
        if (said && clock.nowNanos() - saidAtNanos < LOG_NANOS) {
            return;
        }
        said = true;
        saidAtNanos = clock.nowNanos();
        LOG.warn(
                "accepting pauses: {} ({} of {} connections); new clients wait in the accept queue",
                reason == PauseReason.CONNECTION_LIMIT ? "the connection limit is reached" : "no further fd to be had",
                budget.active(),
                budget.maxConnections());
    }

    private void register(int index) {
        ListeningSocket socket = sockets.get(index);
        int result = epoll.addListener(socket.number(), socket.shared(), index);
        if (result < 0) {
            LOG.error(
                    "listener {}: epoll_ctl(ADD, fd={}) failed: {}; it does not accept",
                    socket.route().listener(),
                    socket.number(),
                    Errno.describe(-result));
        }
    }
}
