package io.baton.http;

/** Writes the head that goes upstream. Lines that are for the upstream go as they came, bytes untouched. Event loop only. */
final class RequestWriter {
    private static final byte[] SPACE = {' '};
    private static final byte[] SLASH = {'/'};
    private static final byte[] COMMA = {',', ' '};
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] VERSION = Octets.ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = Octets.ascii("Host: ");
    private static final byte[] CHUNKED = Octets.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: upgrade\r\n");
    private static final byte[] FORWARDED_FOR = Octets.ascii("X-Forwarded-For: ");
    private static final byte[] FORWARDED_HOST = Octets.ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED_PROTO = Octets.ascii("X-Forwarded-Proto: http\r\n");

    private final HeadWriter out;
    private boolean hasHost;
    private boolean hasForwardedHost;
    private boolean hasForwardedProto;

    RequestWriter(HeadWriter out) {
        this.out = out;
    }

    void write(ParsedRequest request, ClientFacts client, ForwardedHeaders forwarded) {
        byte[] bytes = request.bytes();
        out.reset();
        requestLine(request, bytes);
        hasHost = false;
        hasForwardedHost = false;
        hasForwardedProto = false;
        if (request.target().absolute()) {
            // Before the fields: whoever reads on gets to know its host first, RFC 9110 section 7.2.
            out.put(HOST)
                    .put(
                            bytes,
                            request.target().authorityStart(),
                            request.target().authorityEnd())
                    .put(CRLF);
        }
        copyFields(request, bytes, forwarded);
        if (!hasHost) {
            out.put(client.hostLine());
        }
        if (request.framing() == Framing.CHUNKED) {
            out.put(CHUNKED);
        }
        if (request.upgrade()) {
            out.put(UPGRADE);
        }
        if (forwarded != ForwardedHeaders.OFF) {
            writeForwarded(request, client, forwarded);
        }
        out.put(CRLF);
    }

    private void requestLine(ParsedRequest request, byte[] bytes) {
        Target target = request.target();
        out.put(bytes, 0, request.line().methodEnd()).put(SPACE);
        if (target.pathStart() == target.pathEnd()) {
            out.put(SLASH); // of http://host and http://host?query
        }
        out.put(bytes, target.pathStart(), target.end()).put(VERSION);
    }

    /** Neighbours that stay are copied in one go. */
    private void copyFields(ParsedRequest request, byte[] bytes, ForwardedHeaders forwarded) {
        Fields fields = request.fields();
        int from = -1;
        int to = -1;
        for (int i = 0; i < fields.count(); i++) {
            if (keep(request, fields, i, forwarded)) {
                from = from < 0 ? fields.lineStart(i) : from;
                to = fields.lineEnd(i);
            } else if (from >= 0) {
                out.put(bytes, from, to);
                from = -1;
            }
        }
        if (from >= 0) {
            out.put(bytes, from, to);
        }
        hasHost |= request.target().absolute();
    }

    private boolean keep(ParsedRequest request, Fields fields, int index, ForwardedHeaders forwarded) {
        return switch (fields.known(index)) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRANSFER_ENCODING, HTTP2_SETTINGS -> false;
            case UPGRADE -> request.upgrade();
            case CONTENT_LENGTH, EXPECT, TRAILER -> true; // not to be had away by naming them in Connection
            case HOST -> {
                hasHost = true;
                yield !request.target().absolute();
            }
            case X_FORWARDED_FOR -> forwarded == ForwardedHeaders.OFF;
            case X_FORWARDED_HOST -> {
                hasForwardedHost = forwarded != ForwardedHeaders.REPLACE;
                yield hasForwardedHost;
            }
            case X_FORWARDED_PROTO -> {
                hasForwardedProto = forwarded != ForwardedHeaders.REPLACE;
                yield hasForwardedProto;
            }
            case OTHER -> !fields.namedByConnection(index);
        };
    }

    private void writeForwarded(ParsedRequest request, ClientFacts client, ForwardedHeaders forwarded) {
        boolean first = true;
        if (forwarded == ForwardedHeaders.APPEND) {
            Fields fields = request.fields();
            for (int i = 0; i < fields.count(); i++) {
                if (fields.known(i) == KnownField.X_FORWARDED_FOR) {
                    out.put(first ? FORWARDED_FOR : COMMA)
                            .put(request.bytes(), fields.valueStart(i), fields.valueEnd(i));
                    first = false;
                }
            }
        }
        if (client.ip().length > 0) {
            out.put(first ? FORWARDED_FOR : COMMA).put(client.ip());
            first = false;
        }
        if (!first) {
            out.put(CRLF);
        }
        if (!hasForwardedProto) {
            out.put(FORWARDED_PROTO);
        }
        Target target = request.target();
        if (!hasForwardedHost && target.authorityEnd() > target.authorityStart()) {
            out.put(FORWARDED_HOST)
                    .put(request.bytes(), target.authorityStart(), target.authorityEnd())
                    .put(CRLF);
        }
    }
}
