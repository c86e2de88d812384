package io.baton.http;

import io.netty.util.AsciiString;

/** The names of the header fields that the proxy acts on, as they are usually written; found in any case. Netty's are in small letters. */
final class HeaderNames {
    static final AsciiString CONNECTION = AsciiString.cached("Connection");
    static final AsciiString CONTENT_LENGTH = AsciiString.cached("Content-Length");
    static final AsciiString CONTENT_TYPE = AsciiString.cached("Content-Type");
    static final AsciiString COOKIE = AsciiString.cached("Cookie");
    static final AsciiString DATE = AsciiString.cached("Date");
    static final AsciiString EXPECT = AsciiString.cached("Expect");
    static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    static final AsciiString HOST = AsciiString.cached("Host");
    static final AsciiString HTTP2_SETTINGS = AsciiString.cached("HTTP2-Settings");
    static final AsciiString KEEP_ALIVE = AsciiString.cached("Keep-Alive");
    static final AsciiString PROXY_CONNECTION = AsciiString.cached("Proxy-Connection");
    static final AsciiString SEC_WEBSOCKET_KEY1 = AsciiString.cached("Sec-WebSocket-Key1");
    static final AsciiString TE = AsciiString.cached("TE");
    static final AsciiString TRAILER = AsciiString.cached("Trailer");
    static final AsciiString TRANSFER_ENCODING = AsciiString.cached("Transfer-Encoding");
    static final AsciiString UPGRADE = AsciiString.cached("Upgrade");
    static final AsciiString X_FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    static final AsciiString X_FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");

    private HeaderNames() {}
}
