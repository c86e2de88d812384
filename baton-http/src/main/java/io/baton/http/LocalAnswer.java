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
}
