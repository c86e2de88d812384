package io.baton.relay;

import io.baton.posix.EpollEvents;
import io.baton.posix.EpollOperation;
import io.baton.posix.Fd;
import io.baton.posix.PollCalls;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketOption;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstream of a {@link Rehearsal}: sends back what it gets and ends a stream when the client ended his. Its own thread, one
 * epoll. Its sends block: clients of the rehearsal read while they write.
 */
final class RehearsalEcho implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RehearsalEcho.class);
    private static final int WAIT_MS = 20;
    private static final int JOIN_MS = 5_000;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Posix posix;
    private final Fd listener;
    private final Fd epoll;
    private final Map<Integer, Fd> sockets = new HashMap<>();
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES);
    private final EpollEvents events = new EpollEvents(64, Arena.ofAuto());
    private final Thread thread;
    private volatile boolean closing;

    /** @param listener stays the caller's, who closes it after this */
    RehearsalEcho(Posix posix, Fd listener) {
        this.posix = posix;
        this.listener = listener;
        this.epoll = posix.epollCreate();
        int result = watch(listener.number());
        if (result < 0) {
            epoll.close();
            throw new PosixException("epoll_ctl(ADD, fd=%d)".formatted(listener.number()), -result);
        }
        this.thread =
                Thread.ofPlatform().name("baton-rehearsal-echo").daemon(true).start(this::run);
    }

    SocketAddress address() {
        return posix.localAddress(listener);
    }

    private int watch(int fd) {
        return posix.epollControl(epoll.number(), EpollOperation.ADD, fd, PollCalls.EPOLLIN, fd);
    }

    private void run() {
        try {
            while (!closing) {
                int count = posix.epollWait(epoll.number(), events, WAIT_MS);
                for (int i = 0; i < count; i++) {
                    int fd = (int) events.data(i);
                    if (fd == listener.number()) {
                        accept();
                    } else {
                        echo(fd);
                    }
                }
            }
        } catch (PosixException e) {
            LOG.warn("the echo server of the rehearsal ended early", e); // its clients run into their deadline
        } finally {
            sockets.values().forEach(Fd::close);
        }
    }

    private void accept() {
        int accepted = posix.accept(listener.number());
        if (accepted >= 0) {
            Fd socket = Fd.own(accepted);
            sockets.put(accepted, socket);
            posix.setNonBlocking(socket, false);
            posix.setSocketOption(socket, SocketOption.TCP_NODELAY, 1);
            if (watch(accepted) < 0) {
                sockets.remove(accepted);
                socket.close();
            }
        }
    }

    private void echo(int fd) {
        int received = posix.receive(fd, buffer, BUFFER_BYTES, 0);
        int sent = 0;
        while (received > 0 && sent < received) {
            int taken = posix.send(fd, buffer, sent, received - sent);
            if (taken < 0) {
                received = taken;
            }
            sent += taken;
        }
        if (received <= 0) {
            Fd socket = sockets.remove(fd);
            if (socket != null) {
                socket.close();
            }
        }
    }

    /** Ends once no send blocks any more: the relay between is closed before. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
    }
}
