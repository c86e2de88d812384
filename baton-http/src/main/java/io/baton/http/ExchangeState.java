package io.baton.http;

/** Where one request and its response are. */
enum ExchangeState {
    /** Looking for an endpoint; what comes of the body waits. */
    CONNECTING,
    /** The request goes upstream. */
    SENDING,
    /** The request is upstream, nothing came back. */
    AWAITING,
    /** The response comes while the request still goes. */
    EARLY,
    /** The response comes; the request is upstream. */
    RESPONDING,
    /** Bytes go both ways, and mean nothing to us. */
    TUNNEL,
    ENDED;

    /**
     * The state table.
     *
     * @throws IllegalStateException for an event that cannot come in this state
     */
    ExchangeState next(ExchangeEvent event) {
        return switch (this) {
            case CONNECTING ->
                switch (event) {
                    case CONNECTED -> SENDING;
                    case RETRY -> CONNECTING;
                    case END -> ENDED;
                    case REQUEST_END, RESPONSE_HEAD, SWITCHED -> throw unexpected(event);
                };
            case SENDING ->
                switch (event) {
                    case REQUEST_END -> AWAITING;
                    case RESPONSE_HEAD -> EARLY;
                    case RETRY -> CONNECTING;
                    case END -> ENDED;
                    case CONNECTED, SWITCHED -> throw unexpected(event);
                };
            case AWAITING ->
                switch (event) {
                    case RESPONSE_HEAD -> RESPONDING;
                    case SWITCHED -> TUNNEL;
                    case RETRY -> CONNECTING;
                    case END -> ENDED;
                    case CONNECTED, REQUEST_END -> throw unexpected(event);
                };
            case EARLY ->
                switch (event) {
                    case REQUEST_END -> RESPONDING;
                    case END -> ENDED;
                    case CONNECTED, RESPONSE_HEAD, SWITCHED, RETRY -> throw unexpected(event);
                };
            case RESPONDING, TUNNEL ->
                switch (event) {
                    case END -> ENDED;
                    case CONNECTED, REQUEST_END, RESPONSE_HEAD, SWITCHED, RETRY -> throw unexpected(event);
                };
            case ENDED -> throw unexpected(event);
        };
    }

    /** Whether nothing of a final response has gone to the client: it can still be told another one. */
    boolean beforeResponse() {
        return switch (this) {
            case CONNECTING, SENDING, AWAITING -> true;
            case EARLY, RESPONDING, TUNNEL, ENDED -> false;
        };
    }

    /** Whether the client's bytes go upstream. */
    boolean takesRequest() {
        return switch (this) {
            case SENDING, EARLY, TUNNEL -> true;
            case CONNECTING, AWAITING, RESPONDING, ENDED -> false;
        };
    }

    private IllegalStateException unexpected(ExchangeEvent event) {
        return new IllegalStateException("%s does not accept %s".formatted(this, event));
    }
}
