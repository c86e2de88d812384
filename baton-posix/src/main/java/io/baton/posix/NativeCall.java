package io.baton.posix;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.Optional;

/**
 * One libc function, bound; every {@code call} returns what the function returned, or {@code -errno}.
 *
 * <p>Integers travel as 64-bit words whatever their C type: both ABIs pass the first six arguments in 64-bit registers and ignore
 * the upper half of an {@code int}. That leaves few shapes, and shapes are what a cold start pays for: 40-50 ms for the first one,
 * 5 ms for each further one, 0.2 ms for another function of a shape already known (measured, JDK 25). The same goes for
 * addresses of memory that this package allocated itself and keeps alive around the call. Memory of a caller is passed as a {@link
 * MemorySegment}, so that its arena cannot be closed, by another thread, while the kernel writes there.
 *
 * <p>{@code Linker.Option.critical} is not used: it saves 10 to 20 ns of the 240 that the cheapest system call takes (measured), and
 * would hold back every safepoint for as long as the kernel is in its network stack.
 *
 * <p>A record because HotSpot trusts its fields to be final: held in a {@code static final} field, the handle is a constant for the
 * JIT, and the call compiles to little more than the call instruction.
 *
 * @param handle takes the errno segment, then the arguments
 * @param returns how failure shows
 * @param restarts whether a call that a signal interrupted (EINTR) is made again
 */
record NativeCall(MethodHandle handle, Returns returns, boolean restarts) {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final int EINTR = Errno.EINTR.number();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    /** How a C function reports. */
    enum Returns {
        /** An {@code int}, -1 with errno set on failure. */
        INT,
        /** 64 bits, -1 with errno set on failure. */
        WORD,
        /** The error number itself, 0 when all is well; errno is not touched: pthreads, posix_spawn. */
        ERROR_NUMBER
    }

    /** A function of {@code words} integer arguments, made again on EINTR. */
    static NativeCall words(String function, int words) {
        return bind(function, Returns.INT, true, allWords(words));
    }

    /** As {@link #words}, for a function that returns 64 bits: ssize_t, off_t, a pointer. */
    static NativeCall wordsToWord(String function, int words) {
        return bind(function, Returns.WORD, true, allWords(words));
    }

    /** As {@link #words}, but a call that a signal interrupted returns {@code -EINTR}. */
    static NativeCall interruptible(String function, int words) {
        return bind(function, Returns.INT, false, allWords(words));
    }

    /** As {@link #words}, for a function that returns an error number. */
    static NativeCall errorNumber(String function, int words) {
        return bind(function, Returns.ERROR_NUMBER, false, allWords(words));
    }

    /** As {@link #words}, for a function whose arguments from {@code firstVariadic} on are {@code ...} in C. */
    static NativeCall variadic(String function, int words, int firstVariadic) {
        return bind(function, Returns.INT, true, allWords(words), Linker.Option.firstVariadicArg(firstVariadic));
    }

    /**
     * Binds {@code function}. When libc does not have it, the call that needs it throws, not this: one function of a newer glibc must
     * not make the rest unusable.
     */
    static NativeCall bind(
            String function, Returns returns, boolean restarts, MemoryLayout[] arguments, Linker.Option... more) {
        FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments);
        Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
        options[more.length] = CAPTURE_ERRNO;
        Optional<MemorySegment> address = LINKER.defaultLookup().find(function);
        // The handle without its address is what the linker caches by shape.
        MethodHandle unbound = LINKER.downcallHandle(descriptor, options);
        MethodHandle handle = address.isPresent()
                ? unbound.bindTo(address.get())
                : missing(function, unbound.bindTo(MemorySegment.NULL));
        return new NativeCall(handle, returns, restarts);
    }

    private static MethodHandle missing(String function, MethodHandle sameType) {
        UnsupportedOperationException failure = new UnsupportedOperationException(
                "this libc has no %s: Baton needs Linux with glibc 2.34 or newer".formatted(function));
        MethodHandle thrower = MethodHandles.throwException(long.class, UnsupportedOperationException.class)
                .bindTo(failure);
        return MethodHandles.dropArguments(thrower, 0, sameType.type().parameterList());
    }

    private static MemoryLayout[] allWords(int count) {
        MemoryLayout[] layouts = new MemoryLayout[count];
        Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        return layouts;
    }

    long call() {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, long b) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, long b, long c) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b, c), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, long b, long c, long d) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b, c, d), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, long b, long c, long d, long e) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b, c, d, e), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, long b, long c, long d, long e, long f) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b, c, d, e, f), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(MemorySegment a) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(MemorySegment a, long b) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, MemorySegment b, long c) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b, c), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    long call(long a, MemorySegment b, long c, long d) {
        MemorySegment errno = CallScratch.errno();
        try {
            long result;
            do {
                result = outcome((long) handle.invokeExact(errno, a, b, c, d), errno);
            } while (result == -EINTR && restarts);
            return result;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    private long outcome(long register, MemorySegment errno) {
        long value = returns == Returns.WORD ? register : (int) register;
        if (returns == Returns.ERROR_NUMBER) {
            return -value;
        }
        return value == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : value;
    }

    /** What a bound handle throws is unchecked: a missing function, a closed arena, a heap segment. */
    private static RuntimeException unchecked(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> throw new AssertionError("a downcall threw a checked exception", thrown);
        };
    }
}
