package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while a Baton runs, as OpenSSL sees them. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class CertificateReloadTest {
    private static final Pattern SERIAL = Pattern.compile("serial=(\\w+)");
    private static final String KEPT = "certificates have changed and stay as they were";

    @TempDir
    Path temp;

    @Test
    void newHandshakesGetTheNewCertificateOldConnectionsGoOnAndABrokenOneIsNotTaken() throws Exception {
        Foreign.OPENSSL.orSkip();
        Certificates certificates = Certificates.make(temp);
        Certificates.Issued first = certificates.issue("first", TlsFronts.NAME);
        Certificates.Issued second = certificates.issue("second", TlsFronts.NAME);
        Certificates.Issued third = certificates.issue("third", TlsFronts.NAME);
        put(first.certificate(), first.key());
        TlsFronts fronts = new TlsFronts(certificates);
        try (RecordingOrigin origin = new RecordingOrigin(new Answers());
                BatonProcess baton = BatonProcess.run(
                        temp.resolve("r"),
                        "-c",
                        fronts.http("web", tls(), "origin")
                                .cluster("origin", origin.port())
                                .write(temp, HttpFront.SHORT_HANDOVER)
                                .toString());
                HandFed old = HandFed.openssl(certificates, fronts.port("web"))) {
            old.ask();
            assertThat(served(fronts)).isEqualTo(serial(first.certificate()));

            put(second.certificate(), second.key());
            awaitServed(fronts, second);
            old.ask();
            old.updateKeys();

            put(third.certificate(), first.key());
            baton.awaitLine(KEPT);
            assertThat(served(fronts)).isEqualTo(serial(second.certificate()));
            old.ask();

            put(third.certificate(), third.key());
            awaitServed(fronts, third);
            old.ask();
            assertThat(old.result(4).good()).isTrue();
            assertThat(baton.output().lines().filter(line -> line.contains(KEPT)))
                    .as(baton.output())
                    .singleElement()
                    .asString()
                    .contains("listener web")
                    .contains("server.key");
        }
    }

    private String tls() {
        Path live = temp.resolve("live");
        return "tls: { certificate: %s, key: %s }, ".formatted(live.resolve("server.pem"), live.resolve("server.key"));
    }

    /** Both at once, as Kubernetes does it: by another directory behind the same symbolic link. */
    private void put(Path certificate, Path key) throws IOException {
        Path directory = Files.createTempDirectory(temp, "version");
        Files.copy(certificate, directory.resolve("server.pem"));
        Files.copy(key, directory.resolve("server.key"));
        Path link = Files.createSymbolicLink(temp.resolve("next"), directory);
        Files.move(link, temp.resolve("live"), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void awaitServed(TlsFronts fronts, Certificates.Issued expected) throws IOException, InterruptedException {
        String serial = serial(expected.certificate());
        long begun = System.nanoTime();
        await().atMost(BatonProcess.PATIENCE).until(() -> served(fronts).equals(serial));
        System.out.printf("served after %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private static String serial(Path certificate) throws IOException, InterruptedException {
        return serialIn(Foreign.OPENSSL
                .succeed("x509", "-noout", "-serial", "-in", certificate.toString())
                .out());
    }

    /** Of what a new handshake gets. */
    private String served(TlsFronts fronts) throws IOException, InterruptedException {
        Path chain = Files.writeString(
                temp.resolve("served.pem"),
                Foreign.OPENSSL
                        .succeed("s_client", "-connect", "127.0.0.1:" + fronts.port("web"))
                        .out());
        return serial(chain);
    }

    private static String serialIn(String said) {
        Matcher matcher = SERIAL.matcher(said);
        assertThat(matcher.find()).as(said).isTrue();
        return matcher.group(1);
    }
}
