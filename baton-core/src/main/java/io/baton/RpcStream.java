package io.baton;

import io.baton.posix.Errno;
import io.baton.posix.Fd;
import io.baton.posix.PeerCredentials;
import io.baton.posix.Posix;
import io.baton.posix.PosixException;
import io.baton.posix.ReceivedMessage;
import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages over one bound datagram socket. Sending is thread-safe; receiving is for one thread at a time. Does not own the socket.
 */
final class RpcStream {
    private static final Logger LOG = LoggerFactory.getLogger(RpcStream.class);

    /** At most parent and child talk to one socket; more than a few senders are noise. */
    private static final int MAX_SENDERS = 4;

    private static final int MAX_DATAGRAMS_PER_TURN = 64;

    /** How long a receiver that has taken the beginning of a message may let us wait with the rest. */
    private static final Duration FINISH_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration FULL_QUEUE_PAUSE = Duration.ofMillis(1);

    private final Posix posix;
    private final Fd socket;
    private final int maxMessageBytes;

    /** By the sender's pid, so that a second sender does not garble what the first is in the middle of. */
    private final Map<Long, FrameAssembler> assemblers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, FrameAssembler> eldest) {
            return size() > MAX_SENDERS;
        }
    };

    RpcStream(Posix posix, Fd socket, int maxMessageBytes) {
        this.posix = posix;
        this.socket = socket;
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * A message and what came with it.
     *
     * @param fd owned by the receiver
     * @param senderPid 0 when the sender lives in a pid namespace that we do not see
     */
    record Received(HotRestartMessage message, Optional<Fd> fd, long senderPid) {
        void closeFd() {
            fd.ifPresent(Fd::close);
        }
    }

    Fd socket() {
        return socket;
    }

    /**
     * Sends {@code message}, {@code fd} with it. Waits at most {@code patience} for room in the receiver's queue.
     *
     * @throws PosixException ECONNREFUSED or ENOENT when nobody has {@code to} bound; EAGAIN when the receiver does not read. The
     *     message has then not been received as a whole
     */
    synchronized void send(HotRestartMessage message, List<Fd> fds, SocketAddress to, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        List<byte[]> datagrams = Frames.split(MessageEncoder.encode(message));
        for (int i = 0; i < datagrams.size(); i++) {
            sendDatagram(datagrams.get(i), i == datagrams.size() - 1 ? fds : List.of(), to, deadline);
            if (i == 0) { // what was begun must be finished, or the receiver takes the next message for the rest of
                // this one
                deadline = System.nanoTime() + FINISH_TIMEOUT.toNanos();
            }
        }
    }

    private void sendDatagram(byte[] datagram, List<Fd> fds, SocketAddress to, long deadline) {
        while (true) {
            try {
                posix.sendMessageTo(socket, datagram, fds, to);
                return;
            } catch (PosixException e) {
                if (e.errno() != Errno.EAGAIN || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            pause(FULL_QUEUE_PAUSE);
        }
    }

    /**
     * The next whole message, without waiting. Datagrams that are garbage, too big or from somebody else are logged and dropped. Empty
     * as well after a turn's worth of those: whoever floods us must not keep the thread.
     */
    Optional<Received> receive() {
        for (int i = 0; i < MAX_DATAGRAMS_PER_TURN; i++) {
            try {
                Optional<ReceivedMessage> datagram = posix.receiveMessage(socket, Frames.MAX_DATAGRAM_BYTES, 1);
                if (datagram.isEmpty()) {
                    return Optional.empty();
                }
                Optional<Received> received = accept(datagram.get());
                if (received.isPresent()) {
                    return received;
                }
            } catch (PosixException e) {
                if (e.errno() != Errno.EMSGSIZE) {
                    throw e;
                }
                LOG.warn(
                        "a datagram of more than {} bytes, or with more than one fd, was ignored",
                        Frames.MAX_DATAGRAM_BYTES);
            }
        }
        return Optional.empty();
    }

    private Optional<Received> accept(ReceivedMessage datagram) {
        boolean keepFds = false;
        try {
            if (!isTrusted(datagram.sender())) {
                LOG.warn("a datagram from {} was ignored: neither our user nor root", datagram.sender());
                return Optional.empty();
            }
            long pid = datagram.sender().map(PeerCredentials::pid).orElse(0L);
            Optional<byte[]> message = assemblers
                    .computeIfAbsent(pid, sender -> new FrameAssembler(maxMessageBytes))
                    .accept(datagram.payload(), System.nanoTime());
            if (message.isEmpty()) {
                return Optional.empty();
            }
            HotRestartMessage decoded = MessageDecoder.decode(message.get());
            keepFds = true;
            return Optional.of(new Received(decoded, datagram.fds().stream().findFirst(), pid));
        } catch (HotRestartException e) {
            LOG.warn("a datagram from {} was ignored: {}", datagram.sender(), e.getMessage());
            return Optional.empty();
        } finally {
            if (!keepFds) {
                datagram.fds().forEach(Fd::close);
            }
        }
    }

    /** Root may do to us what it likes anyway; everybody else must be us. */
    private boolean isTrusted(Optional<PeerCredentials> sender) {
        return sender.isPresent()
                && (sender.get().uid() == posix.effectiveUserId()
                        || sender.get().uid() == 0);
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
