package io.baton.spi;

/** A connection that is not taken over; the message is told to the process that offered it, and logged there. */
public class RestoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public RestoreException(String message) {
        super(message);
    }

    public RestoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
