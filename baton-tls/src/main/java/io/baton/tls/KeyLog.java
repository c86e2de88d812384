package io.baton.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.internal.tcnative.SSLContext;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a context's handshakes leave their secrets, each under its {@code SSL*}. Thread-safe. */
final class KeyLog implements KeyLogCallback {
    private static final Logger LOG = LoggerFactory.getLogger(KeyLog.class);

    private final Map<Long, HandshakeSecrets> handshakes = new ConcurrentHashMap<>();

    private KeyLog() {}

    /**
     * Has {@code context} tell its secrets from now on.
     *
     * @throws SSLException when tcnative's own context is out of reach, which it is without {@code --add-opens}: to hand the callback to
     *     the {@code SSL_CTX*}, which is public, would crash the process
     */
    static KeyLog of(SslContext context) throws SSLException {
        KeyLog log = new KeyLog();
        long pointer;
        try {
            Field field = ReferenceCountedOpenSslContext.class.getDeclaredField("ctx");
            field.setAccessible(true);
            pointer = field.getLong(context);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new SSLException(
                    "established connections cannot move: expected --add-opens io.netty.handler/io.netty.handler.ssl=io.baton.tls",
                    e);
        }
        if (!SSLContext.setKeyLogCallback(pointer, log)) {
            throw new SSLException("established connections cannot move: the TLS library has no key log");
        }
        return log;
    }

    /** To be called before the first byte goes into the engine; ended by {@link #forget}. */
    HandshakeSecrets expect(long ssl) {
        HandshakeSecrets secrets = new HandshakeSecrets();
        handshakes.put(ssl, secrets);
        return secrets;
    }

    void forget(long ssl) {
        HandshakeSecrets secrets = handshakes.remove(ssl);
        if (secrets != null) {
            secrets.close();
        }
    }

    /** Called by native code, on the thread that is in the engine: nothing may be thrown. */
    @Override
    public void handle(long ssl, byte[] line) {
        try {
            HandshakeSecrets secrets = handshakes.get(ssl);
            if (secrets != null) {
                secrets.take(line);
            }
        } catch (RuntimeException e) {
            LOG.error("a handshake's secret cannot be read: {}", e.getClass().getSimpleName());
        }
    }
}
