package io.baton.cli;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever started this process how it is doing, by systemd's notify protocol: systemd itself, or Baton's supervisor. Without
 * {@code NOTIFY_SOCKET} in the environment it does nothing. Never blocks and never fails: who does not listen is not told.
 * Thread-safe.
 */
final class Notifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    private final Posix posix;
    private final Optional<Target> target;

    private record Target(Fd socket, SocketAddress address) {}

    private Notifier(Posix posix, Optional<Target> target) {
        this.posix = posix;
        this.target = target;
    }

    /** The caller closes it. */
    static Notifier fromEnvironment(Posix posix, Map<String, String> environment) {
        String name = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (name.length() < 2 || (name.charAt(0) != '/' && name.charAt(0) != '@')) {
            return new Notifier(posix, Optional.empty());
        }
        SocketAddress address = name.charAt(0) == '@'
                ? new SocketAddress.UnixAbstract(name.substring(1), false)
                : new SocketAddress.UnixPath(name);
        Fd socket = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
        return new Notifier(posix, Optional.of(new Target(socket, address)));
    }

    /** Returns whether it need not be said again: false when the receiver is dead, or so slow that its queue is full. */
    boolean send(NotifyMessage message) {
        return send(message, List.of());
    }

    /** As {@link #send(NotifyMessage)}, with fds for the receiver to keep. They stay the caller's. */
    boolean send(NotifyMessage message, List<Fd> fds) {
        if (target.isEmpty() || target.get().socket().isClosed()) {
            return true;
        }
        try {
            posix.sendMessageTo(
                    target.get().socket(), message.encode(), fds, target.get().address());
            return true;
        } catch (PosixException e) {
            // The supervisor may be dead, or slow: the generation serves on, and reports again within a second.
            LOG.debug("nobody takes the notification: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        target.ifPresent(open -> open.socket().close());
    }
}
