package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.HotRestartException;
import io.baton.InheritedSocket;
import io.baton.inherit.HaproxyDescriptors.Descriptor;
import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketCalls;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a running HAProxy for its listening sockets, as a new HAProxy asks an old one ({@code -x}): {@code _getsocks} on a stats socket
 * that has {@code expose-fd listeners}. It answers with their number, an int in the order of the machine, then with at most 252 of
 * them a message, each with its {@link HaproxyDescriptors descriptor}, and waits for four bytes before the next message. Up to 2.6 it is gone
 * before it has read the last four. HAProxy goes on accepting: to end it is for whoever has started it.
 */
final class HaproxyClient implements AutoCloseable {
    /** For everything together. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final byte[] QUESTION = "_getsocks\n".getBytes(UTF_8);
    private static final byte[] ACKNOWLEDGEMENT = new byte[Integer.BYTES];
    private static final int MAX_BYTES_PER_MESSAGE = 64 << 10;

    private final Posix posix;
    private final Fd connection;
    private final long deadlineNanos;
    private final List<Fd> fds = new ArrayList<>();
    private final List<Descriptor> descriptors = new ArrayList<>();

    private HaproxyClient(Posix posix, Fd connection, Duration patience) {
        this.posix = posix;
        this.connection = connection;
        this.deadlineNanos = System.nanoTime() + patience.toNanos();
    }

    static Inherited ask(Posix posix, Path path, Duration patience) throws InheritException {
        Fd connection;
        try {
            connection = UnixStreams.connect(posix, path);
        } catch (PosixException e) {
            throw new InheritException(
                    "no HAProxy answers at %s: %s"
                            .formatted(path, Errno.describe(e.errno().number())),
                    e);
        }
        try (HaproxyClient client = new HaproxyClient(posix, connection, patience)) {
            client.send(QUESTION);
            int announced = client.announced();
            client.receive(announced);
            return client.inherited();
        } catch (SocketTimeoutException e) {
            throw new InheritException(
                    "HAProxy at %s does not go on with its answer, expected it within %d s"
                            .formatted(path, patience.toSeconds()),
                    e);
        } catch (PosixException e) {
            String what = e.errno() == Errno.EMSGSIZE ? "sends more sockets than it announced" : e.getMessage();
            throw new InheritException("HAProxy at %s: %s".formatted(path, what), e);
        } catch (IOException e) {
            throw new InheritException("HAProxy at %s: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** How many sockets it will send. */
    private int announced() throws IOException {
        ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
        while (number.hasRemaining()) {
            try {
                number.put(UnixStreams.receive(posix, connection, number.remaining(), 0, deadlineNanos)
                        .payload());
            } catch (EOFException e) {
                throw new EOFException(
                        "no sockets, expected their number: has its stats socket 'expose-fd listeners'?");
            }
        }
        int announced = number.getInt(0);
        if (announced < 0 || announced > Inheritance.MAX_SOCKETS) {
            throw new IOException("%d sockets announced, expected 0 to %d: has its stats socket 'expose-fd listeners'?"
                    .formatted(announced, Inheritance.MAX_SOCKETS));
        }
        return announced;
    }

    private void receive(int announced) throws IOException {
        HaproxyDescriptors parser = new HaproxyDescriptors();
        while (descriptors.size() < announced) {
            int room = Math.min(announced - fds.size(), SocketCalls.MAX_FDS_PER_MESSAGE);
            ReceivedMessage message;
            try {
                message = UnixStreams.receive(posix, connection, MAX_BYTES_PER_MESSAGE, room, deadlineNanos);
            } catch (EOFException e) {
                throw new EOFException("closed after %d of %d sockets".formatted(fds.size(), announced));
            }
            fds.addAll(message.fds());
            descriptors.addAll(parser.accept(message.payload()));
            if (descriptors.size() > fds.size()) {
                throw new IOException(
                        "%d sockets described, but only %d sent".formatted(descriptors.size(), fds.size()));
            }
            if (descriptors.size() == fds.size()) {
                if (parser.isCut()) {
                    throw new IOException(
                            "more is sent than %d sockets and what belongs to them".formatted(fds.size()));
                }
                send(ACKNOWLEDGEMENT);
            }
        }
    }

    private void send(byte[] bytes) {
        try {
            posix.sendMessage(connection, bytes, List.of());
        } catch (PosixException e) {
            // It may have said its last word already, before the question or after the last sockets: the next receive
            // tells what that was.
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
        }
    }

    /** Those that are of use, all other fds closed. */
    private Inherited inherited() {
        List<InheritedSocket> sockets = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (int i = 0; i < descriptors.size(); i++) {
            String origin = "HAProxy %d/%d".formatted(i + 1, descriptors.size());
            try {
                requireOurNetwork(descriptors.get(i), origin);
                sockets.add(InheritedSocket.of(posix, fds.get(i), origin));
            } catch (HotRestartException e) {
                skipped.add(e.getMessage() + "; it is closed");
                fds.get(i).close();
            }
        }
        fds.clear();
        return new Inherited(sockets, skipped);
    }

    /** The same address elsewhere is another address, and a config of ours has no word for that. */
    private static void requireOurNetwork(Descriptor descriptor, String origin) throws HotRestartException {
        if (!descriptor.namespace().isEmpty()) {
            throw new HotRestartException("%s is in the network namespace %s, expected that of HAProxy itself"
                    .formatted(origin, NumberLists.shown(descriptor.namespace())));
        }
        if (!descriptor.networkInterface().isEmpty()) {
            throw new HotRestartException("%s is bound to the interface %s, expected to none"
                    .formatted(origin, NumberLists.shown(descriptor.networkInterface())));
        }
    }

    /** Closes the connection, and what has come and was not made use of. */
    @Override
    public void close() {
        connection.close();
        fds.forEach(Fd::close);
    }
}
