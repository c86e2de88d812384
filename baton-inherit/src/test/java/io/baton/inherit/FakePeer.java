package io.baton.inherit;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program that listens at a path, and does to the first who comes what its script says. On a thread of its own. */
final class FakePeer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Posix posix = Posix.linux();
    private final Fd listener;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    interface Script {
        /**
         * What the peer does.
         *
         * @param connection blocking; closed afterwards
         */
        void play(Fd connection) throws Exception;
    }

    FakePeer(Path path, Script script) {
        listener = posix.socket(SocketFamily.UNIX, SocketType.STREAM, false);
        posix.bind(listener, new SocketAddress.UnixPath(path.toString()));
        posix.listen(listener, 4);
        thread = Thread.ofPlatform().daemon().name("peer").start(() -> serve(script));
    }

    private void serve(Script script) {
        if (posix.awaitReadable(List.of(listener), PATIENCE).isEmpty()) {
            return;
        }
        try (Fd connection = Fd.own(posix.accept(listener.number()))) {
            posix.setNonBlocking(connection, false);
            script.play(connection);
        } catch (Exception | AssertionError e) {
            failure = e;
        }
    }

    /** The script is played, and what failed in it fails here. */
    @Override
    public void close() {
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listener.close();
        if (thread.isAlive() || failure != null) {
            throw new AssertionError("the peer's script", failure);
        }
    }
}
