package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.InheritedSocket;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process that wants the sockets of a Baton which serves them: see {@link GetsocksServer}. */
public final class GetsocksClient {
    private final Posix posix;
    private final Path path;

    /** @param path where a {@link GetsocksServer} serves */
    public GetsocksClient(Posix posix, Path path) {
        this.posix = posix;
        this.path = path;
    }

    /**
     * Asks for the listening sockets.
     *
     * @return at least one; the caller owns them
     * @throws InheritException when nobody answers there, or not as expected; no fd is left over
     */
    public List<Fd> fetch() throws InheritException {
        try (Inherited inherited = HaproxyClient.ask(posix, path, GetsocksConversation.PATIENCE)) {
            return inherited.release().stream().map(InheritedSocket::fd).toList();
        }
    }

    /**
     * Has it stop accepting.
     *
     * @return its pid
     * @throws InheritException when it does not say that it does
     */
    public long drain() throws InheritException {
        try (Fd connection = UnixStreams.connect(posix, path)) {
            posix.sendMessage(connection, (GetsocksConversation.DRAIN + "\n").getBytes(UTF_8), List.of());
            long deadline = System.nanoTime() + GetsocksConversation.PATIENCE.toNanos();
            String answer = new String(
                    UnixStreams.receive(posix, connection, GetsocksConversation.DRAINING.length(), 0, deadline)
                            .payload(),
                    UTF_8);
            if (!answer.equals(GetsocksConversation.DRAINING)) {
                throw new InheritException("%s was told to drain and answered '%s', expected 'draining'"
                        .formatted(path, answer.replaceAll("[^ -~]", "?").strip()));
            }
            return posix.peerCredentials(connection).pid();
        } catch (PosixException | IOException e) {
            throw new InheritException("%s cannot be told to drain: %s".formatted(path, e.getMessage()), e);
        }
    }
}
