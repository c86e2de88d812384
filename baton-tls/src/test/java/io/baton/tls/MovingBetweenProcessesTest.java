package io.baton.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.baton.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection goes from this process to a second and on to a third. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MovingBetweenProcessesTest {
    private final Posix posix = Posix.linux();

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, TLS_AES_256_GCM_SHA384",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    })
    void theClientNoticesNothing(String version, String suite, @TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.shared();
        String second = directory.resolve("second").toString();
        String third = directory.resolve("third").toString();
        // One after the other: on a busy machine two JVMs that start at once take longer than a child may.
        try (ChildJvm b = started(second);
                ChildJvm c = started(third);
                TlsServer tls = TlsServer.create(
                        "web",
                        TlsServerConfig.of(certificates.issue("a", "a.example.com")),
                        TlsEngine.NATIVE,
                        TicketKeys.generate());
                TestServer server = new TestServer(tls, Echo::new);
                JsseClient client = new JsseClient(server.port(), certificates.ca(), version, suite);
                Fd socket = posix.socket(SocketFamily.UNIX, SocketType.DATAGRAM, false)) {
            await().until(() -> !server.established.isEmpty());
            echoed(client, 1000);

            TlsHop.give(posix, server.established.remove(), socket, second);
            b.awaitLine("adopted");
            echoed(client, 40_000);
            if (version.equals("TLSv1.3")) {
                client.updateKeys();
            }
            echoed(client, 10);
            b.tell(third);
            b.awaitLine("gone");
            assertThat(b.awaitExit()).isZero();
            c.awaitLine("adopted");
            echoed(client, 40_000);
        }
    }

    private static ChildJvm started(String path) throws Exception {
        ChildJvm child = ChildJvm.start(TlsHop.class, path);
        try {
            child.awaitLine("ready");
            return child;
        } catch (RuntimeException | Error e) {
            child.close();
            throw e;
        }
    }

    private static void echoed(JsseClient client, int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        client.send(bytes);
        assertThat(client.receive(length)).isEqualTo(bytes);
    }
}
