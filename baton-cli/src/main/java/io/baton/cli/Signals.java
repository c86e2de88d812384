package io.baton.cli;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The signals Baton acts upon. Installed before anything else is done: an unhandled USR1 kills a JVM. What arrives before
 * {@link #deliverTo} is held, each signal once, and delivered then. QUIT cannot be handled under HotSpot (thread dump), USR2 is its own.
 *
 * <p>Thread-safe. Signals are delivered one at a time, on a thread of the JVM.
 */
final class Signals {
    enum UnixSignal {
        HUP,
        INT,
        TERM,
        USR1,
        WINCH
    }

    private final Queue<UnixSignal> held = new ArrayDeque<>();
    private @Nullable Consumer<UnixSignal> receiver;

    private Signals() {}

    /** @throws CliException when the JVM was told (-Xrs) to leave signals alone */
    static Signals install() throws CliException {
        Signals signals = new Signals();
        for (UnixSignal signal : UnixSignal.values()) {
            JvmSignals.handle(signal.name(), () -> signals.arrived(signal));
        }
        return signals;
    }

    synchronized void deliverTo(Consumer<UnixSignal> consumer) {
        receiver = consumer;
        while (!held.isEmpty()) {
            consumer.accept(held.remove());
        }
    }

    private synchronized void arrived(UnixSignal signal) {
        if (receiver != null) {
            receiver.accept(signal);
        } else if (!held.contains(signal)) {
            held.add(signal);
        }
    }
}
