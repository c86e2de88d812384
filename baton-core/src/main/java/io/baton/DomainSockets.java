package io.baton;

import io.baton.DomainSocketNames.Role;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.OpenFlag;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketOption;
import io.baton.posix.SocketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The four bound datagram sockets of one process. Owns the fds until {@link #close}, which removes their paths as well. */
final class DomainSockets implements AutoCloseable {
    private static final int LOCK_ATTEMPTS = 100;
    private static final Duration LOCK_PAUSE = Duration.ofMillis(20);

    private final Posix posix;
    private final DomainSocketNames names;
    private final RestartEpoch epoch;
    private final Map<Role, Fd> sockets = new EnumMap<>(Role.class);

    private DomainSockets(Posix posix, DomainSocketNames names, RestartEpoch epoch) {
        this.posix = posix;
        this.names = names;
        this.epoch = epoch;
    }

    /**
     * Binds all four, or none.
     *
     * @throws HotRestartException.AddressInUse when a live process has one of the names
     */
    static DomainSockets bind(Posix posix, DomainSocketNames names, RestartEpoch epoch, int mode)
            throws HotRestartException {
        DomainSockets sockets = new DomainSockets(posix, names, epoch);
        try {
            if (names.isAbstract()) {
                sockets.bindAll(mode);
            } else {
                sockets.bindAllLocked(mode);
            }
            return sockets;
        } catch (PosixException e) {
            sockets.close();
            throw sockets.cannotBind(e);
        } catch (HotRestartException | RuntimeException e) {
            sockets.close();
            throw e;
        }
    }

    Fd socket(Role role) {
        return Objects.requireNonNull(sockets.get(role), "closed");
    }

    @Override
    public void close() {
        sockets.forEach((role, fd) -> {
            // The path goes first: as long as the socket lives, nobody else replaces it, so it is ours that we remove.
            if (!fd.isClosed() && names.address(role, epoch) instanceof SocketAddress.UnixPath(String path)) {
                UnixPaths.unlinkQuietly(posix, path);
            }
            fd.close();
        });
    }

    /** So that two starters do not take one another's fresh paths for stale ones. */
    private void bindAllLocked(int mode) throws HotRestartException {
        try (Fd lock = posix.open(names.lockPath(), Set.of(OpenFlag.READ_WRITE, OpenFlag.CREATE), mode)) {
            awaitLock(lock);
            bindAll(mode);
        }
    }

    private void bindAll(int mode) throws HotRestartException {
        for (Role role : Role.values()) {
            bind(role, mode);
        }
    }

    private void bind(Role role, int mode) throws HotRestartException {
        Fd socket = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true);
        boolean bound = false;
        try {
            posix.setSocketOption(
                    socket, SocketOption.SO_PASSCRED, 1); // before anyone can send: no message without a sender
            switch (names.address(role, epoch)) {
                case SocketAddress.UnixPath path -> {
                    posix.setMode(socket, mode); // before anyone can connect
                    UnixPaths.bindReplacingStale(posix, socket, path, SocketType.DATAGRAM);
                    undoUmask(path.path(), mode);
                }
                case SocketAddress other -> posix.bind(socket, other);
            }
            sockets.put(role, socket);
            bound = true;
        } finally {
            if (!bound) {
                socket.close();
            }
        }
    }

    /** bind(2) takes the umask off the mode; widening after the fact harms nobody. */
    private static void undoUmask(String path, int mode) throws HotRestartException {
        try {
            Set<PosixFilePermission> wanted = permissions(mode);
            if (!Files.getPosixFilePermissions(Path.of(path)).equals(wanted)) {
                Files.setPosixFilePermissions(Path.of(path), wanted);
            }
        } catch (IOException e) {
            throw new HotRestartException("cannot set the mode of %s to %o: %s".formatted(path, mode, e), e);
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < text.length(); i++) {
            if ((mode & (0400 >> i)) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return PosixFilePermissions.fromString(text.toString());
    }

    private void awaitLock(Fd file) throws HotRestartException {
        for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
            if (posix.tryLock(file)) {
                return;
            }
            RpcStream.pause(LOCK_PAUSE);
        }
        throw new HotRestartException(
                "another process has held %s for more than %s while it starts (see --base-id option)"
                        .formatted(names.lockPath(), LOCK_PAUSE.multipliedBy(LOCK_ATTEMPTS)));
    }

    private HotRestartException cannotBind(PosixException e) {
        String message = "unable to bind domain socket with base_id=%d, id=%s, errno=%d (see --base-id option)"
                .formatted(names.baseId().scaled(), epoch, e.errno().number());
        return e.errno() == Errno.EADDRINUSE
                ? new HotRestartException.AddressInUse(message, e)
                : new HotRestartException(message, e);
    }
}
