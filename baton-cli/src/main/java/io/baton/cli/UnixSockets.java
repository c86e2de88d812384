package io.baton.cli;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.nio.file.Path;
import java.time.Duration;

/** What the supervisor's two sockets have in common. */
final class UnixSockets {
    private static final Duration JOIN = Duration.ofSeconds(5);

    private UnixSockets() {}

    /**
     * A non-blocking socket in the file system that only this user can reach, mode 0600 before anybody could connect.
     *
     * @param path what lies there is removed: the caller holds the lock of its directory
     * @return the caller owns it
     */
    static Fd bind(Posix posix, SocketType type, Path path) {
        Fd socket = posix.socket(SocketFamily.UNIX, type, true);
        try {
            posix.setMode(socket, 0600);
            unlinkIfThere(posix, path);
            posix.bind(socket, new SocketAddress.UnixPath(path.toString()));
            return socket;
        } catch (PosixException e) {
            socket.close();
            throw e;
        }
    }

    private static void unlinkIfThere(Posix posix, Path path) {
        try {
            posix.unlink(path.toString());
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    /** Wakes a thread that waits for {@code event}, waits for its end, and closes the event. */
    static void stop(Posix posix, Fd event, Thread thread) {
        if (event.isClosed()) {
            return;
        }
        posix.signalEvent(event);
        try {
            thread.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        event.close();
    }
}
