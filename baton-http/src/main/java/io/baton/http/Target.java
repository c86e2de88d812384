package io.baton.http;

/** Where a request is for: its target and Host header taken together. Reused from head to head. Event loop only. */
final class Target {
    private static final int MAX_PORT_DIGITS = 5;

    private int pathStart;
    private int pathEnd;
    private int end;
    private int authorityStart;
    private int authorityEnd;
    private boolean absolute;
    private boolean optionsAsterisk;

    /**
     * Finds path and host, RFC 9112 section 3.2. An absolute target's authority replaces the Host header, which must be there all the
     * same.
     *
     * @throws BadMessage 400, or 501 for CONNECT
     */
    void parse(byte[] head, RequestLine line, Fields fields, String method) throws BadMessage {
        if (method.equals("CONNECT")) {
            throw new BadMessage(501, "CONNECT is for forward proxies, this is a reverse proxy");
        }
        pathStart = line.targetStart();
        end = line.targetEnd();
        absolute = false;
        optionsAsterisk = end - pathStart == 1 && head[pathStart] == '*' && method.equals("OPTIONS");
        int host = hostHeader(fields, line.http10());
        if (host < 0) {
            authorityStart = 0;
            authorityEnd = 0;
        } else {
            authorityStart = fields.valueStart(host);
            authorityEnd = fields.valueEnd(host);
            checkAuthority(head, authorityStart, authorityEnd);
        }
        if (head[pathStart] != '/' && !optionsAsterisk) {
            absoluteForm(head);
        }
        pathEnd = pathStart;
        while (pathEnd < end && head[pathEnd] != '?') {
            pathEnd++;
        }
    }

    private static int hostHeader(Fields fields, boolean http10) throws BadMessage {
        int host = -1;
        for (int i = 0; i < fields.count(); i++) {
            if (fields.known(i) == KnownField.HOST) {
                if (host >= 0) {
                    throw BadMessage.malformed("there are several Host headers");
                }
                host = i;
            }
        }
        if (host < 0 && !http10) {
            throw BadMessage.malformed("there is no Host header");
        }
        return host;
    }

    private void absoluteForm(byte[] head) throws BadMessage {
        int start = schemeEnd(head);
        int at = start;
        while (at < end && head[at] != '/' && head[at] != '?') {
            at++;
        }
        checkAuthority(head, start, at);
        absolute = true;
        authorityStart = start;
        authorityEnd = at;
        pathStart = at;
    }

    private int schemeEnd(byte[] head) throws BadMessage {
        for (byte[] scheme : SCHEMES) {
            int schemeEnd = pathStart + scheme.length;
            if (schemeEnd < end && Octets.equalsIgnoreCase(head, pathStart, schemeEnd, scheme)) {
                return schemeEnd;
            }
        }
        throw BadMessage.malformed("the request target is neither a path nor an absolute http URL");
    }

    private static final byte[][] SCHEMES = {Octets.ascii("http://"), Octets.ascii("https://")};

    /** {@code host}, {@code host:port}, {@code [v6]}, {@code [v6]:port}. */
    private static void checkAuthority(byte[] head, int from, int to) throws BadMessage {
        int hostEnd = hostEnd(head, from, to);
        boolean good = hostEnd > from && to - hostEnd <= MAX_PORT_DIGITS + 1;
        for (int i = from; i < hostEnd && good; i++) {
            good = Octets.isHost(head[i]);
        }
        boolean literal = good && head[from] == '[';
        for (int i = from; i < hostEnd && good; i++) {
            byte octet = head[i];
            good = switch (octet) {
                case '[' -> i == from;
                case ']' -> literal && i == hostEnd - 1;
                case ':' -> literal;
                default -> true;
            };
        }
        good &= !literal || head[hostEnd - 1] == ']';
        for (int i = hostEnd + 1; i < to && good; i++) {
            good = Octets.isDigit(head[i]);
        }
        if (!good) {
            throw BadMessage.malformed("the host is empty or none");
        }
    }

    private static int hostEnd(byte[] head, int from, int to) {
        int colon = to;
        while (colon > from && head[colon - 1] != ':' && head[colon - 1] != ']') {
            colon--;
        }
        return colon > from && head[colon - 1] == ':' ? colon - 1 : to;
    }

    /** The path's first byte; there is none ({@link #pathEnd} is here) for {@code http://host?query}. */
    int pathStart() {
        return pathStart;
    }

    int pathEnd() {
        return pathEnd;
    }

    /** Of path and query. */
    int end() {
        return end;
    }

    /** Whether the request named its host in the target: the Host header is then to be replaced. */
    boolean absolute() {
        return absolute;
    }

    boolean optionsAsterisk() {
        return optionsAsterisk;
    }

    int authorityStart() {
        return authorityStart;
    }

    /** The same as {@link #authorityStart} when an HTTP/1.0 request named no host. */
    int authorityEnd() {
        return authorityEnd;
    }

    /** In lower case, without port. */
    String host(byte[] head) {
        int hostEnd = hostEnd(head, authorityStart, authorityEnd);
        return Octets.text(head, authorityStart, hostEnd).toLowerCase(java.util.Locale.ROOT);
    }
}
