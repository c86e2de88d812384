package io.baton.proxy;

/**
 * A config file that Baton refuses. The message is one line that a user can act on:
 * {@code file:line:column: path: what is there, what was expected}.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message that one line */
    public ConfigException(String message) {
        super(message);
    }
}
