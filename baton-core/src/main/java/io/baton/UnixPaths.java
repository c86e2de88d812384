package io.baton;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binding sockets to paths where a dead process may have left its own. */
final class UnixPaths {
    private static final Logger LOG = LoggerFactory.getLogger(UnixPaths.class);

    private static final String TEMPORARY = ".tmp";

    private UnixPaths() {}

    /**
     * Binds {@code socket}, replacing the socket of a dead process. Two starters must not do so at once for the same path: the one
     * would take the fresh path of the other for a stale one.
     *
     * @throws PosixException EADDRINUSE when a live process has the path, or when it is no socket at all
     */
    static void bindReplacingStale(Posix posix, Fd socket, SocketAddress.UnixPath address, SocketType type) {
        try {
            posix.bind(socket, address);
        } catch (PosixException inUse) {
            if (inUse.errno() != Errno.EADDRINUSE || !isStale(posix, address, type)) {
                throw inUse;
            }
            unlinkQuietly(posix, address.path());
            posix.bind(socket, address);
        }
    }

    /** Removes a path; that it is gone already is as good. Another failure is logged: clean-up must go on. */
    static void unlinkQuietly(Posix posix, String path) {
        try {
            posix.unlink(path);
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOENT) {
                LOG.warn("a socket path stays behind: {}", e.getMessage());
            }
        }
    }

    /**
     * Whether {@code bound} is what HAProxy binds to before it renames the file to {@code path}: {@code path.PID.tmp}. The kernel goes on
     * telling that name, whatever becomes of the file.
     */
    static boolean isTemporaryNameOf(String path, String bound) {
        if (!bound.startsWith(path) || !bound.endsWith(TEMPORARY)) {
            return false;
        }
        int digits = bound.length() - TEMPORARY.length() - path.length() - 1;
        return digits > 0
                && bound.charAt(path.length()) == '.'
                && bound.substring(path.length() + 1, path.length() + 1 + digits)
                        .chars()
                        .allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isStale(Posix posix, SocketAddress.UnixPath address, SocketType type) {
        Path path = Path.of(address.path());
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)) {
            return false; // connect(2) answers ECONNREFUSED for these as well, and they are not ours to remove
        }
        return !isLive(posix, address, type);
    }

    /** Whether some process has a socket bound to {@code address}: nobody there refuses a connect. */
    static boolean isLive(Posix posix, SocketAddress address, SocketType type) {
        try (Fd probe = posix.socket(SocketFamily.UNIX, type, true)) {
            posix.connect(probe, address);
            return true;
        } catch (PosixException e) {
            return e.errno() != Errno.ECONNREFUSED && e.errno() != Errno.ENOENT;
        }
    }
}
