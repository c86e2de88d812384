package io.baton.http;

import java.util.Optional;

/** A request's head, checked: the smuggling defences are all in here. Reused from head to head. Event loop only. */
final class ParsedRequest implements RequestHead {
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");
    private static final byte[] UPGRADE = Octets.ascii("upgrade");

    private final RequestLine line = new RequestLine();
    private final Fields fields = new Fields();
    private final Target target = new Target();
    private final BodyLength bodyLength = new BodyLength();
    private byte[] bytes = new byte[0];
    private String method = "";
    private String host = "";
    private String path = "";
    private boolean upgrade;

    /**
     * Parses and checks {@code head[0, length)}, which ends with its empty line. The bytes must stay as they are while this is used.
     *
     * @throws BadMessage with the status to answer
     */
    void parse(byte[] head, int length, HttpLimits limits) throws BadMessage {
        bytes = head;
        int start = line.parse(head, length);
        fields.parse(head, start, length, limits.fields());
        bodyLength.parse(fields);
        if (line.http10() && bodyLength.chunked()) {
            throw BadMessage.malformed("an HTTP/1.0 request has Transfer-Encoding");
        }
        method = line.method(head);
        target.parse(head, line, fields, method);
        host = target.host(head);
        path = path(head);
        upgrade = wantsUpgrade();
    }

    private String path(byte[] head) {
        if (target.pathStart() == target.pathEnd()) {
            return "/";
        }
        return Octets.text(head, target.pathStart(), target.pathEnd());
    }

    /**
     * Only an upgrade that the proxy can follow: it cannot follow one to HTTP/2, which would hide later requests from it (h2c smuggling),
     * nor one with a body before it.
     */
    private boolean wantsUpgrade() {
        if (line.http10() || framing() != Framing.NONE || !fields.hasOption(UPGRADE)) {
            return false;
        }
        boolean wanted = false;
        for (int i = 0; i < fields.count(); i++) {
            if (fields.known(i) == KnownField.UPGRADE) {
                String value = Octets.text(bytes, fields.valueStart(i), fields.valueEnd(i))
                        .toLowerCase(java.util.Locale.ROOT);
                if (value.isEmpty() || value.contains("h2c") || value.contains("http/")) {
                    return false;
                }
                wanted = true;
            }
        }
        return wanted;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Optional<String> header(String name) {
        byte[] wanted = Octets.ascii(name);
        for (int i = 0; i < fields.count(); i++) {
            if (Octets.equalsIgnoreCase(bytes, fields.lineStart(i), fields.nameEnd(i), wanted, 0, wanted.length)) {
                return Optional.of(Octets.text(bytes, fields.valueStart(i), fields.valueEnd(i)));
            }
        }
        return Optional.empty();
    }

    byte[] bytes() {
        return bytes;
    }

    RequestLine line() {
        return line;
    }

    Fields fields() {
        return fields;
    }

    Target target() {
        return target;
    }

    boolean http10() {
        return line.http10();
    }

    Framing framing() {
        if (bodyLength.chunked()) {
            return Framing.CHUNKED;
        }
        return bodyLength.length() > 0 ? Framing.LENGTH : Framing.NONE;
    }

    /** With {@link Framing#LENGTH}: how long the body is. */
    long contentLength() {
        return bodyLength.length();
    }

    /** Whether it asks for an upgrade that is passed on. */
    boolean upgrade() {
        return upgrade;
    }

    /** Whether the client would send another request on this connection, RFC 9112 section 9.3. */
    boolean keepAlive() {
        return !fields.hasOption(CLOSE) && (!line.http10() || fields.hasOption(KEEP_ALIVE));
    }
}
