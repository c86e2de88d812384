package io.baton.proxy;

/** The proxy cannot start. The message is what the user reads. */
public final class ProxyException extends Exception {
    private static final long serialVersionUID = 1;

    ProxyException(String message, Throwable cause) {
        super(message, cause);
    }
}
