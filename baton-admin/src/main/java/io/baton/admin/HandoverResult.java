package io.baton.admin;

import io.baton.HotRestartEvent;
import io.baton.Stats;
import java.util.Locale;
import java.util.Optional;

/** How a hot restart ended, as the parent saw it; the count goes on to the child. */
public enum HandoverResult {
    /** The child took over. */
    COMMITTED,
    /** The child ended or was not ready in time, and the parent serves on. */
    FAILED;

    /** What {@code event} means for a handover, if it ends one. */
    public static Optional<HandoverResult> of(HotRestartEvent event) {
        return switch (event) {
            case HotRestartEvent.ChildReady _ -> Optional.of(COMMITTED);
            case HotRestartEvent.ChildFailed _ -> Optional.of(FAILED);
            case HotRestartEvent.Ready _,
                    HotRestartEvent.ChildArrived _,
                    HotRestartEvent.MigrationBegun _,
                    HotRestartEvent.MigrationLost _,
                    HotRestartEvent.RollbackBegun _,
                    HotRestartEvent.DrainRequested _,
                    HotRestartEvent.Drained _,
                    HotRestartEvent.TerminateRequested _ -> Optional.empty();
        };
    }

    /** Counts one more of it. */
    public void count(Stats stats) {
        stats.counter(counter()).increment();
    }

    String counter() {
        return "server.handover_" + label();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
