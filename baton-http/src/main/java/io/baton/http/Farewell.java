package io.baton.http;

import java.util.concurrent.TimeUnit;

/**
 * How an HTTP/2 connection with a client ends without refusing a request, RFC 9113 section 6.8: a GOAWAY that refuses no stream says that
 * it ends; what the client had sent before it read that has come when the PING behind it is answered; then the last stream is known, and a
 * second GOAWAY names it. With the last stream the connection ends. Event loop only.
 */
final class Farewell {
    private static final long PING = 0x6261_746f_6e62_7965L;

    /** A client that answers no PING is told the last stream then; what it sends later was not begun, and it knows. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(3);

    private enum State {
        /** Nothing was said. */
        OPEN,
        /** The first GOAWAY is out, new streams are still taken. */
        ANNOUNCED,
        /** The second one is: no stream comes any more. */
        FINAL
    }

    private final Http2Handler handler;
    private State state = State.OPEN;

    Farewell(Http2Handler handler) {
        this.handler = handler;
    }

    /**
     * Says that the connection ends, once.
     *
     * @return after how many nanoseconds {@link #goOn} is to be called, 0 when it was said before
     */
    long begin() {
        if (state != State.OPEN) {
            return 0;
        }
        state = State.ANNOUNCED;
        handler.goAway(Integer.MAX_VALUE);
        handler.ping(PING);
        return ANSWER_NANOS;
    }

    /** A PING was answered; returns whether it was ours, and goes on then. */
    boolean answered(long data) {
        if (data != PING || state != State.ANNOUNCED) {
            return false;
        }
        goOn();
        return true;
    }

    /** Names the last stream. */
    void goOn() {
        if (state == State.ANNOUNCED) {
            state = State.FINAL;
            handler.goAway(handler.connection().remote().lastStreamCreated());
        }
    }

    /** Whether the connection ends with its last stream. */
    boolean isFinal() {
        return state == State.FINAL;
    }

    boolean begun() {
        return state != State.OPEN;
    }
}
