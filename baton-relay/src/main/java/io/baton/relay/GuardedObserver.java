package io.baton.relay;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what an observer throws from the loop that told it. */
record GuardedObserver(RelayObserver observer) implements RelayObserver {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedObserver.class);

    @Override
    public void connectionOpened(String listener) {
        guard(() -> observer.connectionOpened(listener));
    }

    @Override
    public void connectionClosed(ConnectionReport report) {
        guard(() -> observer.connectionClosed(report));
    }

    @Override
    public void connectionMoved(String listener) {
        guard(() -> observer.connectionMoved(listener));
    }

    @Override
    public void connectionRestored(String listener) {
        guard(() -> observer.connectionRestored(listener));
    }

    @Override
    public void acceptPaused(PauseReason reason) {
        guard(() -> observer.acceptPaused(reason));
    }

    @Override
    public void acceptResumed() {
        guard(observer::acceptResumed);
    }

    @Override
    public void workerDied(int worker, Throwable cause) {
        guard(() -> observer.workerDied(worker, cause));
    }

    private static void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("the observer failed, the relay goes on", e);
        }
    }
}
