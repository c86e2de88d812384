package io.baton.admin;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what it was told. */
final class RecordingControl implements ServerControl {
    final Queue<String> calls = new ConcurrentLinkedQueue<>();

    @Override
    public void drainListeners(boolean graceful) {
        calls.add(graceful ? "drain gracefully" : "drain");
    }

    @Override
    public void quit() {
        calls.add("quit");
    }
}
