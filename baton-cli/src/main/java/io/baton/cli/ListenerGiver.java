package io.baton.cli;

import io.baton.HotRestart;
import io.baton.inherit.GetsocksServer;
import io.baton.inherit.InheritException;
import io.baton.posix.Posix;
import java.nio.file.Path;
import java.util.Optional;

/** Gives this generation's listeners to other programs, if it was told where. */
record ListenerGiver(Optional<GetsocksServer> server) implements AutoCloseable {

    /** @throws CliException when the path cannot be had: nothing has been taken over yet */
    static ListenerGiver of(Optional<Path> path, HotRestart joined, Posix posix) throws CliException {
        if (path.isEmpty()) {
            return new ListenerGiver(Optional.empty());
        }
        try {
            return new ListenerGiver(Optional.of(new GetsocksServer(
                    posix, path.get(), joined.listeners()::duplicates, joined::drain)));
        } catch (InheritException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Once this generation serves: whoever gave from there before does so no more. */
    void open() throws CliException {
        if (server.isPresent()) {
            try {
                server.get().open();
            } catch (InheritException e) {
                throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
            }
        }
    }

    @Override
    public void close() {
        server.ifPresent(GetsocksServer::close);
    }
}
