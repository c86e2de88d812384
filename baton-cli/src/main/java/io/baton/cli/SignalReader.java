package io.baton.cli;

import io.baton.cli.Signals.UnixSignal;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals that every thread of the JVM has blocked, since it was started so (the launcher's {@code env --block-signal}, and {@code -Xrs}, under
 * which HotSpot unblocks none of them): read from a signalfd, on a daemon thread that lives as long as the process.
 */
final class SignalReader {
    private static final Logger LOG = LoggerFactory.getLogger(SignalReader.class);
    private static final Duration FOREVER = Duration.ofDays(1);

    private static final Map<UnixSignal, Integer> NUMBERS = new EnumMap<>(Map.of(
            UnixSignal.HUP, ProcessCalls.SIGHUP,
            UnixSignal.INT, ProcessCalls.SIGINT,
            UnixSignal.QUIT, ProcessCalls.SIGQUIT,
            UnixSignal.TERM, ProcessCalls.SIGTERM,
            UnixSignal.USR1, ProcessCalls.SIGUSR1,
            UnixSignal.USR2, ProcessCalls.SIGUSR2,
            UnixSignal.WINCH, ProcessCalls.SIGWINCH));

    private SignalReader() {}

    /** Whether the calling thread has all of them blocked. Without -Xrs, HotSpot unblocks HUP, INT and TERM in each. */
    static boolean canRead(Posix posix) {
        return posix.blockedSignals().containsAll(NUMBERS.values());
    }

    /** @param arrived called on the reader's thread, must not block */
    static void start(Posix posix, Consumer<UnixSignal> arrived) {
        Set<Integer> numbers = new HashSet<>(NUMBERS.values());
        Fd source = posix.signalFd(numbers);
        Thread.ofPlatform().daemon().name("baton-signals").start(() -> {
            try (source) {
                while (true) {
                    posix.awaitReadable(List.of(source), FOREVER);
                    OptionalInt number = posix.readSignal(source);
                    NUMBERS.forEach((signal, its) -> {
                        if (number.isPresent() && number.getAsInt() == its) {
                            deliver(arrived, signal);
                        }
                    });
                }
            }
        });
    }

    /** One that fails must not end all others. */
    private static void deliver(Consumer<UnixSignal> arrived, UnixSignal signal) {
        try {
            arrived.accept(signal);
        } catch (RuntimeException e) {
            LOG.error("SIG{} failed", signal, e);
        }
    }
}
