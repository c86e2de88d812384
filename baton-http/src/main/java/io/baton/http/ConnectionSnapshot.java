package io.baton.http;

import io.baton.posix.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * All there is to a client's connection besides its fds. Times are lengths, not points: what a move itself takes makes a deadline later,
 * never earlier.
 *
 * @param id keeps for the connection's whole life
 * @param local the address that the client connected to
 * @param requests that it brought so far
 * @param deadlineLeftNanos until what it waits for is given up, less than 0 when overdue; {@link Deadline#NEVER} when nothing is awaited
 * @param unread bytes that came from the client and are of no message yet
 * @param unsent bytes for the client that its socket did not take; none with TLS, which has them as records
 * @param tls what TLS is at, as {@link io.baton.tls.TlsAdoption} takes it; empty without TLS
 * @param record of the request at hand, or of the head that is coming
 * @param exchange when a request is at hand
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared but by tests
record ConnectionSnapshot(
        long id,
        String listener,
        SocketAddress client,
        SocketAddress local,
        long requests,
        long deadlineLeftNanos,
        byte[] unread,
        byte[] unsent,
        byte[] tls,
        Optional<RecordSnapshot> record,
        Optional<ExchangeSnapshot> exchange) {

    /** Above every timeout. */
    private static final long MOST_LEFT_NANOS = Duration.ofDays(366).toNanos();

    ConnectionSnapshot {
        if (deadlineLeftNanos != Deadline.NEVER && Math.abs(deadlineLeftNanos) > MOST_LEFT_NANOS) {
            throw new IllegalArgumentException(
                    "deadlineLeftNanos is %d, expected a year at most".formatted(deadlineLeftNanos));
        }
        if (requests < 0) {
            throw new IllegalArgumentException("requests is %d, expected 0 or more".formatted(requests));
        }
        if (exchange.isPresent()
                && record.filter(noted ->
                                noted.cluster().isPresent() && noted.upstream().isPresent())
                        .isEmpty()) {
            throw new IllegalArgumentException("an exchange without its record, cluster or endpoint");
        }
    }

    /** Whether its bytes are no messages any more. */
    boolean tunnelled() {
        return exchange.filter(at -> at.state() == ExchangeState.TUNNEL).isPresent();
    }

    /** How many fds come with it: the client's, and then that of the upstream. */
    int fds() {
        return exchange.isPresent() ? 2 : 1;
    }
}
