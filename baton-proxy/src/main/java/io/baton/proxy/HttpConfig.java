package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.http.ForwardedHeaders;
import io.baton.http.Http2Options;
import io.baton.http.HttpLimits;
import io.baton.http.HttpTimeouts;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Requests of HTTP/1.1 and HTTP/2 are routed one by one.
 *
 * @param routes the first that matches counts; a request that none matches gets 404
 */
public record HttpConfig(
        List<RouteConfig> routes,
        HttpTimeouts timeouts,
        HttpLimits limits,
        ForwardedHeaders forwarded,
        Http2Options http2)
        implements ProtocolConfig {
    public static final int MAX_ROUTES = 1024;

    public HttpConfig {
        requireNonNull(timeouts, "timeouts is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(forwarded, "forwarded is null");
        requireNonNull(http2, "http2 is null");
        routes = List.copyOf(routes);
        BatonConfig.require(!routes.isEmpty() && routes.size() <= MAX_ROUTES, "1 to %d routes".formatted(MAX_ROUTES));
    }

    /** With the data path's own timeouts and limits. */
    public HttpConfig(List<RouteConfig> routes) {
        this(routes, HttpTimeouts.defaults(), HttpLimits.defaults(), ForwardedHeaders.APPEND, Http2Options.defaults());
    }

    @Override
    public Set<String> clusters() {
        Set<String> names = new LinkedHashSet<>();
        routes.forEach(route -> names.add(route.cluster()));
        return names;
    }
}
