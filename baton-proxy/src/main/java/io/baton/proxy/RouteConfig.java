package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where requests of one kind go: those of which everything that is said here is true.
 *
 * @param host lower case, without port; {@code *.example.com} is every name below example.com; empty: any
 * @param headers by lower-case name the values they must have, to the letter
 */
public record RouteConfig(Optional<String> host, PathMatch path, Map<String, String> headers, String cluster) {
    static final int MAX_HOST = 253;
    static final int MAX_HEADERS = 16;
    static final String WILDCARD = "*.";

    public RouteConfig {
        requireNonNull(path, "path is null");
        host.ifPresent(name -> BatonConfig.require(isHost(name), "a host such as example.com or *.example.com"));
        headers = Map.copyOf(new TreeMap<>(headers));
        BatonConfig.require(headers.size() <= MAX_HEADERS, "at most %d headers".formatted(MAX_HEADERS));
        headers.forEach((name, value) -> BatonConfig.require(
                isHeaderName(name) && name.equals(name.toLowerCase(Locale.ROOT)) && isHeaderValue(value),
                "headers by their lower-case names"));
        BatonConfig.require(BatonConfig.isName(cluster), "a cluster's name of %s".formatted(BatonConfig.NAME_FORM));
    }

    /** A name, an IPv4 address or an IPv6 address in brackets, in lower case; a name may begin with {@code *.}. */
    public static boolean isHost(String host) {
        String name = host.startsWith(WILDCARD) ? host.substring(WILDCARD.length()) : host;
        return host.length() <= MAX_HOST && name.matches("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+]");
    }

    /** A token of RFC 9110. */
    static boolean isHeaderName(String name) {
        return name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    }

    /** What can be the value of a header: visible, with blanks inside only. */
    static boolean isHeaderValue(String value) {
        return value.matches("[\\x21-\\x7e](?:[\\x20-\\x7e\\t]{0,1022}[\\x21-\\x7e])?");
    }

    /** Whether each request that {@code later} matches is matched here too, so that it never gets there. */
    public boolean covers(RouteConfig later) {
        return coversHost(later.host)
                && path.covers(later.path)
                && later.headers.entrySet().containsAll(headers.entrySet());
    }

    private boolean coversHost(Optional<String> other) {
        return host.isEmpty() || (other.isPresent() && hostMatches(host.get(), other.get()));
    }

    /** {@code host} may be a wildcard itself: *.example.com covers *.eu.example.com. */
    public static boolean hostMatches(String pattern, String host) {
        return pattern.startsWith(WILDCARD)
                ? host.length() >= pattern.length() && host.endsWith(pattern.substring(1))
                : pattern.equals(host);
    }

    /** What a path must be like. Compared as it was sent, upper and lower case as they are, without the query. */
    public sealed interface PathMatch {
        int MAX_LENGTH = 2048;

        boolean matches(String path);

        boolean covers(PathMatch other);

        /** The path begins so: {@code /v1} matches /v1, /v1/x and /v10. */
        record Prefix(String prefix) implements PathMatch {
            public Prefix {
                BatonConfig.require(isPath(prefix), "a path that begins with /");
            }

            @Override
            public boolean matches(String path) {
                return path.startsWith(prefix);
            }

            @Override
            public boolean covers(PathMatch other) {
                return switch (other) {
                    case Prefix(String longer) -> longer.startsWith(prefix);
                    case Exact(String whole) -> whole.startsWith(prefix);
                    case Connect() -> false;
                };
            }
        }

        /** The path is this one. */
        record Exact(String path) implements PathMatch {
            public Exact {
                BatonConfig.require(isPath(path), "a path that begins with /");
            }

            @Override
            public boolean matches(String other) {
                return path.equals(other);
            }

            @Override
            public boolean covers(PathMatch other) {
                return equals(other);
            }
        }

        /** No path at all: a CONNECT, and nothing else. */
        record Connect() implements PathMatch {
            @Override
            public boolean matches(String path) {
                return path.isEmpty();
            }

            @Override
            public boolean covers(PathMatch other) {
                return equals(other);
            }
        }

        /** As a client sends it: no blanks, no query, no fragment, the rest percent-encoded. */
        static boolean isPath(String path) {
            return path.startsWith("/") && path.length() <= MAX_LENGTH && path.matches("[\\x21-\\x7e&&[^?#]]+");
        }
    }
}
