package io.baton.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** What the proxy says itself, when there is no upstream's response to pass on. */
final class LocalAnswer {
    private LocalAnswer() {}

    /**
     * A whole response.
     *
     * @param reason one line, which becomes the body
     * @param head whether the request was a HEAD: the body is then only announced
     */
    static FullHttpResponse of(int status, String reason, boolean head, ConnectionHeader connection) {
        byte[] body = (reason + "\n").getBytes(StandardCharsets.ISO_8859_1);
        FullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(status),
                head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        answer.headers()
                .set(HeaderNames.DATE, DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .set(HeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                .setInt(HeaderNames.CONTENT_LENGTH, body.length);
        connection.set(answer.headers());
        return answer;
    }

    /**
     * The same for a client of gRPC: a response of nothing but trailers, which are its headers, and the status as Envoy and gRPC's own
     * clients translate one of HTTP.
     */
    static FullHttpResponse grpc(int status, String reason, ConnectionHeader connection) {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        answer.headers()
                .set(HeaderNames.DATE, DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .set(HeaderNames.CONTENT_TYPE, "application/grpc")
                .setInt(HeaderNames.CONTENT_LENGTH, 0)
                .setInt(HeaderNames.GRPC_STATUS, grpcStatus(status))
                .set(HeaderNames.GRPC_MESSAGE, percentEncoded(reason));
        connection.set(answer.headers());
        return answer;
    }

    private static int grpcStatus(int status) {
        return switch (status) {
            case 400 -> 13; // INTERNAL
            case 401 -> 16; // UNAUTHENTICATED
            case 403 -> 7; // PERMISSION_DENIED
            case 404 -> 12; // UNIMPLEMENTED
            case 429, 502, 503, 504 -> 14; // UNAVAILABLE
            default -> 2; // UNKNOWN
        };
    }

    /** As gRPC has it in grpc-message. */
    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            if (each >= ' ' && each <= '~' && each != '%') {
                encoded.append((char) each);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
            }
        }
        return encoded.toString();
    }
}
