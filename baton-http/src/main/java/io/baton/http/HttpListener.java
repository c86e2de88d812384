package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import java.util.List;

/**
 * One address that requests come in on, and where they go.
 *
 * @param name names the listener in reports and numbers; unique within a proxy
 * @param sockets for each worker the listening sockets it accepts from, bound and listening, TCP or UNIX. Several for one worker is fine,
 *     and so is the same socket for several workers. Owned by the caller, who closes them after {@link HttpProxy#stopAccepting()} or
 *     {@link HttpProxy#close()}
 * @param router where its requests go
 */
public record HttpListener(
        String name,
        List<List<Fd>> sockets,
        HttpRouter router,
        HttpTimeouts timeouts,
        HttpLimits limits,
        ForwardedHeaders forwarded,
        Http2Options http2) {

    public HttpListener {
        requireNonNull(name, "name is null");
        requireNonNull(router, "router is null");
        requireNonNull(timeouts, "timeouts is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(forwarded, "forwarded is null");
        requireNonNull(http2, "http2 is null");
        sockets = sockets.stream().map(List::copyOf).toList();
    }

    /** With default timeouts and limits, and {@link ForwardedHeaders#APPEND}. */
    public HttpListener(String name, List<List<Fd>> sockets, HttpRouter router) {
        this(
                name,
                sockets,
                router,
                HttpTimeouts.defaults(),
                HttpLimits.defaults(),
                ForwardedHeaders.APPEND,
                Http2Options.defaults());
    }
}
