package io.baton.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.ContentLengthNotAllowedException;
import io.netty.handler.codec.http.InvalidChunkExtensionException;
import io.netty.handler.codec.http.InvalidChunkTerminationException;
import io.netty.handler.codec.http.InvalidLineSeparatorException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.TransferEncodingNotAllowedException;

/**
 * A message that is no HTTP/1.1, or more than is taken. Made often by whoever attacks: it has no stack trace. Unchecked, because it goes
 * through methods of Netty's that declare nothing.
 */
final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_REASON = 120;

    private final int status;

    /**
     * @param status to answer it with, had it been a request
     * @param reason one line: what was wrong
     */
    BadMessage(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    static BadMessage malformed(String reason) {
        return new BadMessage(400, reason);
    }

    /**
     * Why Netty did not decode a message, in our words where we have some.
     *
     * @param failure one with a cause
     */
    static BadMessage of(DecoderResult failure) {
        return switch (failure.cause()) {
            case BadMessage ours -> ours;
            case TooLongHttpLineException _ -> new BadMessage(414, "a line is longer than is taken");
            case TooLongHttpHeaderException _ -> new BadMessage(431, "the header lines are longer than is taken");
            case InvalidLineSeparatorException _ -> malformed("a line ends with LF, expected CRLF");
            case TransferEncodingNotAllowedException _ -> malformed("an HTTP/1.0 message has Transfer-Encoding");
            case ContentLengthNotAllowedException _ -> malformed("there are both Transfer-Encoding and Content-Length");
            case InvalidChunkTerminationException _ -> malformed("a chunk does not end where its size says");
            case InvalidChunkExtensionException _ -> malformed("a chunk extension is malformed");
            case Throwable other -> malformed(printable(String.valueOf(other.getMessage())));
        };
    }

    /** Netty quotes what came. */
    private static String printable(String text) {
        StringBuilder kept = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_REASON); i++) {
            char each = text.charAt(i);
            kept.append(each >= ' ' && each <= '~' ? each : '?');
        }
        return kept.toString();
    }

    int status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
