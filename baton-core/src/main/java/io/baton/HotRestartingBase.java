package io.baton;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both roles have: two sockets (messages, and forwarded UDP packets), and a thread that serves them. The roles differ in whom they
 * talk to.
 */
abstract class HotRestartingBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HotRestartingBase.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration AFTER_A_BUG = Duration.ofMillis(100);

    final Posix posix;
    final HotRestartOptions options;
    final RpcStream main;
    final RpcStream udp;

    private final DomainSocketNames names;
    private final Fd wake;
    private final Thread thread;
    private volatile boolean stopping;

    HotRestartingBase(
            Posix posix,
            HotRestartOptions options,
            DomainSocketNames names,
            RpcStream main,
            RpcStream udp,
            String threadName) {
        this.posix = posix;
        this.options = options;
        this.names = names;
        this.main = main;
        this.udp = udp;
        this.wake = posix.eventFd();
        this.thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this::run);
    }

    final SocketAddress address(DomainSocketNames.Role role, RestartEpoch epoch) {
        return names.address(role, epoch);
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    final void start() {
        thread.start();
    }

    /** Has the thread take its next turn now. Any thread. */
    final void wake() {
        try {
            posix.signalEvent(wake);
        } catch (IllegalStateException e) {
            LOG.debug("{} has ended before it could be woken", thread.getName());
        }
    }

    /** The thread ends after this turn. Any thread. */
    final void stop() {
        stopping = true;
        wake();
    }

    /** Once, on the role's thread, before its first turn. */
    void begin() {}

    /** Does what there is to do, without waiting for anyone. On the role's thread. */
    abstract void turn();

    /** When {@link #turn} is due again though nothing arrives. */
    abstract Duration untilNextTurn();

    /** Further fds whose readability calls for a turn. */
    abstract List<Fd> watched();

    private void run() {
        boolean begun = false;
        while (!stopping) {
            try {
                if (!begun) {
                    begun = true;
                    begin();
                }
                List<Fd> fds = new ArrayList<>(List.of(wake, main.socket(), udp.socket()));
                fds.addAll(watched());
                posix.awaitReadable(fds, untilNextTurn());
                posix.clearEvent(wake);
                if (!stopping) {
                    turn();
                }
            } catch (RuntimeException | Error e) { // nobody would notice that the thread has ended
                if (stopping) {
                    return;
                }
                LOG.error(
                        "{} failed in a turn and goes on",
                        Thread.currentThread().getName(),
                        e);
                RpcStream.pause(AFTER_A_BUG); // a fault that lasts must not spin
            }
        }
    }

    /** Stops the thread and waits for it, unless it is the caller. The sockets are somebody else's to close, after this. */
    @Override
    public void close() {
        stop();
        if (thread.isAlive() && !thread.equals(Thread.currentThread())) {
            try {
                if (!thread.join(STOP_TIMEOUT)) {
                    LOG.warn("{} does not stop within {}", thread.getName(), STOP_TIMEOUT);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        wake.close();
    }
}
