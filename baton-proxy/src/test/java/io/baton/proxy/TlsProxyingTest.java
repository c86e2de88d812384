package io.baton.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.baton.BaseId;
import io.baton.testkit.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners and clusters with TLS, in one generation and in two. */
class TlsProxyingTest {
    private final BaseId baseId = Generation.freshBaseId();
    private final int web = TestConfigs.freePort();
    private final int bytes = TestConfigs.freePort();
    private final int plain = TestConfigs.freePort();
    private Certificates certificates;
    private SSLContext trusting;
    private HttpOrigin origin;

    @TempDir
    Path directory;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Certificates.arePossible(), "openssl makes the certificates");
        certificates = Certificates.make(directory);
        certificates.issue("web", "localhost");
        trusting = trusting();
        origin = new HttpOrigin("secret");
    }

    @AfterEach
    void stop() {
        if (origin != null) {
            origin.close();
        }
    }

    private SSLContext trusting() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream ca = Files.newInputStream(certificates.ca())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Three ways to one origin: HTTPS; TLS whose bytes are passed on; and plain bytes that are passed on by TLS, to the first. */
    private BatonConfig config() throws ConfigException, IOException {
        return ConfigLoader.load(Files.writeString(
                directory.resolve("baton.yaml"), """
                listeners:
                  - name: web
                    address: 127.0.0.1:%d
                    tls: { certificate: web.pem, key: web.key }
                    http: { routes: [ { prefix: /, cluster: origin } ], x_forwarded: append }
                  - name: bytes
                    address: 127.0.0.1:%d
                    tls: { certificate: web.pem, key: web.key }
                    tcp: { cluster: origin }
                  - name: plain
                    address: 127.0.0.1:%d
                    tcp: { cluster: web }
                clusters:
                  - { name: origin, endpoints: [ 127.0.0.1:%d ] }
                  - { name: web, endpoints: [ 127.0.0.1:%d ], tls: { ca: ca.pem, server_name: localhost } }
                handover: { rehearsal: 0s }
                """.formatted(web, bytes, plain, origin.port(), web)));
    }

    private Generation join(int epoch) throws Exception {
        return Generation.join(directory, baseId, epoch, config(), 1);
    }

    private SSLSocket connect(int port, String version) throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        SSLSocket tls = (SSLSocket) trusting.getSocketFactory().createSocket(socket, "localhost", port, true);
        tls.setEnabledProtocols(new String[] {version});
        tls.setSoTimeout(20_000);
        tls.startHandshake();
        return tls;
    }

    /** The body, of which it is known how long it is. */
    private static String get(Socket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        StringBuilder read = new StringBuilder();
        while (!read.toString().endsWith("secret")) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new IOException("the connection ended: " + read);
            }
            read.append((char) octet);
        }
        assertThat(read).startsWith("HTTP/1.1 200 ");
        return "secret";
    }

    @Test
    void connectionsOfEveryKindGoOnInTheNextGeneration() throws Exception {
        try (Generation first = join(0).serving();
                SSLSocket https = connect(web, "TLSv1.3");
                SSLSocket older = connect(web, "TLSv1.2");
                SSLSocket tunnelled = connect(bytes, "TLSv1.3");
                Socket outside = new Socket(InetAddress.ofLiteral("127.0.0.1"), plain)) {
            for (Socket each : new Socket[] {https, older, tunnelled, outside}) {
                assertThat(get(each)).isEqualTo("secret");
            }
            assertThat(first.proxy.tcpConnections())
                    .as("all pass through Netty")
                    .isZero();

            try (Generation second = join(1).serving()) {
                first.retire();
                for (Socket each : new Socket[] {https, older, tunnelled, outside}) {
                    assertThat(get(each)).isEqualTo("secret");
                }
                assertThat(second.hotRestart.migration().adopted()).isEqualTo(5);
                assertThat(second.counter("listener.127.0.0.1_%d.ssl.handshake".formatted(web)))
                        .as("counted by the first, and merged")
                        .isEqualTo(3);
            }
        }
    }

    @Test
    void aSessionOfOneGenerationIsResumedByTheNext() throws Exception {
        byte[] session;
        try (Generation first = join(0).serving()) {
            try (SSLSocket client = connect(web, "TLSv1.2")) {
                get(client);
                session = client.getSession().getId();
            }
            try (Generation second = join(1).serving()) {
                first.retire();
                try (SSLSocket client = connect(web, "TLSv1.2")) {
                    get(client);
                    assertThat(client.getSession().getId()).isEqualTo(session).isNotEmpty();
                }
                assertThat(second.proxy.httpConnections()).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void certificatesThatChangeAreReadAgainAndConnectionsGoOn() throws Exception {
        try (Generation generation = join(0).serving();
                SSLSocket before = connect(web, "TLSv1.3")) {
            get(before);
            BigInteger old = serial(before);

            certificates.reissue("web", "localhost");

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                trusting = trusting(); // without sessions that could be resumed
                try (SSLSocket fresh = connect(web, "TLSv1.3")) {
                    assertThat(serial(fresh)).isNotEqualTo(old);
                }
            });
            assertThat(get(before)).isEqualTo("secret");
            String prefix = "listener.127.0.0.1_%d.ssl.certificate_reload".formatted(web);
            assertThat(generation.stats.counter(prefix).value()).isPositive();

            long failed = generation.stats.counter(prefix + "_failed").value();
            Files.writeString(directory.resolve("web.pem"), "no certificate");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> generation.stats.counter(prefix + "_failed").value() > failed);
            try (SSLSocket fresh = connect(web, "TLSv1.3")) {
                assertThat(get(fresh)).isEqualTo("secret");
            }
        }
    }

    private static BigInteger serial(SSLSocket socket) throws SSLException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }

    @Test
    void whoDoesNotSpeakTlsIsCountedAndClosed() throws Exception {
        try (Generation generation = join(0).serving();
                Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), web)) {
            client.setSoTimeout(20_000);
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));

            while (client.getInputStream().read() >= 0) {
                // an alert may come before the end
            }
            await().until(() -> generation
                            .stats
                            .counter("listener.127.0.0.1_%d.ssl.connection_error".formatted(web))
                            .value()
                    == 1);
            await().until(() -> generation.proxy.httpConnections() == 0);
        }
    }

    @Test
    void aConfigWhoseCertificateIsNoneIsRefusedInOneLine() throws Exception {
        Files.writeString(directory.resolve("web.key"), "no key");

        assertThatThrownBy(this::config)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("baton.yaml:4:10: listeners[0].tls: key %s: expected PKCS#8 in PEM"
                        .formatted(directory.resolve("web.key")));
    }
}
