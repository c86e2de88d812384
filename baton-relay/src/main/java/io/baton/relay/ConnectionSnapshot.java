package io.baton.relay;

import io.baton.posix.SocketAddress;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All there is to a relayed connection besides its fds. Times are lengths, not points: the two processes need not agree on
 * {@link System#nanoTime}'s origin, and what a move itself takes makes a timer later, never earlier.
 *
 * @param id keeps for the connection's whole life
 * @param destination where it goes, by name; empty while {@code stage} is ROUTING
 * @param upstream connected to or being connected to; null while {@code stage} is ROUTING
 * @param started when the client was accepted
 * @param ageNanos since then
 * @param idleNanos since a byte moved last
 * @param connectLeftNanos until the upstream is given up, less than 0 when overdue; of a connection that is CONNECTING
 * @param tries endpoints tried, {@code upstream} among them
 * @param failed endpoints that did not accept, not to be tried again
 */
record ConnectionSnapshot(
        long id,
        String listener,
        Stage stage,
        String destination,
        SocketAddress client,
        @Nullable SocketAddress upstream,
        Instant started,
        long ageNanos,
        long idleNanos,
        long connectLeftNanos,
        int tries,
        List<SocketAddress> failed,
        FlowSnapshot up,
        FlowSnapshot down) {

    /** How far it has come. */
    enum Stage {
        /** Its client has not said enough to know where it goes. */
        ROUTING,
        /** The upstream has not accepted yet. */
        CONNECTING,
        RELAYING
    }

    /** Client and upstream. */
    private static final int SOCKETS = 2;

    static final int ENDS_OF_A_PIPE = 2;

    /** Of a connection with bytes on their way in both directions. */
    static final int MAX_FDS = SOCKETS + 2 * ENDS_OF_A_PIPE;

    ConnectionSnapshot {
        failed = List.copyOf(failed);
        if (ageNanos < 0 || idleNanos < 0 || idleNanos > ageNanos) {
            throw new IllegalArgumentException(
                    "idleNanos is %d and ageNanos %d, expected 0 <= idle <= age".formatted(idleNanos, ageNanos));
        }
        if (stage == Stage.ROUTING) {
            if (tries != 0 || !failed.isEmpty() || upstream != null || !destination.isEmpty()) {
                throw new IllegalArgumentException("something was tried, expected nothing before it is decided what");
            }
        } else if (upstream == null || destination.isEmpty()) {
            throw new IllegalArgumentException("no destination and upstream, expected both once it is decided");
        } else if (tries < 1 || tries > Connector.MAX_TRIES || failed.size() > tries) {
            throw new IllegalArgumentException("tries is %d with %d endpoints that failed, expected 1 to %d and no more"
                    .formatted(tries, failed.size(), Connector.MAX_TRIES));
        }
        if (stage != Stage.RELAYING && (hasMoved(up) || hasMoved(down))) {
            throw new IllegalArgumentException("bytes have moved, expected none before the upstream accepts");
        }
        if (up.ended() && down.ended()) {
            throw new IllegalArgumentException("both flows have ended, expected a connection that goes on");
        }
    }

    private static boolean hasMoved(FlowSnapshot flow) {
        return flow.bytesDelivered() > 0 || flow.blocked() || flow.ended() || flow.splicing();
    }

    /** The client's, and the upstream's if there is one. */
    int sockets() {
        return upstream == null ? 1 : SOCKETS;
    }

    /** How many fds come with it: client, upstream if there is one, then read and write end of each pipe in use, the upward one first. */
    int fds() {
        return sockets() + (up.hasPipe() ? ENDS_OF_A_PIPE : 0) + (down.hasPipe() ? ENDS_OF_A_PIPE : 0);
    }

    int pipes() {
        return (fds() - sockets()) / ENDS_OF_A_PIPE;
    }
}
