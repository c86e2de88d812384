package io.baton.tls;

import io.netty.handler.ssl.OpenSsl;

/** Who does the handshakes. */
public enum TlsEngine {
    /** BoringSSL; established connections can move. */
    NATIVE,
    /** The JDK; established connections stay where they are and drain. */
    JDK;

    /** {@link #NATIVE} where there is a library for this machine. */
    public static TlsEngine best() {
        return OpenSsl.isAvailable() ? NATIVE : JDK;
    }
}
