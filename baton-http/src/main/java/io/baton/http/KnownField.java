package io.baton.http;

/** The header fields that the proxy acts on. */
enum KnownField {
    CONNECTION("connection"),
    CONTENT_LENGTH("content-length"),
    EXPECT("expect"),
    HOST("host"),
    HTTP2_SETTINGS("http2-settings"),
    KEEP_ALIVE("keep-alive"),
    PROXY_CONNECTION("proxy-connection"),
    TE("te"),
    TRAILER("trailer"),
    TRANSFER_ENCODING("transfer-encoding"),
    UPGRADE("upgrade"),
    X_FORWARDED_FOR("x-forwarded-for"),
    X_FORWARDED_HOST("x-forwarded-host"),
    X_FORWARDED_PROTO("x-forwarded-proto"),
    /** Any other. */
    OTHER("");

    private final String lowerCaseName;

    KnownField(String lowerCaseName) {
        this.lowerCaseName = lowerCaseName;
    }

    /** The field called {@code bytes[from, to)}, in any case. */
    static KnownField of(byte[] bytes, int from, int to) {
        return switch (to - from) {
            case 2 -> either(bytes, from, to, TE, OTHER, OTHER);
            case 4 -> either(bytes, from, to, HOST, OTHER, OTHER);
            case 6 -> either(bytes, from, to, EXPECT, OTHER, OTHER);
            case 7 -> either(bytes, from, to, UPGRADE, TRAILER, OTHER);
            case 10 -> either(bytes, from, to, CONNECTION, KEEP_ALIVE, OTHER);
            case 14 -> either(bytes, from, to, CONTENT_LENGTH, HTTP2_SETTINGS, OTHER);
            case 15 -> either(bytes, from, to, X_FORWARDED_FOR, OTHER, OTHER);
            case 16 -> either(bytes, from, to, X_FORWARDED_HOST, PROXY_CONNECTION, OTHER);
            case 17 -> either(bytes, from, to, TRANSFER_ENCODING, X_FORWARDED_PROTO, OTHER);
            default -> OTHER;
        };
    }

    private static KnownField either(
            byte[] bytes, int from, int to, KnownField first, KnownField second, KnownField none) {
        if (Octets.equalsIgnoreCase(bytes, from, to, first.lowerCaseName)) {
            return first;
        }
        return second != OTHER && Octets.equalsIgnoreCase(bytes, from, to, second.lowerCaseName) ? second : none;
    }
}
