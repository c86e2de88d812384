package io.baton;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.ShutdownHow;
import io.baton.posix.SocketOption;
import io.baton.spi.Snapshot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of the SOCK_SEQPACKET pair between two Batons. Owns the socket. Never blocks; for one thread at a time.
 *
 * <p>What makes an answer reliable: a message that was sent stays readable after its sender's death, and after {@link #fence} no further
 * message can arrive, so that what is read then is all that the other side has ever said.
 */
final class HandoverChannel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HandoverChannel.class);

    /** Below the default of net.core.wmem_default, 212992, of which the kernel wants 32 for itself. */
    static final int MAX_DATAGRAM_BYTES = 192 * 1024;

    /** What an offer needs besides its snapshots: 64 times a name of 64 bytes, and some numbers. */
    static final int OFFER_OVERHEAD_BYTES = 16 * 1024;

    private static final Duration FULL_QUEUE_PAUSE = Duration.ofMillis(1);

    /** ECONNRESET comes once, before what can still be read; more of it is another fault. */
    private static final int MAX_RESETS = 2;

    /** Cut to twice net.core.wmem_max; to begin with it is once that. */
    private static final int LARGE_BUFFER_BYTES = 1 << 20;

    /** More than a sender's buffer holds: the smallest message counts for 768 bytes of it. */
    private static final int MAX_READ_AHEAD = 1024;

    private final Posix posix;
    private final Fd socket;
    private final Deque<Received.Message> readAhead = new ArrayDeque<>();

    HandoverChannel(Posix posix, Fd socket) {
        this.posix = posix;
        this.socket = socket;
        posix.setNonBlocking(socket, true);
    }

    /**
     * Whether {@code end} is of a socket pair that our user (or root) has made, in the process {@code pid} as far as that can be seen from
     * here (SO_PEERCRED).
     */
    static boolean isMadeBy(Posix posix, Fd end, long pid) {
        try {
            PeerCredentials maker = posix.peerCredentials(end);
            boolean trusted = maker.uid() == posix.effectiveUserId() || maker.uid() == 0;
            boolean same = pid == 0 || maker.pid() == 0 || maker.pid() == pid;
            if (!trusted || !same) {
                LOG.warn("a handover channel of {} is not our parent's, pid {}; ignored", maker, pid);
            }
            return trusted && same;
        } catch (PosixException e) {
            LOG.warn("what the parent has passed is no channel: {}", e.getMessage());
            return false;
        }
    }

    enum Sent {
        SENT,
        /** Try again later: the other side does not read, or too many fds of this user are on their way (ETOOMANYREFS). */
        LATER,
        /** The other side has closed its end, or will take nothing more. It has not got this message. */
        GONE
    }

    /** What there was to read. */
    sealed interface Received {
        /**
         * A message.
         *
         * @param fds owned by the receiver
         */
        record Message(HandoverMessage message, List<Fd> fds) implements Received {
            void closeFds() {
                fds.forEach(Fd::close);
            }
        }

        record Nothing() implements Received {}

        /** Nothing more will come: the end of it, or something that breaks the rules. */
        record Ended(String reason) implements Received {}
    }

    /** To wait for; stays ours. */
    Fd socket() {
        return socket;
    }

    /** Sends a message of at most {@link #MAX_DATAGRAM_BYTES}; the fds stay the caller's. */
    Sent send(HandoverMessage message, List<Fd> fds) {
        try {
            posix.sendMessage(socket, HandoverEncoder.encode(message), fds);
            return Sent.SENT;
        } catch (PosixException e) {
            return switch (e.errno()) {
                case EAGAIN, ENOBUFS, ENOMEM, ETOOMANYREFS -> Sent.LATER;
                case EPIPE, ECONNRESET, ECONNREFUSED, ENOTCONN -> Sent.GONE;
                default -> throw e;
            };
        }
    }

    /** As {@link #send} without fds, trying again for {@code patience}; false when it was not sent. */
    boolean sendFirmly(HandoverMessage message, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Sent sent = send(message, List.of());
            if (sent != Sent.LATER || System.nanoTime() - deadline >= 0) {
                return sent == Sent.SENT;
            }
            RpcStream.pause(FULL_QUEUE_PAUSE);
        }
    }

    /** As {@link #send} without fds, for a word that should get through to one that does not read: makes what room the kernel allows. */
    Sent sendAtAnyRate(HandoverMessage message) {
        Sent sent = send(message, List.of());
        if (sent == Sent.LATER) {
            posix.setSocketOption(socket, SocketOption.SO_SNDBUF, LARGE_BUFFER_BYTES);
            sent = send(message, List.of());
        }
        return sent;
    }

    Received receive() {
        Received.Message early = readAhead.poll();
        return early == null ? receiveNext() : early;
    }

    /**
     * Whether the other side, which takes nothing any more, has said so before: then what it had offered is its own again. Reads all
     * that has arrived, and keeps it for {@link #receive}.
     */
    boolean isAbandoned() {
        while (readAhead.size() < MAX_READ_AHEAD && receiveNext() instanceof Received.Message next) {
            readAhead.add(next);
        }
        return readAhead.stream().anyMatch(said -> said.message() instanceof HandoverMessage.Abandon);
    }

    private Received receiveNext() {
        try {
            Optional<ReceivedMessage> datagram = read();
            if (datagram.isEmpty()) {
                return new Received.Nothing();
            }
            if (datagram.get().payload().length == 0) {
                datagram.get().fds().forEach(Fd::close);
                return new Received.Ended("the other side has closed the channel");
            }
            return decoded(datagram.get());
        } catch (PosixException e) {
            return new Received.Ended(
                    e.errno() == Errno.EMSGSIZE
                            ? "a message was too long, or had no room for its fds: " + e.getMessage()
                            : String.valueOf(e.getMessage()));
        }
    }

    /** A peer that died with our messages unread is reported first (ECONNRESET), before its own, which still count. */
    private Optional<ReceivedMessage> read() {
        for (int resets = 0; ; resets++) {
            try {
                return posix.receiveMessage(socket, MAX_DATAGRAM_BYTES, Snapshot.MAX_FDS);
            } catch (PosixException e) {
                if (e.errno() != Errno.ECONNRESET || resets == MAX_RESETS) {
                    throw e;
                }
            }
        }
    }

    private static Received decoded(ReceivedMessage datagram) {
        try {
            HandoverMessage message = HandoverDecoder.decode(datagram.payload());
            int announced = message instanceof HandoverMessage.Offer offer ? offer.fds() : 0;
            if (announced != datagram.fds().size()) {
                throw new HotRestartException("malformed handover message: announces %d fds, has %d"
                        .formatted(announced, datagram.fds().size()));
            }
            return new Received.Message(message, datagram.fds());
        } catch (HotRestartException e) {
            datagram.fds().forEach(Fd::close);
            return new Received.Ended(String.valueOf(e.getMessage()));
        }
    }

    /**
     * From here on nothing arrives: the other side's next send fails. What has arrived is read first, then the end. The kernel checks and
     * queues under one lock, so there is nothing in between.
     */
    void fence() {
        try {
            posix.shutdown(socket, ShutdownHow.READ);
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOTCONN) { // the other side has closed: nothing arrives either
                throw e;
            }
        }
    }

    @Override
    public void close() {
        readAhead.forEach(Received.Message::closeFds);
        readAhead.clear();
        socket.close();
    }
}
