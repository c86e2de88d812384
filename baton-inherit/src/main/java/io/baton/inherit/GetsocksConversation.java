package io.baton.inherit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serving end of HAProxy's {@code _getsocks}, as HAProxy 2.6 speaks it:
 *
 * <pre>
 * client                         server
 *   "_getsocks\n"        -->
 *                        &lt;--       int32 N, host order
 *                        &lt;--       up to 252 fds (SCM_RIGHTS), for each of them {u8 0, u8 0, int32 0}
 *   4 bytes              -->
 *                        &lt;--       the next 252 ... , then the end
 * </pre>
 *
 * The bytes beside each fd are the lengths of a network namespace's and of an interface's name, and options; Baton's listeners have
 * neither. Besides, {@code drain\n} has this process stop accepting, and is answered {@code draining\n}.
 *
 * <p>Each step of the client has {@link #PATIENCE}, so that one that hangs costs a thread and its duplicates for that long only.
 */
final class GetsocksConversation {
    private static final Logger LOG = LoggerFactory.getLogger(GetsocksConversation.class);

    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** One fewer than the kernel's SCM_MAX_FD: HAProxy has room for no more. */
    static final int BATCH = 252;

    static final String GET_SOCKETS = "_getsocks";
    static final String DRAIN = "drain";
    static final String DRAINING = "draining\n";

    private static final int NAME_LENGTHS_AND_OPTIONS = 1 + 1 + Integer.BYTES;
    private static final int ACK_BYTES = Integer.BYTES;
    private static final int MAX_REQUEST = 64;

    private final Posix posix;
    private final Fd client;
    private final Duration patience;
    private final Supplier<List<Fd>> sockets;
    private final Runnable drain;

    GetsocksConversation(Posix posix, Fd client, Duration patience, Supplier<List<Fd>> sockets, Runnable drain) {
        this.posix = posix;
        this.client = client;
        this.patience = patience;
        this.sockets = sockets;
        this.drain = drain;
    }

    /**
     * From the request to the end; the caller closes the connection.
     *
     * @throws InheritException when the client is not allowed, or does not do its part
     */
    void hold() throws InheritException {
        PeerCredentials peer = posix.peerCredentials(client);
        if (peer.uid() != posix.effectiveUserId() && peer.uid() != 0) {
            throw new InheritException(
                    "uid %d asked for sockets, expected uid %d or 0".formatted(peer.uid(), posix.effectiveUserId()));
        }
        String request = readRequest();
        switch (request) {
            case GET_SOCKETS -> giveSockets(peer);
            case DRAIN -> {
                LOG.info("pid {} has the listeners: draining", peer.pid());
                drain.run();
                send(DRAINING.getBytes(UTF_8), List.of());
            }
            default ->
                throw new InheritException("pid %d asked for '%s', expected %s or %s"
                        .formatted(peer.pid(), request.replaceAll("[^ -~]", "?"), GET_SOCKETS, DRAIN));
        }
    }

    private void giveSockets(PeerCredentials peer) throws InheritException {
        List<Fd> duplicates = sockets.get();
        try {
            if (duplicates.isEmpty()) {
                LOG.info("pid {} asked for the listeners of this process, which has none any more", peer.pid());
                return;
            }
            send(number(duplicates.size()), List.of());
            for (int sent = 0; sent < duplicates.size(); sent += BATCH) {
                List<Fd> batch = duplicates.subList(sent, Math.min(duplicates.size(), sent + BATCH));
                send(new byte[batch.size() * NAME_LENGTHS_AND_OPTIONS], batch);
                awaitAcknowledgement(duplicates.size() - sent - batch.size());
            }
            LOG.info("gave {} listening sockets to pid {}", duplicates.size(), peer.pid());
        } finally {
            duplicates.forEach(Fd::close);
        }
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    /** A client that asks one thing at a time always has room for the answer. */
    private void send(byte[] payload, List<Fd> fds) throws InheritException {
        try {
            int sent = posix.sendMessage(client, payload, fds);
            if (sent < payload.length) {
                throw new InheritException("a client took %d of %d bytes".formatted(sent, payload.length));
            }
        } catch (PosixException e) {
            throw new InheritException("a client does not take what it asked for: " + e.getMessage(), e);
        }
    }

    /** A client that has all it wants may leave without the last one. */
    private void awaitAcknowledgement(int missing) throws InheritException {
        int got = 0;
        while (got < ACK_BYTES) {
            int bytes;
            try {
                bytes = receive(ACK_BYTES - got).payload().length;
            } catch (PosixException e) {
                if (missing > 0) {
                    throw e;
                }
                return;
            }
            if (bytes == 0) {
                if (missing > 0) {
                    throw new InheritException("a client left with %d sockets still to come".formatted(missing));
                }
                return;
            }
            got += bytes;
        }
    }

    private String readRequest() throws InheritException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long deadline = System.nanoTime() + patience.toNanos();
        while (line.size() < MAX_REQUEST && System.nanoTime() - deadline < 0) {
            byte[] bytes = receive(MAX_REQUEST - line.size()).payload();
            if (bytes.length == 0) {
                throw new InheritException("a client asked for nothing");
            }
            line.writeBytes(bytes);
            String text = line.toString(UTF_8);
            int end = text.indexOf('\n');
            if (end >= 0) {
                return text.substring(0, end);
            }
        }
        throw new InheritException("a client sent %d bytes without a line's end, expected %s within %d of them and %s"
                .formatted(line.size(), GET_SOCKETS, MAX_REQUEST, patience));
    }

    /** @throws PosixException ECONNRESET, or EMSGSIZE when fds came: nobody asked for any */
    private ReceivedMessage receive(int bytes) throws InheritException {
        posix.awaitReadable(List.of(client), patience);
        Optional<ReceivedMessage> message = posix.receiveMessage(client, bytes, 0);
        return message.orElseThrow(
                () -> new InheritException("a client sent nothing for %d ms".formatted(patience.toMillis())));
    }
}
