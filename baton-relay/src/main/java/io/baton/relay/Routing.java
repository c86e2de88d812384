package io.baton.relay;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** How it is decided where the connections of a listener go. */
public sealed interface Routing {

    /** All to one destination; nothing is waited for. */
    record Fixed(Destination destination) implements Routing {
        public Fixed {
            requireNonNull(destination, "destination is null");
        }
    }

    /**
     * By what the client says first. All of it stays in its socket, for the endpoint that is then chosen.
     *
     * @param timeout from accept to decision; whoever said too little by then is reset
     * @param maxBytes as much is looked at; whoever needs more to say where he wants to go is reset
     */
    record ByFirstBytes(FirstBytesRouter router, Duration timeout, int maxBytes) implements Routing {
        /** What a socket is sure to hold unread. */
        public static final int MOST_BYTES = 64 << 10;

        public ByFirstBytes {
            requireNonNull(router, "router is null");
            if (!timeout.isPositive()) {
                throw new IllegalArgumentException("timeout is %s, expected more than zero".formatted(timeout));
            }
            if (maxBytes < 1 || maxBytes > MOST_BYTES) {
                throw new IllegalArgumentException("maxBytes is %d, expected 1 to %d".formatted(maxBytes, MOST_BYTES));
            }
        }
    }
}
