package io.baton.tls;

/** The alerts that we send; RFC 8446 section 6. */
enum Alert {
    CLOSE_NOTIFY(0),
    UNEXPECTED_MESSAGE(10),
    BAD_RECORD_MAC(20),
    RECORD_OVERFLOW(22),
    DECODE_ERROR(50),
    INTERNAL_ERROR(80),
    NO_RENEGOTIATION(100);

    static final int WARNING = 1;
    static final int FATAL = 2;

    /** Ends the handshake of whoever sends it; in TLS 1.2 a warning. */
    static final int USER_CANCELED = 90;

    private final int code;

    Alert(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    int level() {
        return this == CLOSE_NOTIFY ? WARNING : FATAL;
    }
}
