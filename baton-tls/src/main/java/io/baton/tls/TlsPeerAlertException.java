package io.baton.tls;

import javax.net.ssl.SSLException;

/** The other side said that it cannot go on. */
final class TlsPeerAlertException extends SSLException {
    private static final long serialVersionUID = 1L;

    TlsPeerAlertException(int alert) {
        super("the other side sent the fatal alert " + alert);
    }
}
