package io.baton.relay;

/**
 * What a listener did since it was added, over all workers. Read while workers count on: each number is exact, the set is not one instant.
 *
 * @param connections accepted
 * @param active accepted or restored, and not yet ended or moved
 * @param bytesUp delivered to upstreams' sockets
 * @param bytesDown delivered to clients' sockets
 * @param upstreamConnections accepted by an endpoint
 * @param connectFailures endpoints that did not accept, one for each try
 * @param movedIn restored from another process, which counted them as accepted
 * @param movedOut handed to another process
 */
public record ListenerNumbers(
        long connections,
        long active,
        long bytesUp,
        long bytesDown,
        long upstreamConnections,
        long connectFailures,
        long movedIn,
        long movedOut) {

    static final ListenerNumbers ZERO = new ListenerNumbers(0, 0, 0, 0, 0, 0, 0, 0);

    ListenerNumbers plus(ListenerNumbers other) {
        return new ListenerNumbers(
                connections + other.connections,
                active + other.active,
                bytesUp + other.bytesUp,
                bytesDown + other.bytesDown,
                upstreamConnections + other.upstreamConnections,
                connectFailures + other.connectFailures,
                movedIn + other.movedIn,
                movedOut + other.movedOut);
    }
}
