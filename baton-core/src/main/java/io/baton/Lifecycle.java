package io.baton;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the state of this process, and changes it in one place. Thread-safe. */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final HotRestartObserver observer;
    private volatile HotRestartState state;

    Lifecycle(RestartEpoch epoch, HotRestartObserver observer) {
        this.observer = observer;
        this.state = new HotRestartState.Starting(epoch);
    }

    HotRestartState state() {
        return state;
    }

    /**
     * The one way to another state: publishes it, logs one line, tells the observer.
     *
     * @return what the state was, when {@code event} was accepted; empty when it was refused
     */
    synchronized Optional<HotRestartState> offer(HotRestartEvent event) {
        HotRestartState from = state;
        Optional<HotRestartState> next = HotRestartStates.next(from, event);
        if (next.isEmpty()) {
            LOG.warn("{} refuses {}", from, event);
            return Optional.empty();
        }
        state = next.get();
        LOG.info(
                "epoch {}: {} -> {} on {}",
                from.epoch(),
                from.label(),
                next.get().label(),
                event);
        try {
            observer.changed(from, event, next.get());
        } catch (RuntimeException e) {
            LOG.warn("an observer of {} failed", event, e);
        }
        return Optional.of(from);
    }
}
