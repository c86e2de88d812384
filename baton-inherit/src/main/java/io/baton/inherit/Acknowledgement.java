package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How whoever gave us sockets learns that we serve. */
sealed interface Acknowledgement extends AutoCloseable {
    Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * Says it.
     *
     * @throws InheritException when it could not be told
     */
    void send() throws InheritException;

    @Override
    void close();

    /** Nobody waits for it. */
    record None() implements Acknowledgement {
        @Override
        public void send() {
            // nobody is told
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /**
     * A line of JSON to Einhorn's socket.
     *
     * @param socket empty when Einhorn was told to wait for a while instead
     */
    record Einhorn(Posix posix, Optional<Path> socket) implements Acknowledgement {
        @Override
        public void send() throws InheritException {
            if (socket.isEmpty()) {
                return;
            }
            String line = "{\"command\":\"worker:ack\",\"pid\":%d}\n".formatted(posix.pid());
            try (Fd connection = UnixStreams.connect(posix, socket.get())) {
                posix.sendMessage(connection, line.getBytes(UTF_8), List.of());
            } catch (PosixException e) {
                throw new InheritException(
                        "Einhorn is not told that we are ready: %s: %s".formatted(socket.get(), e.getMessage()), e);
            }
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /**
     * A byte to MOSN. Newer ones answer with another, older ones say nothing more.
     *
     * @param connection owned here
     */
    record Mosn(Posix posix, Fd connection) implements Acknowledgement {
        private static final Logger LOG = LoggerFactory.getLogger(Mosn.class);

        @Override
        public void send() throws InheritException {
            try {
                posix.sendMessage(connection, new byte[1], List.of());
                UnixStreams.receive(posix, connection, 1, 0, System.nanoTime() + PATIENCE.toNanos());
            } catch (IOException e) {
                LOG.debug("MOSN does not answer that we are ready, as older ones do not: {}", e.getMessage());
            } catch (PosixException e) {
                throw new InheritException("MOSN is not told that we are ready: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
