package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that OpenSSL began with one process, and resumes with those that come after it. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class TlsResumptionTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void aTicketOfOneGenerationResumesItsSessionInTheNextAndTheOneBehindIt(String version) throws Exception {
        Foreign.OPENSSL.orSkip();
        Certificates certificates = Certificates.make(temp);
        TlsFronts fronts = new TlsFronts(certificates);
        Path session = temp.resolve("session.pem");
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        fronts.http("web", fronts.tls(""), "origin")
                                .cluster("origin", origin.port())
                                .write(temp, HttpFront.SHORT_HANDOVER)
                                .toString())) {
            try (Talker first = client(fronts, certificates, version, "-sess_out", session)) {
                first.say("GET /head?n=1 HTTP/1.1\r\nHost: a\r\n\r\n");
                first.awaitLine("GET /head?n=1");
                assertThat(first.text()).contains("New, TLSv1");
                await().atMost(BatonProcess.PATIENCE).until(() -> Files.exists(session) && Files.size(session) > 0);
            }
            for (int epoch = 1; epoch <= 2; epoch++) {
                baton.upgrade();
                assertThat(baton.serving().epoch()).isEqualTo(epoch);
                try (Talker again = client(fronts, certificates, version, "-sess_in", session)) {
                    again.say("GET /head?n=%d HTTP/1.1\r\nHost: a\r\n\r\n".formatted(2 + epoch));
                    again.awaitLine("GET /head?n=%d".formatted(2 + epoch));
                    assertThat(again.text()).contains("Reused, TLSv1");
                }
            }
        }
    }

    private static Talker client(
            TlsFronts fronts, Certificates certificates, String version, String sessions, Path file)
            throws IOException {
        return new Talker(Foreign.OPENSSL.builder(
                "s_client",
                version,
                "-CAfile",
                certificates.ca().toString(),
                sessions,
                file.toString(),
                "-connect",
                "127.0.0.1:" + fronts.port("web")));
    }
}
