package io.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
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
    static ByteBuf of(
            ByteBufAllocator allocator, int status, String reason, boolean head, ResponseWriter.Connection connection) {
        String body = reason + "\n";
        StringBuilder text = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(words(status))
                .append("\r\nDate: ")
                .append(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .append("\r\nContent-Type: text/plain\r\nContent-Length: ")
                .append(body.length())
                .append("\r\n");
        switch (connection) {
            case KEPT -> {}
            case KEEP_ALIVE -> text.append("Connection: keep-alive\r\n");
            case CLOSE -> text.append("Connection: close\r\n");
        }
        text.append("\r\n");
        if (!head) {
            text.append(body);
        }
        byte[] bytes = Octets.ascii(text.toString());
        return allocator.directBuffer(bytes.length).writeBytes(bytes);
    }

    private static String words(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 414 -> "URI Too Long";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error";
        };
    }
}
