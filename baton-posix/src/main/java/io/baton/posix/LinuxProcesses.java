package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.baton.posix.ExitStatus.Exited;
import io.baton.posix.ExitStatus.Signaled;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;

/** {@link ProcessCalls} on Linux. */
final class LinuxProcesses implements ProcessCalls {
    private static final int WNOHANG = 1;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PRIO_PROCESS = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int RLIMIT_NOFILE = 7;
    private static final long RLIM_INFINITY = -1;

    private final Spawner spawner;
    private final Replacer replacer;

    LinuxProcesses(LinuxFiles files) {
        this.spawner = new Spawner(files);
        this.replacer = new Replacer(files);
    }

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall GETPID = NativeCall.words("getpid", 0);
        private static final NativeCall GETPPID = NativeCall.words("getppid", 0);
        private static final NativeCall GETEUID = NativeCall.words("geteuid", 0);
        private static final NativeCall WAITPID = NativeCall.words("waitpid", 3);
        private static final NativeCall KILL = NativeCall.words("kill", 2);
        private static final NativeCall PRCTL = NativeCall.variadic("prctl", 3, 1);
        private static final NativeCall SETPRIORITY = NativeCall.words("setpriority", 3);
        private static final NativeCall CLOCK_GETTIME = NativeCall.words("clock_gettime", 2);
        private static final NativeCall GETRLIMIT = NativeCall.words("getrlimit", 2);
        private static final NativeCall SETRLIMIT = NativeCall.words("setrlimit", 2);
    }

    @Override
    public long pid() {
        return Native.GETPID.call();
    }

    @Override
    public long parentPid() {
        return Native.GETPPID.call();
    }

    @Override
    public int effectiveUserId() {
        return (int) Native.GETEUID.call();
    }

    @Override
    public long spawn(SpawnRequest request) {
        return spawner.spawn(request);
    }

    @Override
    public PosixException execute(SpawnRequest request) {
        throw replacer.execute(request);
    }

    @Override
    public PosixException executeInPlace(SpawnRequest request) {
        throw replacer.executeInPlace(request);
    }

    @Override
    public Optional<ExitStatus> waitFor(long pid, boolean block) {
        MemorySegment status = CallScratch.argument();
        long result = check(
                Native.WAITPID.call(pid, status.address(), block ? 0 : WNOHANG),
                "waitpid(pid=%d, block=%b)",
                pid,
                block);
        if (result == 0) {
            return Optional.empty();
        }
        int bits = status.get(JAVA_INT, 0);
        int signal = bits & 0x7f;
        return Optional.of(signal == 0 ? new Exited((bits >> 8) & 0xff) : new Signaled(signal));
    }

    @Override
    public void kill(long pid, int signal) {
        check(Native.KILL.call(pid, signal), "kill(pid=%d, signal=%d)", pid, signal);
    }

    @Override
    public void setParentDeathSignal(int signal) {
        check(Native.PRCTL.call(PR_SET_PDEATHSIG, signal, 0), "prctl(PR_SET_PDEATHSIG, %d)", signal);
    }

    @Override
    public void setNice(long thread, int nice) {
        check(Native.SETPRIORITY.call(PRIO_PROCESS, thread, nice), "setpriority(PRIO_PROCESS, %d, %d)", thread, nice);
    }

    @Override
    public long monotonicMicros() {
        MemorySegment time = CallScratch.argument(); // struct timespec: seconds, nanoseconds
        check(Native.CLOCK_GETTIME.call(CLOCK_MONOTONIC, time.address()), "clock_gettime(CLOCK_MONOTONIC)");
        return time.get(JAVA_LONG, 0) * MICROS_PER_SECOND + time.get(JAVA_LONG, Long.BYTES) / NANOS_PER_MICRO;
    }

    @Override
    public Set<Integer> blockedSignals() {
        return SignalMask.ofThread();
    }

    @Override
    public void setBlockedSignals(Set<Integer> signals) {
        SignalMask.setOfThread(signals);
    }

    @Override
    public ResourceLimit openFileLimit() {
        MemorySegment limit = CallScratch.argument();
        check(Native.GETRLIMIT.call(RLIMIT_NOFILE, limit.address()), "getrlimit(RLIMIT_NOFILE)");
        return new ResourceLimit(fromKernel(limit.get(JAVA_LONG, 0)), fromKernel(limit.get(JAVA_LONG, Long.BYTES)));
    }

    @Override
    public void setOpenFileSoftLimit(long soft) {
        long hard = openFileLimit().hard();
        MemorySegment limit = CallScratch.argument();
        limit.set(JAVA_LONG, 0, toKernel(soft));
        limit.set(JAVA_LONG, Long.BYTES, toKernel(hard));
        check(
                Native.SETRLIMIT.call(RLIMIT_NOFILE, limit.address()),
                "setrlimit(RLIMIT_NOFILE, soft=%d, hard=%d)",
                soft,
                hard);
    }

    private static long fromKernel(long limit) {
        return limit == RLIM_INFINITY ? Long.MAX_VALUE : limit;
    }

    private static long toKernel(long limit) {
        return limit == Long.MAX_VALUE ? RLIM_INFINITY : limit;
    }
}
