package io.baton.http;

import static java.util.Objects.requireNonNull;

import io.baton.posix.Fd;
import io.baton.tls.TlsServer;
import java.util.List;
import java.util.Optional;

/**
 * One address that requests come in on, and where they go.
 *
 * @param name names the listener in reports and numbers; unique within a proxy
 * @param sockets for each worker the listening sockets it accepts from, bound and listening, TCP or UNIX. Several for one worker is fine,
 *     and so is the same socket for several workers. Owned by the caller, who closes them after {@link HttpProxy#stopAccepting()} or
 *     {@link HttpProxy#close()}
 * @param router where its requests go
 * @param tls when its clients speak TLS; the caller's, who closes it after the proxy
 */
public record HttpListener(
        String name,
        List<List<Fd>> sockets,
        HttpRouter router,
        HttpTimeouts timeouts,
        HttpLimits limits,
        ForwardedHeaders forwarded,
        Http2Options http2,
        Optional<TlsServer> tls) {

    public HttpListener {
        requireNonNull(name, "name is null");
        requireNonNull(router, "router is null");
        requireNonNull(timeouts, "timeouts is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(forwarded, "forwarded is null");
        requireNonNull(http2, "http2 is null");
        requireNonNull(tls, "tls is null");
        sockets = sockets.stream().map(List::copyOf).toList();
    }

    /** The same with {@code value}. */
    public HttpListener withTls(Optional<TlsServer> value) {
        return new HttpListener(name, sockets, router, timeouts, limits, forwarded, http2, value);
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
                Http2Options.defaults(),
                Optional.empty());
    }
}
