package io.baton.http;

/**
 * What a message's head may be at most; of requests 414 and 431 then, of responses 502.
 *
 * @param requestLineBytes of the first line
 * @param headBytes of the whole head, first line included; of the trailers too
 * @param fields how many header lines
 */
public record HttpLimits(int requestLineBytes, int headBytes, int fields) {
    static final int MAX_FIELDS = 1000;
    private static final int MAX_BYTES = 1 << 20;

    public HttpLimits {
        check("requestLineBytes", requestLineBytes, 32, MAX_BYTES);
        check("headBytes", headBytes, 256, MAX_BYTES);
        check("fields", fields, 4, MAX_FIELDS);
    }

    /** 8 KiB for the first line, 32 KiB for the head, 100 header lines. */
    public static HttpLimits defaults() {
        return new HttpLimits(8 << 10, 32 << 10, 100);
    }

    /** The most that can be said. */
    static HttpLimits most() {
        return new HttpLimits(MAX_BYTES, MAX_BYTES, MAX_FIELDS);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s is %d, expected %d to %d".formatted(what, value, least, most));
        }
    }
}
