package io.baton.cli;

import io.baton.posix.Posix;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals Baton acts upon. Installed before anything else is done: an unhandled USR1 kills a JVM. What arrives before
 * {@link #deliverTo} is held, each signal once, and delivered then. HotSpot keeps QUIT for itself (thread dump), unless it is told not to.
 *
 * <p>Thread-safe. Signals are delivered one at a time, on a thread of the JVM.
 */
final class Signals {
    enum UnixSignal {
        HUP,
        INT,
        QUIT,
        TERM,
        USR1,
        USR2,
        WINCH
    }

    /** Those that nobody but the JVM or an nginx acts upon. */
    private static final Set<UnixSignal> EXEC_ONLY = EnumSet.of(UnixSignal.QUIT, UnixSignal.USR2);

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private final Queue<UnixSignal> held = new ArrayDeque<>();
    private @Nullable Consumer<UnixSignal> receiver;

    private Signals() {}

    /** @throws CliException when the JVM was told (-Xrs) to leave signals alone */
    static Signals install() throws CliException {
        Signals signals = new Signals();
        for (UnixSignal signal : EnumSet.complementOf(EnumSet.copyOf(EXEC_ONLY))) {
            JvmSignals.handle(signal.name(), () -> signals.arrived(signal));
        }
        return signals;
    }

    /**
     * As {@link #install}, with USR2, and with QUIT where the launcher has started the JVM with these signals blocked: then they are
     * read from a signalfd, as HotSpot gives QUIT to nobody.
     */
    static Signals installAll(Posix posix) throws CliException {
        if (SignalReader.canRead(posix)) {
            Signals signals = new Signals();
            SignalReader.start(posix, signals::arrived);
            return signals;
        }
        LOG.warn("SIGQUIT is HotSpot's here and prints a thread dump: bin/baton found no env(1) that blocks signals");
        Signals signals = install();
        JvmSignals.handle(UnixSignal.USR2.name(), () -> signals.arrived(UnixSignal.USR2));
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
