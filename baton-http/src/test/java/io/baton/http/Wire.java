package io.baton.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.baton.testkit.Certificates;
import io.baton.tls.CertificateFiles;
import io.baton.tls.TicketKeys;
import io.baton.tls.TlsEngine;
import io.baton.tls.TlsServer;
import io.baton.tls.TlsServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What clients and proxies of these tests speak below HTTP: nothing, or TLS. A test class that is run a second time over TLS is the
 * same class with another wire; classes run one after the other.
 */
final class Wire {
    private static volatile Wire current = new Wire(null, TlsEngine.NATIVE);
    private static volatile boolean bytes;

    private final @Nullable String version;
    private final TlsEngine engine;

    private Wire(@Nullable String version, TlsEngine engine) {
        this.version = version;
        this.engine = engine;
    }

    static void plain() {
        current = new Wire(null, TlsEngine.NATIVE);
    }

    /** @param version as JSSE calls it */
    static void tls(String version) {
        use(new Wire(version, TlsEngine.NATIVE));
    }

    /** As on a machine without native code for it. */
    static void withoutNativeCode() {
        use(new Wire("TLSv1.3", TlsEngine.JDK));
    }

    /** Whether the proxies' listeners speak no HTTP. */
    static void carryBytes(boolean value) {
        bytes = value;
    }

    static boolean carriesBytes() {
        return bytes;
    }

    private static void use(Wire wire) {
        assumeTrue(Certificates.arePossible(), "openssl makes the certificates");
        current = wire;
    }

    static Optional<TlsServer> server() {
        if (current.version == null) {
            return Optional.empty();
        }
        try {
            Certificates.Issued issued = Certificates.shared().issue("web", "localhost", "example", "127.0.0.1");
            return Optional.of(TlsServer.create(
                    "web",
                    TlsServerConfig.of(new CertificateFiles(issued.certificate(), issued.key()))
                            .withApplicationProtocols(TlsProtocols.OF_LISTENERS),
                    current.engine,
                    TicketKeys.generate()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static Socket connect(int port) throws IOException {
        Socket plain = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        String version = current.version;
        if (version == null) {
            return plain;
        }
        try {
            SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(plain, "localhost", port, true);
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static SSLContext context() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream ca = Files.newInputStream(Certificates.shared().ca())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
