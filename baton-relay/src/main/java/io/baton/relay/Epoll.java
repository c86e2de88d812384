package io.baton.relay;

import io.baton.posix.EpollEvents;
import io.baton.posix.EpollOperation;
import io.baton.posix.Fd;
import io.baton.posix.PollCalls;
import io.baton.posix.Posix;

/** The epoll of one loop: level-triggered, unless a caller wants it otherwise; told of a change only when there is one. */
final class Epoll implements AutoCloseable {
    private final Posix posix;
    private final Fd fd;

    Epoll(Posix posix) {
        this.posix = posix;
        this.fd = posix.epollCreate();
    }

    /** As {@link PollCalls#epollWait}. */
    int await(EpollEvents events, int timeoutMs) {
        return posix.epollWait(fd.number(), events, timeoutMs);
    }

    /**
     * Adds a listening socket.
     *
     * @param shared other loops wait for it too: a connection is to wake one of them, not all (EPOLLEXCLUSIVE)
     */
    int addListener(int listener, boolean shared, int index) {
        return posix.epollControl(
                fd.number(),
                EpollOperation.ADD,
                listener,
                PollCalls.EPOLLIN | (shared ? PollCalls.EPOLLEXCLUSIVE : 0),
                EventTag.LISTENER.eventData(index, 0));
    }

    int addWake(int eventFd) {
        return posix.epollControl(
                fd.number(), EpollOperation.ADD, eventFd, PollCalls.EPOLLIN, EventTag.WAKE.eventData(0, 0));
    }

    void remove(int number) {
        posix.epollControl(fd.number(), EpollOperation.DELETE, number, 0, 0);
    }

    /**
     * Makes {@code interest} what is waited for. Errors and hang-ups are always waited for, but for one case: a socket that is hung
     * up and of which nothing is wanted leaves epoll, or the loop would spin.
     *
     * @return false when the kernel refused (out of memory, or of epoll watches)
     */
    boolean update(Endpoint endpoint, int interest) {
        if (interest == 0 && endpoint.hungUp) {
            if (endpoint.registered) {
                remove(endpoint.number);
                endpoint.registered = false;
            }
            return true;
        }
        if (endpoint.registered && endpoint.interest == interest) {
            return true;
        }
        EpollOperation operation = endpoint.registered ? EpollOperation.MODIFY : EpollOperation.ADD;
        endpoint.registered = true;
        endpoint.interest = interest;
        return posix.epollControl(fd.number(), operation, endpoint.number, interest, endpoint.eventData()) >= 0;
    }

    /** Takes a socket out, for good or until the next {@link #update}. */
    void forget(Endpoint endpoint) {
        if (endpoint.registered) {
            remove(endpoint.number);
        }
        endpoint.forgotten();
    }

    @Override
    public void close() {
        fd.close();
    }
}
