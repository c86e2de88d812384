package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The asking end of {@link GetsocksConversation}: a process that wants the sockets of another. */
public final class GetsocksClient {
    /** For each step of the other side. */
    private static final Duration PATIENCE = GetsocksConversation.PATIENCE;

    /** More than anybody listens on; what is announced beyond it is nonsense. */
    static final int MAX_SOCKETS = 10_000;

    /** Names of a namespace and an interface of 255 bytes each, their lengths, and options. */
    private static final int MAX_BYTES_PER_SOCKET = 2 * 256 + Integer.BYTES;

    private final Posix posix;
    private final Path path;

    /** @param path where a {@link GetsocksServer} serves, or HAProxy's stats socket */
    public GetsocksClient(Posix posix, Path path) {
        this.posix = posix;
        this.path = path;
    }

    /**
     * Sockets, and whose they are.
     *
     * @param fds the caller owns them
     * @param owner pid of the process that serves them
     */
    public record Given(List<Fd> fds, long owner) {}

    /**
     * Asks for the listening sockets.
     *
     * @throws InheritException when nobody answers there, or not as expected; no fd is left over
     */
    public Given fetch() throws InheritException {
        List<Fd> fds = new ArrayList<>();
        try (Fd connection = connect()) {
            send(connection, GetsocksConversation.GET_SOCKETS + "\n");
            int announced = announced(connection);
            while (fds.size() < announced) {
                ReceivedMessage batch = receive(
                        connection, GetsocksConversation.BATCH * MAX_BYTES_PER_SOCKET, GetsocksConversation.BATCH + 1);
                fds.addAll(batch.fds());
                if (batch.payload().length == 0 || batch.fds().isEmpty() || fds.size() > announced) {
                    throw new InheritException("%s announced %d sockets and passed %d"
                            .formatted(path, announced, fds.size()));
                }
                posix.sendMessage(connection, new byte[Integer.BYTES], List.of());
            }
            return new Given(fds, posix.peerCredentials(connection).pid());
        } catch (PosixException e) {
            fds.forEach(Fd::close);
            throw new InheritException("%s does not give its sockets: %s".formatted(path, e.getMessage()), e);
        } catch (InheritException e) {
            fds.forEach(Fd::close);
            throw e;
        }
    }

    /**
     * Has a Baton there stop accepting.
     *
     * @throws InheritException when it does not say that it does
     */
    public void drain() throws InheritException {
        try (Fd connection = connect()) {
            send(connection, GetsocksConversation.DRAIN + "\n");
            String answer = new String(receive(connection, 64, 0).payload(), UTF_8);
            if (!answer.equals(GetsocksConversation.DRAINING)) {
                throw new InheritException("%s was told to drain and answered '%s', expected 'draining'"
                        .formatted(path, answer.replaceAll("[^ -~]", "?")));
            }
        } catch (PosixException e) {
            throw new InheritException("%s cannot be told to drain: %s".formatted(path, e.getMessage()), e);
        }
    }

    private Fd connect() {
        Fd socket = posix.socket(SocketFamily.UNIX, SocketType.STREAM, true);
        try {
            posix.connect(socket, new SocketAddress.UnixPath(path.toString()));
            return socket;
        } catch (PosixException | IllegalArgumentException e) {
            socket.close();
            throw e;
        }
    }

    private void send(Fd connection, String words) {
        posix.sendMessage(connection, words.getBytes(UTF_8), List.of());
    }

    private int announced(Fd connection) throws InheritException {
        byte[] number = receive(connection, Integer.BYTES, 0).payload();
        if (number.length < Integer.BYTES) {
            throw new InheritException(
                    "%s gives no sockets: it has none any more, or is an HAProxy's without 'expose-fd listeners'"
                            .formatted(path));
        }
        int announced = ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).getInt();
        if (announced < 0 || announced > MAX_SOCKETS) {
            throw new InheritException(
                    "%s announced %d sockets, expected 0 to %d".formatted(path, announced, MAX_SOCKETS));
        }
        return announced;
    }

    private ReceivedMessage receive(Fd connection, int bytes, int fds) throws InheritException {
        posix.awaitReadable(List.of(connection), PATIENCE);
        return posix.receiveMessage(connection, bytes, fds)
                .orElseThrow(() -> new InheritException(
                        "%s did not answer within %d s".formatted(path, PATIENCE.toSeconds())));
    }
}
