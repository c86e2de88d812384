package io.baton.posix;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Waiting: epoll for event loops, poll for the occasional wait, eventfd to wake either, pidfd to see a process end. */
public interface PollCalls {

    int EPOLLIN = 0x001;
    int EPOLLOUT = 0x004;
    int EPOLLERR = 0x008;
    int EPOLLHUP = 0x010;
    int EPOLLRDHUP = 0x2000;

    /** Wakes only one of several epolls that wait for the same listener; epoll_ctl(2). */
    int EPOLLEXCLUSIVE = 1 << 28;

    /** Edge-triggered: tells of what comes once, not as long as it is there; epoll(7). */
    int EPOLLET = 1 << 31;

    Fd epollCreate();

    /**
     * epoll_ctl(2).
     *
     * @param data comes back with each event, see {@link EpollEvents#data}
     * @return 0 or {@code -errno}
     */
    int epollControl(int epoll, EpollOperation operation, int fd, int events, long data);

    /**
     * epoll_wait(2) into {@code events}; not retried on EINTR.
     *
     * @param timeoutMs 0 returns at once, -1 waits without limit
     * @return how many events are there, or {@code -errno}
     */
    int epollWait(int epoll, EpollEvents events, int timeoutMs);

    /** A non-blocking eventfd(2) with count 0. */
    Fd eventFd();

    /** Makes an eventfd readable. Thread-safe, and never blocks. */
    void signalEvent(Fd eventFd);

    /** Makes an eventfd unreadable again. */
    void clearEvent(Fd eventFd);

    /**
     * A non-blocking signalfd(2): readable while one of {@code signals} is pending that no thread of this process takes otherwise. So
     * every thread must have them blocked, which only whoever starts the process can see to.
     */
    Fd signalFd(Set<Integer> signals);

    /** The number of the next pending signal of a {@link #signalFd}, which is pending no longer; empty when there is none. */
    OptionalInt readSignal(Fd signalFd);

    /**
     * poll(2) for readability (or hang-up, or error) of any of {@code fds}.
     *
     * @return the indexes of those that are; empty after {@code timeout}. Retried on EINTR with the time that is left
     */
    BitSet awaitReadable(List<Fd> fds, Duration timeout);

    /**
     * pidfd_open(2): becomes readable when the process ends, child or not.
     *
     * @throws PosixException ESRCH when there is no such process
     */
    Fd pidFd(long pid);
}
