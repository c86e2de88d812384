package io.baton.http;

/** Writes the head that goes to the client. Event loop only. */
final class ResponseWriter {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] VERSION = Octets.ascii("HTTP/1.1 ");
    private static final byte[] CHUNKED = Octets.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = Octets.ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Octets.ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Octets.ascii("Connection: upgrade\r\n");

    /** What the Connection header says. */
    enum Connection {
        /** Nothing: HTTP/1.1 keeps connections. */
        KEPT,
        /** {@code keep-alive}, which an HTTP/1.0 client wants to hear. */
        KEEP_ALIVE,
        CLOSE
    }

    private final HeadWriter out;

    ResponseWriter(HeadWriter out) {
        this.out = out;
    }

    /** @param chunked whether the body is chunked on its way to the client */
    void write(ParsedResponse response, boolean chunked, Connection connection) {
        byte[] bytes = response.bytes();
        out.reset();
        out.put(VERSION).put(bytes, response.statusStart(), response.lineEnd());
        Fields fields = response.fields();
        int from = -1;
        int to = -1;
        for (int i = 0; i < fields.count(); i++) {
            if (keep(response, fields, i)) {
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
        if (chunked) {
            out.put(CHUNKED);
        }
        connection(response, connection);
        out.put(CRLF);
    }

    private void connection(ParsedResponse response, Connection connection) {
        if (response.status() == 101) {
            out.put(UPGRADE);
            return;
        }
        if (response.interim()) {
            return;
        }
        switch (connection) {
            case KEPT -> {}
            case KEEP_ALIVE -> out.put(KEEP_ALIVE);
            case CLOSE -> out.put(CLOSE);
        }
    }

    private static boolean keep(ParsedResponse response, Fields fields, int index) {
        return switch (fields.known(index)) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRANSFER_ENCODING, HTTP2_SETTINGS -> false;
            case UPGRADE -> response.status() == 101 || response.status() == 426;
            // RFC 9110 section 8.6 forbids it where there cannot be a body.
            case CONTENT_LENGTH -> response.status() >= 200 && response.status() != 204;
            case TRAILER, HOST, EXPECT -> true;
            case X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO, OTHER -> !fields.namedByConnection(index);
        };
    }
}
