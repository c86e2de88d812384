package io.baton.posix;

import static io.baton.posix.PosixException.check;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.baton.posix.NativeCall.Returns;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** {@link PollCalls} on Linux. */
final class LinuxPolling implements PollCalls {
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int SFD_NONBLOCK = 0x800;
    private static final int SFD_CLOEXEC = 0x80000;

    /** {@code struct signalfd_siginfo}: the signal's number is its first word. */
    private static final int SIGNAL_INFO_BYTES = 128;

    private static final short POLLIN = 0x001;
    private static final short POLLNVAL = 0x020;

    /** The same number on every architecture; glibc has a function of that name only from 2.36 on. */
    private static final int SYS_PIDFD_OPEN = 434;

    /** {@code struct pollfd}: fd 4, events 2, revents 2. */
    private static final int POLLFD_BYTES = 8;

    private static final int EVENTS_OFFSET = 4;
    private static final int REVENTS_OFFSET = 6;

    /** The longest single poll, about a day: its timeout is an {@code int} of milliseconds. */
    private static final Duration LONGEST_POLL = Duration.ofDays(1);

    private static final String POLL = "poll(%s, timeoutMs=%d)";

    /** Bound at the first call, not when the class is loaded. */
    private static final class Native {
        private static final MemoryLayout[] BUFFER_FLAGS = {JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG};

        private static final NativeCall EPOLL_CREATE1 = NativeCall.words("epoll_create1", 1);
        private static final NativeCall EPOLL_CTL = NativeCall.words("epoll_ctl", 4);
        private static final NativeCall EPOLL_WAIT = NativeCall.bind("epoll_wait", Returns.INT, false, BUFFER_FLAGS);
        private static final NativeCall EVENTFD = NativeCall.words("eventfd", 2);
        private static final NativeCall SIGNALFD = NativeCall.words("signalfd", 3);
        private static final NativeCall READ = NativeCall.wordsToWord("read", 3);
        private static final NativeCall WRITE = NativeCall.wordsToWord("write", 3);
        private static final NativeCall POLL = NativeCall.interruptible("poll", 3);
        private static final NativeCall SYSCALL = NativeCall.variadic("syscall", 3, 1);
    }

    @Override
    public Fd epollCreate() {
        return Fd.own((int) check(Native.EPOLL_CREATE1.call(EPOLL_CLOEXEC), "epoll_create1()"));
    }

    @Override
    public int epollControl(int epoll, EpollOperation operation, int fd, int events, long data) {
        MemorySegment event = CallScratch.argument();
        EpollEvents.write(event, Architecture.CURRENT, events, data);
        return (int) Native.EPOLL_CTL.call(epoll, operation.code, fd, event.address());
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMs) {
        return (int) Native.EPOLL_WAIT.call(epoll, events.segment(), events.capacity(), timeoutMs);
    }

    @Override
    public Fd eventFd() {
        return Fd.own((int) check(Native.EVENTFD.call(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd()"));
    }

    @Override
    public void signalEvent(Fd eventFd) {
        int number = eventFd.number();
        MemorySegment one = CallScratch.argument();
        one.set(JAVA_LONG, 0, 1);
        long result = Native.WRITE.call(number, one.address(), Long.BYTES);
        // EAGAIN: the counter is at its end, so the eventfd is readable anyway.
        if (result != -Errno.EAGAIN.number()) {
            check(result, "write(eventfd=%d)", number);
        }
    }

    @Override
    public void clearEvent(Fd eventFd) {
        int number = eventFd.number();
        long result = Native.READ.call(number, CallScratch.argument().address(), Long.BYTES);
        // EAGAIN: it was not signalled.
        if (result != -Errno.EAGAIN.number()) {
            check(result, "read(eventfd=%d)", number);
        }
    }

    @Override
    public Fd signalFd(Set<Integer> signals) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(SignalMask.BYTES, Long.BYTES);
            SignalMask.write(mask, signals);
            long result = Native.SIGNALFD.call(-1, mask.address(), SFD_NONBLOCK | SFD_CLOEXEC);
            return Fd.own((int) check(result, "signalfd(%s)", signals));
        }
    }

    @Override
    public OptionalInt readSignal(Fd signalFd) {
        int number = signalFd.number();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGNAL_INFO_BYTES, Long.BYTES);
            long result = Native.READ.call(number, info.address(), SIGNAL_INFO_BYTES);
            if (result == -Errno.EAGAIN.number()) {
                return OptionalInt.empty();
            }
            check(result, "read(signalfd=%d)", number);
            return OptionalInt.of(info.get(JAVA_INT, 0));
        }
    }

    @Override
    public BitSet awaitReadable(List<Fd> fds, Duration timeout) {
        Deadline deadline = Deadline.after(timeout);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollFds = arena.allocate((long) fds.size() * POLLFD_BYTES, Long.BYTES);
            for (int i = 0; i < fds.size(); i++) {
                pollFds.set(JAVA_INT, (long) i * POLLFD_BYTES, fds.get(i).number());
                pollFds.set(JAVA_SHORT, (long) i * POLLFD_BYTES + EVENTS_OFFSET, POLLIN);
            }
            while (true) {
                int ms = deadline.remainingMs(LONGEST_POLL);
                long result = Native.POLL.call(pollFds.address(), fds.size(), ms);
                if (result == -Errno.EINTR.number() || (result == 0 && !deadline.isOver())) {
                    continue;
                }
                check(result, POLL, fds, ms);
                return ready(fds, pollFds, ms);
            }
        }
    }

    private static BitSet ready(List<Fd> fds, MemorySegment pollFds, int timeoutMs) {
        BitSet ready = new BitSet(fds.size());
        for (int i = 0; i < fds.size(); i++) {
            short events = pollFds.get(JAVA_SHORT, (long) i * POLLFD_BYTES + REVENTS_OFFSET);
            if ((events & POLLNVAL) != 0) {
                throw new PosixException(POLL.formatted(fds, timeoutMs), Errno.EBADF.number());
            }
            ready.set(i, events != 0);
        }
        return ready;
    }

    @Override
    public Fd pidFd(long pid) {
        return Fd.own((int) check(Native.SYSCALL.call(SYS_PIDFD_OPEN, pid, 0), "pidfd_open(pid=%d)", pid));
    }
}
