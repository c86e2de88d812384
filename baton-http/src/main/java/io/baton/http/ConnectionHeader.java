package io.baton.http;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;

/** What a response's Connection header says. */
enum ConnectionHeader {
    /** Nothing: HTTP/1.1 keeps connections. */
    KEPT,
    /** {@code keep-alive}, which an HTTP/1.0 client wants to hear. */
    KEEP_ALIVE,
    CLOSE;

    void set(HttpHeaders headers) {
        switch (this) {
            case KEPT -> {}
            case KEEP_ALIVE -> headers.set(HeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
            case CLOSE -> headers.set(HeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }
}
