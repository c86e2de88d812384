package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.baton.posix.NativeCall.Returns;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Process-shared robust mutexes, pthread_mutexattr_setrobust(3). The kernel keeps a list per thread of those it holds, and marks them
 * when the thread ends, however it ends; the next to lock one gets EOWNERDEAD, and the lock.
 */
final class RobustMutex {
    private static final int PTHREAD_PROCESS_SHARED = 1;
    private static final int PTHREAD_MUTEX_ROBUST = 1;
    private static final int CLOCK_REALTIME = 0;
    private static final int ALIGNMENT = 8;
    private static final int TIMESPEC_BYTES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /**
     * One timed wait at most: pthread_mutex_timedlock goes by the wall clock, so when that is set back the wait would grow by as
     * much. In slices it cannot, the deadline being on the monotonic clock.
     */
    private static final long SLICE_NANOS = NANOS_PER_SECOND;

    private final Architecture architecture;

    RobustMutex(Architecture architecture) {
        this.architecture = architecture;
    }

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall INIT = onMutex("pthread_mutex_init", ADDRESS, JAVA_LONG);
        private static final NativeCall TIMEDLOCK = onMutex("pthread_mutex_timedlock", ADDRESS, JAVA_LONG);
        private static final NativeCall CONSISTENT = onMutex("pthread_mutex_consistent", ADDRESS);
        private static final NativeCall UNLOCK = onMutex("pthread_mutex_unlock", ADDRESS);
        private static final NativeCall ATTRIBUTES_INIT = NativeCall.errorNumber("pthread_mutexattr_init", 1);
        private static final NativeCall SET_SHARED = NativeCall.errorNumber("pthread_mutexattr_setpshared", 2);
        private static final NativeCall SET_ROBUST = NativeCall.errorNumber("pthread_mutexattr_setrobust", 2);
        private static final NativeCall ATTRIBUTES_DESTROY = NativeCall.errorNumber("pthread_mutexattr_destroy", 1);
        private static final NativeCall CLOCK_GETTIME = NativeCall.words("clock_gettime", 2);

        private static NativeCall onMutex(String function, MemoryLayout... arguments) {
            return NativeCall.bind(function, Returns.ERROR_NUMBER, false, arguments);
        }
    }

    int size() {
        return architecture.mutexSize();
    }

    void initialize(MemorySegment mutex) {
        requireRoom(mutex);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(architecture.mutexAttributesSize(), ALIGNMENT);
            long address = attributes.address();
            check(Native.ATTRIBUTES_INIT.call(address), "pthread_mutexattr_init()");
            try {
                check(
                        Native.SET_SHARED.call(address, PTHREAD_PROCESS_SHARED),
                        "pthread_mutexattr_setpshared(PTHREAD_PROCESS_SHARED)");
                check(
                        Native.SET_ROBUST.call(address, PTHREAD_MUTEX_ROBUST),
                        "pthread_mutexattr_setrobust(PTHREAD_MUTEX_ROBUST)");
                check(Native.INIT.call(mutex, address), "pthread_mutex_init(%s)", describe(mutex));
            } finally {
                Native.ATTRIBUTES_DESTROY.call(address);
            }
        }
    }

    MutexResult lock(MemorySegment mutex, Duration timeout) {
        requireRoom(mutex);
        Deadline deadline = Deadline.after(timeout);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment until = arena.allocate(TIMESPEC_BYTES, ALIGNMENT);
            while (true) {
                setToNowPlus(until, Math.min(deadline.remainingNanos(), SLICE_NANOS));
                int error = (int) -Native.TIMEDLOCK.call(mutex, until.address());
                switch (Errno.of(error)) {
                    case ETIMEDOUT -> {
                        if (deadline.isOver()) {
                            return MutexResult.TIMED_OUT;
                        }
                    }
                    case EOWNERDEAD -> {
                        check(Native.CONSISTENT.call(mutex), "pthread_mutex_consistent(%s)", describe(mutex));
                        return MutexResult.OWNER_DIED;
                    }
                    default -> {
                        check(-error, "pthread_mutex_timedlock(%s, timeout=%s)", describe(mutex), timeout);
                        return MutexResult.ACQUIRED;
                    }
                }
            }
        }
    }

    void unlock(MemorySegment mutex) {
        requireRoom(mutex);
        check(Native.UNLOCK.call(mutex), "pthread_mutex_unlock(%s)", describe(mutex));
    }

    private static void setToNowPlus(MemorySegment timespec, long nanos) {
        check(Native.CLOCK_GETTIME.call(CLOCK_REALTIME, timespec.address()), "clock_gettime(CLOCK_REALTIME)");
        long sum = timespec.get(JAVA_LONG, Long.BYTES) + nanos;
        timespec.set(JAVA_LONG, 0, timespec.get(JAVA_LONG, 0) + sum / NANOS_PER_SECOND);
        timespec.set(JAVA_LONG, Long.BYTES, sum % NANOS_PER_SECOND);
    }

    private void requireRoom(MemorySegment mutex) {
        if (mutex.byteSize() < architecture.mutexSize() || mutex.address() % ALIGNMENT != 0) {
            throw new IllegalArgumentException("mutex is %s, expected at least %d bytes at a multiple of %d"
                    .formatted(describe(mutex), architecture.mutexSize(), ALIGNMENT));
        }
    }

    private static String describe(MemorySegment mutex) {
        return "address=0x%x, bytes=%d".formatted(mutex.address(), mutex.byteSize());
    }
}
