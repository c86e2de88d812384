package io.baton.http;

import java.util.List;

/** What is agreed on with ALPN, RFC 7301, by the names of IANA's registry. */
public final class TlsProtocols {
    public static final String HTTP_1_1 = "http/1.1";
    public static final String HTTP_2 = "h2";

    /** What a listener takes, the best first. */
    public static final List<String> OF_LISTENERS = List.of(HTTP_2, HTTP_1_1);

    private TlsProtocols() {}

    /** What is asked of an endpoint. */
    public static List<String> of(UpstreamProtocol protocol) {
        return List.of(
                switch (protocol) {
                    case HTTP_1_1 -> HTTP_1_1;
                    case HTTP_2 -> HTTP_2;
                });
    }
}
