package io.baton;

import java.util.Optional;

/** Draining itself: how it begins, and when it is over for a process that no child will end. */
final class DrainProcedure {
    private final DrainManager manager;
    private final Listeners listeners;
    private final boolean exitWhenDrained;

    DrainProcedure(DrainManager manager, Listeners listeners, boolean exitWhenDrained) {
        this.manager = manager;
        this.listeners = listeners;
        this.exitWhenDrained = exitWhenDrained;
    }

    void begin(ParentDuties duties) {
        manager.start();
        Guarded.run("drainListeners", duties::drainListeners);
        listeners.closeAll();
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
