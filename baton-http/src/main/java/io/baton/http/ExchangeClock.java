package io.baton.http;

import org.jspecify.annotations.Nullable;

/** How long an {@link Exchange} waits for whom, by its state. Event loop only. */
final class ExchangeClock {
    private final ClientConnection client;
    private final HttpTimeouts timeouts;
    private long unsentBefore;

    ExchangeClock(ClientConnection client) {
        this.client = client;
        this.timeouts = client.listening().timeouts();
    }

    /** @param takesBody whether it is the client's turn while the request goes */
    void arm(ExchangeState state, boolean takesBody, @Nullable UpstreamConnection upstream) {
        switch (state) {
            case CONNECTING, ENDED -> client.disarm(); // connecting has its own limit
            case SENDING -> client.arm((takesBody ? timeouts.requestBody() : timeouts.stream()).toNanos());
            case AWAITING -> client.arm(timeouts.response().toNanos());
            case EARLY, RESPONDING, TUNNEL -> client.arm(timeouts.stream().toNanos());
        }
        unsentBefore = unsent(upstream);
    }

    /** Whether something went since the clock was armed, although nothing came. */
    boolean moved(@Nullable UpstreamConnection upstream) {
        return unsent(upstream) < unsentBefore;
    }

    private long unsent(@Nullable UpstreamConnection upstream) {
        return client.unsentBytes() + (upstream == null ? 0 : upstream.unsentBytes());
    }
}
