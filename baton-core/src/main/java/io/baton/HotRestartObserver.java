package io.baton;

/** Hears of every change of state, on the thread that changed it and in order. Must not block. */
@FunctionalInterface
public interface HotRestartObserver {
    HotRestartObserver NONE = (from, event, to) -> {};

    void changed(HotRestartState from, HotRestartEvent event, HotRestartState to);
}
