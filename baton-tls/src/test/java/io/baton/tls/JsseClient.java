package io.baton.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The JDK's own TLS: another implementation than either of ours. */
final class JsseClient implements AutoCloseable {
    private final SSLSocket socket;

    JsseClient(int port, Path ca, String version, String suite) throws IOException, GeneralSecurityException {
        Socket plain = new Socket();
        plain.setReceiveBufferSize(64 << 10); // so that a server that is not read from notices
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        plain.setSoTimeout(30_000);
        socket = (SSLSocket) context(ca).getSocketFactory().createSocket(plain, "a.example.com", port, true);
        socket.setEnabledProtocols(new String[] {version});
        socket.setEnabledCipherSuites(new String[] {suite});
        socket.startHandshake();
    }

    private static SSLContext context(Path ca) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(ca)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    byte[] receive(int count) throws IOException {
        return socket.getInputStream().readNBytes(count);
    }

    /** On an established TLS 1.3 connection that is a KeyUpdate, which asks for one in return. */
    void updateKeys() throws IOException {
        socket.startHandshake();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
