package io.baton.tls;

import javax.net.ssl.SSLProtocolException;

/** The other side broke the protocol, or says that we did: the connection cannot go on. */
final class TlsAlertException extends SSLProtocolException {
    private static final long serialVersionUID = 1L;

    private final Alert alert;

    /** @param alert what it is told */
    TlsAlertException(Alert alert, String message) {
        super(message);
        this.alert = alert;
    }

    Alert alert() {
        return alert;
    }
}
