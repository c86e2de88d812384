package io.baton.inherit;

import io.baton.HotRestartException;
import io.baton.InheritedSocket;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketCalls;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Gets the listening sockets of a running MOSN as a new MOSN does:
 *
 * <pre>
 * we   listen at listen.sock, connect to reconfig.sock
 * MOSN writes one byte, closes, connects to listen.sock and sends one message: a byte with all its sockets (100 at most)
 * we   write one byte there when we serve ({@link Acknowledgement.Mosn}); MOSN then stops accepting, and ends
 * </pre>
 *
 * If we close that connection instead, MOSN serves on. Its connections stay with it: of conn.sock, by which a MOSN moves those of some
 * RPC protocols, we know nothing.
 */
final class MosnClient {
    /** For everything together. MOSN writes its config down in between, and tries ten times a second apart to connect. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    /** read and write for the owner: whoever connects is to be a MOSN of our user. */
    private static final int MODE = 0600;

    private MosnClient() {}

    static Inherited ask(Posix posix, Path directory, Duration patience) throws InheritException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        try (Fd listener = listen(posix, directory.resolve("listen.sock"))) {
            try {
                call(posix, directory.resolve("reconfig.sock"), deadlineNanos);
                return receive(posix, listener, deadlineNanos);
            } finally {
                unlink(posix, directory.resolve("listen.sock"));
            }
        } catch (SocketTimeoutException e) {
            throw new InheritException(
                    "MOSN in %s does not send its sockets, expected them within %d s"
                            .formatted(directory, patience.toSeconds()),
                    e);
        } catch (PosixException | IOException e) {
            throw new InheritException("MOSN in %s: %s".formatted(directory, e.getMessage()), e);
        }
    }

    private static Fd listen(Posix posix, Path path) {
        unlink(posix, path); // as MOSN does: what lies there is from an upgrade before
        Fd listener = posix.socket(SocketFamily.UNIX, SocketType.STREAM, true);
        try {
            posix.setMode(listener, MODE);
            posix.bind(listener, new SocketAddress.UnixPath(path.toString()));
            posix.listen(listener, 1);
            return listener;
        } catch (RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private static void unlink(Posix posix, Path path) {
        try {
            posix.unlink(path.toString());
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private static void call(Posix posix, Path path, long deadlineNanos) throws IOException {
        try (Fd connection = UnixStreams.connect(posix, path)) {
            UnixStreams.receive(posix, connection, 1, 0, deadlineNanos);
        } catch (EOFException e) {
            throw new EOFException("it closes %s without the byte that begins an upgrade".formatted(path));
        }
    }

    private static Inherited receive(Posix posix, Fd listener, long deadlineNanos) throws IOException {
        Fd connection = accept(posix, listener, deadlineNanos);
        try {
            int uid = posix.peerCredentials(connection).uid();
            if (uid != 0 && uid != posix.effectiveUserId()) {
                throw new IOException("the user with uid %d connects in its place, expected %d or root"
                        .formatted(uid, posix.effectiveUserId()));
            }
            ReceivedMessage message =
                    UnixStreams.receive(posix, connection, 1, SocketCalls.MAX_FDS_PER_MESSAGE, deadlineNanos);
            return inherited(posix, message.fds()).acknowledgedBy(new Acknowledgement.Mosn(posix, connection));
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static Fd accept(Posix posix, Fd listener, long deadlineNanos) throws IOException {
        while (true) {
            UnixStreams.awaitReadable(posix, listener, deadlineNanos);
            int accepted = posix.accept(listener.number());
            if (accepted >= 0) {
                return Fd.own(accepted);
            }
            if (accepted != -Errno.EAGAIN.number() && accepted != -Errno.ECONNABORTED.number()) {
                throw new PosixException("accept4(fd=%d)".formatted(listener.number()), -accepted);
            }
        }
    }

    private static Inherited inherited(Posix posix, List<Fd> fds) {
        List<InheritedSocket> sockets = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        try {
            for (int i = 0; i < fds.size(); i++) {
                try {
                    sockets.add(InheritedSocket.of(posix, fds.get(i), "MOSN %d/%d".formatted(i + 1, fds.size())));
                } catch (HotRestartException e) {
                    skipped.add(e.getMessage() + "; it is closed");
                    fds.get(i).close();
                }
            }
            return new Inherited(sockets, skipped);
        } catch (RuntimeException e) {
            fds.forEach(Fd::close);
            throw e;
        }
    }
}
