package io.baton.admin;

/** The admin cannot listen. The message is what the user reads. */
public final class AdminException extends Exception {
    private static final long serialVersionUID = 1;

    AdminException(String message, Throwable cause) {
        super(message, cause);
    }
}
