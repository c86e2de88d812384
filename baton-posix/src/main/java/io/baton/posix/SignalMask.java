package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code sigset_t}: 128 bytes of which the kernel uses the first 8, bit {@code n - 1} for signal {@code n}; and the set of blocked
 * signals that each thread has.
 */
final class SignalMask {
    static final int BYTES = 128;

    /** SIGRTMAX. */
    static final int LAST_SIGNAL = 64;

    private static final int SIG_BLOCK = 0;
    private static final int SIG_SETMASK = 2;

    private SignalMask() {}

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall PTHREAD_SIGMASK = NativeCall.errorNumber("pthread_sigmask", 3);
    }

    static Set<Integer> ofThread() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(BYTES, Long.BYTES);
            // With no new set only the old one is asked for, whatever the first argument says.
            check(Native.PTHREAD_SIGMASK.call(SIG_BLOCK, 0, mask.address()), "pthread_sigmask()");
            return read(mask);
        }
    }

    static void setOfThread(Set<Integer> signals) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(BYTES, Long.BYTES);
            write(mask, signals);
            check(
                    Native.PTHREAD_SIGMASK.call(SIG_SETMASK, mask.address(), 0),
                    "pthread_sigmask(SIG_SETMASK, %s)",
                    signals);
        }
    }

    static void write(MemorySegment mask, Set<Integer> signals) {
        long bits = 0;
        for (int signal : signals) {
            if (signal < 1 || signal > LAST_SIGNAL) {
                throw new IllegalArgumentException("signal is %d, expected 1 to %d".formatted(signal, LAST_SIGNAL));
            }
            bits |= 1L << (signal - 1);
        }
        mask.fill((byte) 0);
        mask.set(JAVA_LONG, 0, bits);
    }

    static Set<Integer> read(MemorySegment mask) {
        long bits = mask.get(JAVA_LONG, 0);
        Set<Integer> signals = new TreeSet<>();
        for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
            if ((bits >>> (signal - 1) & 1) != 0) {
                signals.add(signal);
            }
        }
        return signals;
    }
}
