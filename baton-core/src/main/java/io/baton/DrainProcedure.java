package io.baton;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draining itself: how it begins, and when it is over for a process that no child will end. For one thread at a time. */
final class DrainProcedure {
    private static final Logger LOG = LoggerFactory.getLogger(DrainProcedure.class);
    private static final int ATTEMPTS = 20;

    private final DrainManager manager;
    private final Listeners listeners;
    private final boolean exitWhenDrained;
    private int attemptsLeft;

    /** Connections that were left when nothing more was accepted, and those that had moved before: only what moves takes from it. */
    private volatile long leftOrMoved;

    DrainProcedure(DrainManager manager, Listeners listeners, boolean exitWhenDrained) {
        this.manager = manager;
        this.listeners = listeners;
        this.exitWhenDrained = exitWhenDrained;
    }

    void begin(ParentDuties duties) {
        manager.start();
        attemptsLeft = ATTEMPTS;
        stopAccepting(duties);
    }

    /**
     * Tries again what failed at the beginning; does nothing when all is done. Until the server has let go of them, the fds stay open:
     * one that is closed while in an epoll, and lives on in the child, keeps firing and can no longer be taken out.
     */
    void stopAccepting(ParentDuties duties) {
        if (attemptsLeft == 0) {
            return;
        }
        attemptsLeft--;
        if (Guarded.run("drainListeners", duties::drainListeners)) {
            attemptsLeft = 0;
            listeners.closeAll();
        } else if (attemptsLeft == 0) {
            LOG.error("the server did not let go of its listeners in {} attempts; they stay open to the end", ATTEMPTS);
        }
    }

    /**
     * After {@link #begin}: what is to be accounted for.
     *
     * @param connections that this process has
     * @param moved that have gone to the child before
     */
    void leaves(long connections, long moved) {
        leftOrMoved = connections + moved;
    }

    /**
     * Connections that were left and have not moved since, whether they still live or not; 0 before the drain. Any thread.
     *
     * @param moved that have gone to the child until now
     */
    long stayed(long moved) {
        return Math.max(0, leftOrMoved - moved);
    }

    boolean timeIsOver() {
        return manager.remaining().isZero();
    }

    /** Why the process may end now; empty when it may not. */
    Optional<String> over(ParentDuties duties) {
        if (timeIsOver()) {
            return Optional.of("the drain time is over");
        }
        if (exitWhenDrained && duties.connections() == 0) {
            return Optional.of("the last connection has left");
        }
        return Optional.empty();
    }
}
