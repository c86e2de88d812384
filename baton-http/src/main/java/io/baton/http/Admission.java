package io.baton.http;

import io.baton.posix.Posix;
import io.baton.posix.ResourceLimit;
import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many clients' connections there may be, and the listeners that pause when there are as many: clients then wait in the kernel's
 * accept queue. What a loop had accepted at that moment is still served. Thread-safe.
 */
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final int FDS_PER_CONNECTION = 2;

    private final int most;
    private final HttpObserver observer;
    private final AtomicInteger active = new AtomicInteger();
    private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();
    private boolean paused;

    Admission(int most, HttpObserver observer) {
        this.most = most;
        this.observer = observer;
    }

    /** Raises the soft RLIMIT_NOFILE to the hard one, and divides it. */
    static int mostConnections(Posix posix, HttpProxyOptions options) {
        ResourceLimit limit = posix.openFileLimit();
        if (limit.soft() < limit.hard()) {
            posix.setOpenFileSoftLimit(limit.hard());
        }
        long connections = (limit.hard() - options.reservedFds()) / FDS_PER_CONNECTION;
        if (connections < 1) {
            throw new IllegalStateException(
                    "RLIMIT_NOFILE is %d, expected more than the %d fds that reservedFds keeps for the rest of the process"
                            .formatted(limit.hard(), options.reservedFds()));
        }
        return (int) Math.min(connections, options.maxConnections());
    }

    int most() {
        return most;
    }

    int active() {
        return active.get();
    }

    /** A server channel that accepts from now on, or when there is room again. */
    synchronized void add(Channel listener) {
        listeners.add(listener);
        if (paused) {
            listener.config().setAutoRead(false);
        }
    }

    synchronized void removeAll() {
        listeners.clear();
    }

    void opened() {
        if (active.incrementAndGet() >= most) {
            update();
        }
    }

    /** Takes room for one that comes from another process; false when there is none. */
    boolean tryOpen() {
        int before = active.get();
        while (before < most) {
            if (active.compareAndSet(before, before + 1)) {
                if (before + 1 >= most) {
                    update();
                }
                return true;
            }
            before = active.get();
        }
        return false;
    }

    void closed() {
        if (active.getAndDecrement() >= most) {
            update();
        }
    }

    private synchronized void update() {
        boolean full = active.get() >= most;
        if (full == paused) {
            return;
        }
        paused = full;
        listeners.forEach(listener -> listener.config().setAutoRead(!full));
        if (full) {
            LOG.warn(
                    "accepting pauses: there are {} connections, the most; new clients wait in the accept queue", most);
            observer.acceptPaused();
        } else {
            observer.acceptResumed();
        }
    }
}
