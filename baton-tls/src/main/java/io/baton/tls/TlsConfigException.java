package io.baton.tls;

/** A certificate, key or CA file that TLS cannot be set up with; the message names the file and what is wrong with it. */
public final class TlsConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    TlsConfigException(String message) {
        super(message);
    }

    TlsConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
