package io.baton.http;

import org.jspecify.annotations.Nullable;

/** How long an {@link Exchange} waits for whom, by its state. Event loop only. */
final class ExchangeClock {
    private final ClientSide client;
    private final HttpTimeouts timeouts;
    private long unsentBefore;

    ExchangeClock(ClientSide client) {
        this.client = client;
        this.timeouts = client.listening().timeouts();
    }

    /** @param takesBody whether it is the client's turn while the request goes */
    void arm(ExchangeState state, boolean takesBody, @Nullable UpstreamSide upstream) {
        switch (state) {
            case CONNECTING, ENDED -> client.disarm(); // connecting has its own limit
            case SENDING -> client.arm((takesBody ? timeouts.requestBody() : timeouts.stream()).toNanos());
            case AWAITING -> client.arm(timeouts.response().toNanos());
            case EARLY, RESPONDING, TUNNEL -> client.arm(timeouts.stream().toNanos());
        }
        unsentBefore = unsent(upstream);
    }

    /**
     * The time is over.
     *
     * @return whose fault it is; null when something went meanwhile, although nothing came
     */
    @Nullable
    ExchangeFailure expired(ExchangeState state, boolean takesBody, @Nullable UpstreamSide upstream) {
        if (state != ExchangeState.AWAITING && unsent(upstream) < unsentBefore) {
            return null;
        }
        return switch (state) {
            case CONNECTING, ENDED -> null;
            case SENDING -> takesBody ? ExchangeFailure.BODY_DOES_NOT_COME : ExchangeFailure.REQUEST_IS_NOT_TAKEN;
            case AWAITING -> ExchangeFailure.NO_RESPONSE;
            case EARLY, RESPONDING ->
                client.output().isWritable()
                        ? ExchangeFailure.RESPONSE_STANDS_STILL
                        : ExchangeFailure.RESPONSE_IS_NOT_READ;
            case TUNNEL -> ExchangeFailure.TUNNEL_STANDS_STILL;
        };
    }

    private long unsent(@Nullable UpstreamSide upstream) {
        return client.output().unsentBytes() + (upstream == null ? 0 : upstream.unsentBytes());
    }
}
