package io.baton.http;

import java.time.Duration;

/**
 * How long is waited for whom. All are more than zero.
 *
 * @param idle for the first byte of a request: of a new connection, and between requests on a kept one
 * @param requestHead from the first byte of a request to the end of its head; 408 then
 * @param requestBody for the next bytes of a request's body while upstream takes them; 408 then
 * @param response from the end of the request to the head of the response; 504 then
 * @param stream while a body or tunnel is under way and nothing moves in either direction; the connection is reset then
 * @param linger for the client to close after a response that said {@code Connection: close}
 */
public record HttpTimeouts(
        Duration idle,
        Duration requestHead,
        Duration requestBody,
        Duration response,
        Duration stream,
        Duration linger) {

    private static final Duration MOST = Duration.ofDays(365);

    public HttpTimeouts {
        check("idle", idle);
        check("requestHead", requestHead);
        check("requestBody", requestBody);
        check("response", response);
        check("stream", stream);
        check("linger", linger);
    }

    /** 60 s each, as nginx has them, but 15 s for a request's head and 5 s to linger. */
    public static HttpTimeouts defaults() {
        Duration minute = Duration.ofSeconds(60);
        return new HttpTimeouts(minute, Duration.ofSeconds(15), minute, minute, minute, Duration.ofSeconds(5));
    }

    public HttpTimeouts withIdle(Duration value) {
        return new HttpTimeouts(value, requestHead, requestBody, response, stream, linger);
    }

    public HttpTimeouts withRequestHead(Duration value) {
        return new HttpTimeouts(idle, value, requestBody, response, stream, linger);
    }

    public HttpTimeouts withRequestBody(Duration value) {
        return new HttpTimeouts(idle, requestHead, value, response, stream, linger);
    }

    public HttpTimeouts withResponse(Duration value) {
        return new HttpTimeouts(idle, requestHead, requestBody, value, stream, linger);
    }

    public HttpTimeouts withStream(Duration value) {
        return new HttpTimeouts(idle, requestHead, requestBody, response, value, linger);
    }

    public HttpTimeouts withLinger(Duration value) {
        return new HttpTimeouts(idle, requestHead, requestBody, response, stream, value);
    }

    private static void check(String what, Duration value) {
        if (!value.isPositive() || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    "%s is %s, expected more than zero, at most 365 days".formatted(what, value));
        }
    }
}
