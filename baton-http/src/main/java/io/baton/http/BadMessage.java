package io.baton.http;

/** A message that is no HTTP/1.1, or more than is taken. Made often by whoever attacks: it has no stack trace. */
final class BadMessage extends Exception {
    private static final long serialVersionUID = 1L;

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

    int status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
