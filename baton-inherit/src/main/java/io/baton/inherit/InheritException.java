package io.baton.inherit;

/** What was to be inherited cannot be: says what was found where, and what was expected, in words for the user. */
public final class InheritException extends Exception {
    private static final long serialVersionUID = 1L;

    public InheritException(String message) {
        super(message);
    }

    public InheritException(String message, Throwable cause) {
        super(message, cause);
    }
}
