package io.baton.cli;

import io.baton.HotRestart;
import io.baton.inherit.GetsocksServer;
import io.baton.inherit.InheritException;
import io.baton.posix.Posix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives this generation's listeners to other programs, if it was told where. */
record ListenerGiver(Optional<GetsocksServer> server) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerGiver.class);

    /** As long as connections that are about to come to a listener that is to be closed may take: a second SYN and a long way. */
    private static final Duration HANDSHAKE = Duration.ofMillis(1500);

    /** @throws CliException when the path cannot be had: nothing has been taken over yet */
    static ListenerGiver of(Optional<Path> path, HotRestart joined, Posix posix) throws CliException {
        if (path.isEmpty()) {
            return new ListenerGiver(Optional.empty());
        }
        try {
            return new ListenerGiver(Optional.of(
                    new GetsocksServer(posix, path.get(), joined.listeners()::duplicates, () -> drain(joined))));
        } catch (InheritException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Once this generation serves, and must go on serving whatever happens here: whoever gave from there before does so no more. */
    void open() {
        server.ifPresent(bound -> {
            try {
                bound.open();
            } catch (InheritException e) {
                LOG.error("{}", e.getMessage());
            }
        });
    }

    /** {@link HotRestart#drain}, as far as a successor has our listeners only when it can do without ours. Does not wait. */
    static void drain(HotRestart joined) {
        if (!joined.listeners().directToHandedOut()) {
            joined.drain();
            return;
        }
        Thread.ofPlatform().daemon().name("drain").start(() -> {
            try {
                Thread.sleep(HANDSHAKE);
                joined.drain();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        server.ifPresent(GetsocksServer::close);
    }
}
