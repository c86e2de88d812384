package io.baton.relay;

import java.util.HashMap;
import java.util.Map;

/**
 * What a listener did since it was added, over all workers. Read while workers count on: each number is exact, the set is not one instant.
 *
 * @param connections accepted
 * @param active accepted or restored, and not yet ended or moved
 * @param upstreamConnections accepted by an endpoint
 * @param connectFailures endpoints that did not accept, one for each try
 * @param movedIn restored from another process, which counted them as accepted
 * @param movedOut handed to another process
 * @param destinations the bytes, by the names of the destinations that connections went to
 */
public record ListenerNumbers(
        long connections,
        long active,
        long upstreamConnections,
        long connectFailures,
        long movedIn,
        long movedOut,
        Map<String, DestinationNumbers> destinations) {

    static final ListenerNumbers ZERO = new ListenerNumbers(0, 0, 0, 0, 0, 0, Map.of());

    public ListenerNumbers {
        destinations = Map.copyOf(destinations);
    }

    /** Delivered to upstreams' sockets. */
    public long bytesUp() {
        return destinations.values().stream()
                .mapToLong(DestinationNumbers::bytesUp)
                .sum();
    }

    /** Delivered to clients' sockets. */
    public long bytesDown() {
        return destinations.values().stream()
                .mapToLong(DestinationNumbers::bytesDown)
                .sum();
    }

    ListenerNumbers plus(ListenerNumbers other) {
        Map<String, DestinationNumbers> both = new HashMap<>(destinations);
        other.destinations.forEach((name, numbers) -> both.merge(name, numbers, DestinationNumbers::plus));
        return new ListenerNumbers(
                connections + other.connections,
                active + other.active,
                upstreamConnections + other.upstreamConnections,
                connectFailures + other.connectFailures,
                movedIn + other.movedIn,
                movedOut + other.movedOut,
                both);
    }
}
