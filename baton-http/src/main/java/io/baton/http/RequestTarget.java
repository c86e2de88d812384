package io.baton.http;

import org.jspecify.annotations.Nullable;

/**
 * Where a request is for, RFC 9112 section 3.2.
 *
 * @param path without query; {@code *} for {@code OPTIONS *}, empty for CONNECT
 * @param target path and query, as it goes upstream
 * @param authority that an absolute target names, which replaces the Host header
 */
record RequestTarget(String path, String target, @Nullable String authority) {
    private static final int MAX_PORT_DIGITS = 5;
    private static final String[] SCHEMES = {"http://", "https://"};

    /** @throws BadMessage 400 */
    static RequestTarget parse(String method, String uri) {
        if (method.equals("CONNECT")) {
            checkAuthority(uri);
            if (hostEnd(uri) == uri.length()) {
                throw BadMessage.malformed("CONNECT names no port");
            }
            return new RequestTarget("", uri, uri);
        }
        for (int i = 0; i < uri.length(); i++) {
            if (!Characters.isTarget(uri.charAt(i))) {
                throw BadMessage.malformed("the request target has a character not allowed");
            }
        }
        if (uri.startsWith("/") || (uri.equals("*") && method.equals("OPTIONS"))) {
            return new RequestTarget(pathOf(uri), uri, null);
        }
        int start = schemeEnd(uri);
        int end = start;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String authority = uri.substring(start, end);
        checkAuthority(authority);
        String rest = uri.substring(end);
        String target = rest.startsWith("/") ? rest : "/" + rest;
        return new RequestTarget(pathOf(target), target, authority);
    }

    private static String pathOf(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private static int schemeEnd(String uri) {
        for (String scheme : SCHEMES) {
            if (uri.regionMatches(true, 0, scheme, 0, scheme.length()) && uri.length() > scheme.length()) {
                return scheme.length();
            }
        }
        throw BadMessage.malformed("the request target is neither a path nor an absolute http URL");
    }

    /**
     * Whether it is {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}.
     *
     * @throws BadMessage when it is none
     */
    static void checkAuthority(String authority) {
        int hostEnd = hostEnd(authority);
        boolean good = hostEnd > 0 && authority.length() - hostEnd <= MAX_PORT_DIGITS + 1;
        boolean literal = good && authority.charAt(0) == '[';
        for (int i = 0; i < hostEnd && good; i++) {
            char each = authority.charAt(i);
            good = switch (each) {
                case '[' -> i == 0;
                case ']' -> literal && i == hostEnd - 1;
                case ':' -> literal;
                default -> Characters.isHost(each);
            };
        }
        good &= !literal || authority.charAt(hostEnd - 1) == ']';
        for (int i = hostEnd + 1; i < authority.length() && good; i++) {
            good = Characters.isDigit(authority.charAt(i));
        }
        if (!good) {
            throw BadMessage.malformed("the host is empty or none");
        }
    }

    /** Where the host in {@code authority} ends: in front of the port's colon. */
    static int hostEnd(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : authority.length();
    }
}
