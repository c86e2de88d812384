package io.baton.relay;

/**
 * A destination's share of {@link ListenerNumbers}.
 *
 * @param bytesUp delivered to upstreams' sockets
 * @param bytesDown delivered to clients' sockets
 */
public record DestinationNumbers(long bytesUp, long bytesDown) {

    DestinationNumbers plus(DestinationNumbers other) {
        return new DestinationNumbers(bytesUp + other.bytesUp, bytesDown + other.bytesDown);
    }
}
