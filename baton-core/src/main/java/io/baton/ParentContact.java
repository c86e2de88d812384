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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the parent, and who that is: known from its first answer on. For one thread at a time. */
final class ParentContact implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParentContact.class);

    private final Posix posix;
    private final HotRestartOptions options;
    private final RpcStream stream;
    private final SocketAddress address;
    private Optional<PeerWatch> watch = Optional.empty();

    ParentContact(Posix posix, HotRestartOptions options, RpcStream stream, SocketAddress address) {
        this.posix = posix;
        this.options = options;
        this.stream = stream;
        this.address = address;
    }

    /** Whether it has answered, and the kernel has told who that is. */
    boolean known() {
        return watch.isPresent();
    }

    /** Pid as the kernel vouched for it; 0 when it is not visible from here, or not known yet. */
    long pid() {
        return watch.map(PeerWatch::pid).orElse(0L);
    }

    /** To wait for. */
    Optional<Fd> pidFd() {
        return watch.flatMap(PeerWatch::pidFd);
    }

    /** The first that answers is the parent. */
    void answeredBy(long pid) {
        if (watch.isEmpty()) {
            watch = Optional.of(new PeerWatch(posix, pid, address));
        }
    }

    boolean isFrom(RpcStream.Received received) {
        boolean expected = watch.isEmpty() || pid() == received.senderPid();
        if (!expected) {
            LOG.warn("pid {} answers in place of our parent, pid {}; ignored", received.senderPid(), pid());
        }
        return expected;
    }

    boolean ended() {
        return watch.isPresent() ? watch.get().ended() : !UnixPaths.isLive(posix, address, SocketType.DATAGRAM);
    }

    /** Waits no longer than {@code patience} for the end of a process that may be about to end. */
    boolean ends(Duration patience) {
        return watch.isPresent() ? watch.get().ends(patience) : ended();
    }

    /** @throws PosixException as {@link RpcStream#send} */
    void send(Request request, Duration patience) {
        stream.send(request, List.of(), address, patience);
    }

    /**
     * Sends with retries as long as the parent has not answered once: it may not have bound its socket yet.
     *
     * @return false when it is gone
     */
    boolean sendFirmly(Request request, Duration patience) throws HotRestartException {
        for (int attempt = 1; ; attempt++) {
            try {
                send(request, patience);
                return true;
            } catch (PosixException e) {
                if (isRefused(e) && (known() || options.skipOnNoParent())) { // that one was seen alive when we joined
                    return false;
                }
                if (!isRefused(e) || attempt >= options.sendAttempts()) {
                    throw new HotRestartException(
                            "hot restart sendmsg() failed, is epoch %s running? %s"
                                    .formatted(options.epoch().previous(), e.getMessage()),
                            e);
                }
                LOG.info("attempt {} of {}: {}", attempt, options.sendAttempts(), e.getMessage());
            }
            RpcStream.pause(options.sendRetryInterval());
        }
    }

    /** Sends now or never. */
    void trySend(Request request) {
        try {
            send(request, Duration.ZERO);
        } catch (PosixException e) {
            LOG.warn("{} did not reach the parent: {}", request, e.getMessage());
        }
    }

    /** Nobody has its socket bound. */
    static boolean isRefused(PosixException e) {
        return e.errno() == Errno.ECONNREFUSED || e.errno() == Errno.ENOENT;
    }

    @Override
    public void close() {
        watch.ifPresent(PeerWatch::close);
    }
}
