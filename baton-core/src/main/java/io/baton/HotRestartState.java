package io.baton;

import java.util.OptionalLong;

/**
 * Where a process stands in the life of its lineage. {@link HotRestartStates#next} holds every transition.
 *
 * <pre>
 *              Ready                ChildArrived                  ChildReady
 *  Starting ----------> Serving -------------------> AwaitingReady ----------> Draining --- Drained, Terminate ---> Terminated
 *                        ^  ^                         |    |    ^                 ^
 *                        |  +------ ChildFailed ------+    |    | MigrationLost   |
 *                        |                   MigrationBegun|    |                 |
 *                        |                                 v    |                 |
 *                        +--------- ChildFailed --------- Migrating -- ChildReady +
 *                        |                                 | RollbackBegun
 *                        |                                 v
 *                        +--------- ChildFailed --------- RollingBack
 * </pre>
 */
public sealed interface HotRestartState {

    RestartEpoch epoch();

    /** What status output calls it. */
    String label();

    /** Initialising; its parent, if any, still serves. */
    record Starting(RestartEpoch epoch) implements HotRestartState {
        @Override
        public String label() {
            return "starting";
        }
    }

    /**
     * Serving on its own.
     *
     * @param lateChild pid of a child that was given up on and still lives: should it get ready after all, it is honoured
     */
    record Serving(RestartEpoch epoch, OptionalLong lateChild) implements HotRestartState {
        @Override
        public String label() {
            return "serving";
        }
    }

    /** Serving, without its admin, while a child initialises. */
    record AwaitingReady(RestartEpoch epoch, long child) implements HotRestartState {
        @Override
        public String label() {
            return "awaiting_ready";
        }
    }

    /** Serving, without its admin, while its connections move to the child, which accepts as well. */
    record Migrating(RestartEpoch epoch, long child) implements HotRestartState {
        @Override
        public String label() {
            return "migrating";
        }
    }

    /** Serving, while the connections that have moved to the child come back. */
    record RollingBack(RestartEpoch epoch, long child) implements HotRestartState {
        @Override
        public String label() {
            return "rolling_back";
        }
    }

    /**
     * No longer accepting.
     *
     * @param child pid of the child that serves instead; empty when drained without one, or when it has died
     */
    record Draining(RestartEpoch epoch, OptionalLong child) implements HotRestartState {
        @Override
        public String label() {
            return "draining";
        }
    }

    /** Done: the process is about to exit. */
    record Terminated(RestartEpoch epoch) implements HotRestartState {
        @Override
        public String label() {
            return "terminated";
        }
    }
}
