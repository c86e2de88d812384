package io.baton.bench;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** Load has nothing to fear: what it connects to was started by the bench. */
final class TrustAll {
    private TrustAll() {}

    static SSLContext context() throws BenchException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new BenchException("no TLS: " + e, e);
        }
    }
}
