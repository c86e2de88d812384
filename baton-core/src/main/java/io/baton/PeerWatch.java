package io.baton;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Notices that the process at the other end is gone: at once by its pidfd, within a second by its socket name (which also covers a peer
 * that only left the lineage, or lives in another pid namespace). For one thread at a time.
 */
final class PeerWatch implements AutoCloseable {
    private static final long PROBE_NANOS = 1_000_000_000L;

    private final Posix posix;
    private final long pid;
    private final SocketAddress name;
    private final Optional<Fd> pidFd;
    private boolean ended;
    private long lastProbeNanos;

    /**
     * @param pid as the kernel vouched for it; 0 when it is not visible from here
     * @param name a datagram socket that the peer has bound as long as it takes part
     */
    PeerWatch(Posix posix, long pid, SocketAddress name) {
        this.posix = posix;
        this.pid = pid;
        this.name = name;
        this.lastProbeNanos = System.nanoTime();
        this.pidFd = pid == 0 ? Optional.empty() : open();
    }

    private Optional<Fd> open() {
        try {
            return Optional.of(posix.pidFd(pid));
        } catch (PosixException e) {
            ended = e.errno() == Errno.ESRCH;
            return Optional.empty(); // of another kernel's making (ENOSYS, EPERM): the name must do
        }
    }

    long pid() {
        return pid;
    }

    /** To wait for together with other fds; stays ours. */
    Optional<Fd> pidFd() {
        return pidFd;
    }

    boolean ended() {
        if (!ended) {
            ended = pidFd.isPresent()
                    && !posix.awaitReadable(List.of(pidFd.get()), Duration.ZERO).isEmpty();
        }
        if (!ended && System.nanoTime() - lastProbeNanos > PROBE_NANOS) {
            lastProbeNanos = System.nanoTime();
            ended = !UnixPaths.isLive(posix, name, SocketType.DATAGRAM);
        }
        return ended;
    }

    /** As {@link #ended}, waiting no longer than {@code patience}: a process closes its fds a moment before its pidfd tells of its end. */
    boolean ends(Duration patience) {
        if (!ended && pidFd.isPresent()) {
            ended = !posix.awaitReadable(List.of(pidFd.get()), patience).isEmpty();
        }
        return ended();
    }

    @Override
    public void close() {
        pidFd.ifPresent(Fd::close);
    }
}
