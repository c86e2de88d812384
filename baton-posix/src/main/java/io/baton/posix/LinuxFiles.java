package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/** {@link FileCalls} on Linux. */
final class LinuxFiles implements FileCalls {
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;
    private static final int FD_CLOEXEC = 1;

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final NativeCall OPEN = NativeCall.variadic("open", 3, 2);
        private static final NativeCall FCHMOD = NativeCall.words("fchmod", 2);
        private static final NativeCall UNLINK = NativeCall.words("unlink", 1);
        private static final NativeCall FLOCK = NativeCall.words("flock", 2);
        private static final NativeCall PIPE2 = NativeCall.words("pipe2", 2);
        private static final NativeCall FCNTL = NativeCall.variadic("fcntl", 3, 2);
    }

    @Override
    public Fd open(String path, Set<OpenFlag> flags, int mode) {
        int bits = O_CLOEXEC;
        for (OpenFlag flag : flags) {
            bits |= flag.code;
        }
        try (Arena arena = Arena.ofConfined()) {
            long result = Native.OPEN.call(CStrings.of(arena, "path", path).address(), bits, mode);
            return Fd.own((int) check(result, "open(path=%s, flags=%s, mode=%o)", path, flags, mode));
        }
    }

    @Override
    public void setMode(Fd fd, int mode) {
        int number = fd.number();
        check(Native.FCHMOD.call(number, mode), "fchmod(fd=%d, mode=%o)", number, mode);
    }

    @Override
    public void unlink(String path) {
        try (Arena arena = Arena.ofConfined()) {
            long result = Native.UNLINK.call(CStrings.of(arena, "path", path).address());
            check(result, "unlink(path=%s)", path);
        }
    }

    @Override
    public boolean tryLock(Fd file) {
        int number = file.number();
        long result = Native.FLOCK.call(number, LOCK_EX | LOCK_NB);
        if (result == -Errno.EAGAIN.number()) {
            return false;
        }
        check(result, "flock(fd=%d)", number);
        return true;
    }

    @Override
    public FdPair pipe(int capacity) {
        MemorySegment ends = CallScratch.argument();
        check(Native.PIPE2.call(ends.address(), O_NONBLOCK | O_CLOEXEC), "pipe2(O_NONBLOCK | O_CLOEXEC)");
        FdPair pipe = new FdPair(Fd.own(ends.get(JAVA_INT, 0)), Fd.own(ends.get(JAVA_INT, Integer.BYTES)));
        if (capacity != 0) {
            long result = Native.FCNTL.call(pipe.first().number(), F_SETPIPE_SZ, capacity);
            // EPERM: the user's share of pipe pages is used up (pipe(7), pipe-user-pages-soft); a small pipe works,
            // too.
            if (result < 0 && result != -Errno.EPERM.number()) {
                pipe.close();
                throw new PosixException("fcntl(F_SETPIPE_SZ, %d)".formatted(capacity), (int) -result);
            }
        }
        return pipe;
    }

    @Override
    public int pipeCapacity(Fd pipe) {
        return control(pipe.number(), F_GETPIPE_SZ, 0, "F_GETPIPE_SZ");
    }

    @Override
    public Fd duplicate(Fd fd, int lowest) {
        return Fd.own(duplicate(fd.number(), lowest));
    }

    /** As {@link #duplicate(Fd, int)}, of a number that may belong to somebody else, the JDK for one. */
    static int duplicate(int fd, int lowest) {
        return control(fd, F_DUPFD_CLOEXEC, lowest, "F_DUPFD_CLOEXEC");
    }

    @Override
    public void setNonBlocking(Fd fd, boolean nonBlocking) {
        int number = fd.number();
        int flags = control(number, F_GETFL, 0, "F_GETFL");
        int wanted = nonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
        control(number, F_SETFL, wanted, "F_SETFL");
    }

    @Override
    public void setCloseOnExec(Fd fd, boolean closeOnExec) {
        control(fd.number(), F_SETFD, closeOnExec ? FD_CLOEXEC : 0, "F_SETFD");
    }

    @Override
    public boolean isCloseOnExec(int fd) {
        return descriptorFlags(fd) == FD_CLOEXEC;
    }

    @Override
    public boolean isOpen(int fd) {
        return descriptorFlags(fd) >= 0;
    }

    /** FD_CLOEXEC or 0; {@code -errno} when the number is not open. */
    static int descriptorFlags(int fd) {
        return (int) Native.FCNTL.call(fd, F_GETFD, 0);
    }

    /** fcntl(2); what it returns, or {@code -errno}. */
    static long control(int number, int command, int argument) {
        return Native.FCNTL.call(number, command, argument);
    }

    private static int control(int number, int command, int argument, String name) {
        return (int)
                check(Native.FCNTL.call(number, command, argument), "fcntl(fd=%d, %s, %d)", number, name, argument);
    }
}
