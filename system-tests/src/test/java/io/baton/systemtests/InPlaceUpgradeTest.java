package io.baton.systemtests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.testkit.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --in-place-upgrade}: the process stays, its image is replaced, and nobody who is connected or comes meanwhile loses a byte. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class InPlaceUpgradeTest {
    private static final int STREAMS = 50;
    private static final int UPGRADES = 3;
    private static final int EVERY_MS = 20;

    /** As TCP has it: more than ten times what an upgrade takes. */
    private static final int NEWCOMERS_WAIT_MS = 30_000;

    @TempDir
    Path temp;

    @Test
    void connectionsOfAllKindsLiveThroughUpgradesOfTheirProcessAndNewcomersWait() throws Exception {
        Certificates certificates = Certificates.make(temp);
        TlsFronts fronts = new TlsFronts(certificates);
        try (Upstream echo = new Upstream();
                RecordingOrigin origin = new RecordingOrigin(new Answers())) {
            Path config = fronts.tcp("db", "", "echo")
                    .http("web", "", "origin")
                    .http("secure", fronts.tls(""), "origin")
                    .cluster("echo", echo.port())
                    .cluster("origin", origin.port())
                    .write(temp, "handover: { rehearsal: 0s }");
            try (ServedGeneration baton = ServedGeneration.start(
                            "-c", config.toString(), "--use-dynamic-base-id", "--in-place-upgrade")
                    .awaitReady()) {
                try (LastingStreams streams = new LastingStreams(fronts.port("db"), STREAMS);
                        Newcomers newcomers = new Newcomers(fronts.port("db"));
                        RawClient kept = new RawClient(fronts.port("web"));
                        RawClient upload = new RawClient(fronts.port("web"));
                        RawClient secured = secured(certificates, fronts.port("secure"))) {
                    await().atMost(BatonProcess.PATIENCE).until(() -> streams.open() == STREAMS);
                    List<Long> openFiles = new ArrayList<>();
                    for (int image = 1; image <= UPGRADES; image++) {
                        upload.send("POST /hash HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst");
                        assertThat(kept.get("/").read().text()).isEqualTo("hello\n");
                        assertThat(secured.get("/").read().text()).isEqualTo("hello\n");

                        upgrade(baton, image);

                        upload.send(" half");
                        assertThat(upload.read().text()).isEqualTo(Digest.of("first half".getBytes(US_ASCII)));
                        assertThat(kept.get("/").read().text()).isEqualTo("hello\n");
                        assertThat(secured.get("/").read().text()).isEqualTo("hello\n");
                        openFiles.add(OpenFiles.of(baton.pid()).byKind().getOrDefault("socket:", 0L));
                    }
                    newcomers.stop();
                    streams.stop();
                    assertThat(streams.cuts()).as("cut").isEmpty();
                    assertThat(streams.failures()).as("refused, or corrupted").isEmpty();
                    assertThat(newcomers.failures()).as("newcomers").isEmpty();
                    assertThat(newcomers.served()).isGreaterThan(UPGRADES);
                    // Newcomers come and go.
                    assertThat(openFiles.getLast()).isBetween(openFiles.getFirst() - 4, openFiles.getFirst() + 4);
                    assertThat(baton.output()).doesNotContain("WARN", "ERROR");
                    assertThat(baton.output().lines().filter(line -> line.contains(", 0 were cut")))
                            .hasSize(UPGRADES);
                }
                long pid = baton.pid();
                Baton.signal("KILL", pid);
                baton.awaitExit();
                assertThat(Leftovers.processes(temp)).isEmpty();
            }
        }
    }

    @Test
    void whateverFailsTheProcessServesOn() throws Exception {
        int port = Configs.freePort();
        int web = Configs.freePort();
        Path current = Files.createSymbolicLink(temp.resolve("current"), Baton.home());
        try (Upstream upstream = new Upstream();
                RecordingOrigin origin = new RecordingOrigin(new Answers());
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String good = """
                    listeners:
                      - { name: db, address: "127.0.0.1:%d", tcp: { cluster: echo } }
                      - { name: web, address: "127.0.0.1:%d", http: { routes: [ { prefix: /, cluster: origin } ] } }
                    clusters:
                      - { name: echo, endpoints: [ "127.0.0.1:%d" ] }
                      - { name: origin, endpoints: [ "127.0.0.1:%d" ] }
                    handover: { rehearsal: 0s }
                    """.formatted(port, web, upstream.port(), origin.port());
            Path config = Files.writeString(temp.resolve("live.yaml"), good);
            try (ServedGeneration baton = ServedGeneration.by(
                                    current.resolve("bin/baton"),
                                    "-c",
                                    config.toString(),
                                    "--use-dynamic-base-id",
                                    "--in-place-upgrade")
                            .awaitReady();
                    Upstream.Client client = new Upstream.Client(port);
                    RawClient kept = new RawClient(web)) {
                exchange(client, kept);

                Files.writeString(config, "listeners: 7");
                Baton.signal("USR2", baton.pid());
                assertThat(baton.awaitLine("not upgraded in place")).contains("live.yaml:1:1", "clusters");
                exchange(client, kept);

                Files.writeString(config, good);
                point(current, buildThatCannotBeExecuted());
                Baton.signal("USR2", baton.pid());
                assertThat(baton.awaitLine("ENOEXEC")).contains("not upgraded in place", "this image goes on");
                exchange(client, kept);
                newcomers(port, web);

                point(current, Baton.home());
                Files.writeString(
                        config,
                        good.replace(
                                "clusters:",
                                "  - { name: no, address: \"127.0.0.1:%d\", tcp: { cluster: echo } }\nclusters:"
                                        .formatted(taken.getLocalPort())));
                Baton.signal("USR2", baton.pid());
                assertThat(baton.awaitLine("this image cannot serve"))
                        .contains("listener no cannot listen", "EADDRINUSE", "going back to");
                baton.awaitLine("the one before serves again");
                exchange(client, kept);
                newcomers(port, web);

                Files.writeString(config, good);
                upgrade(baton, 2);
                exchange(client, kept);
                newcomers(port, web);
            }
        }
    }

    private static void exchange(Upstream.Client client, RawClient kept) throws IOException {
        client.exchange();
        assertThat(kept.get("/").read().text()).isEqualTo("hello\n");
    }

    private static void newcomers(int port, int web) throws IOException {
        try (Upstream.Client client = new Upstream.Client(port);
                RawClient http = new RawClient(web)) {
            exchange(client, http);
            client.end();
        }
    }

    private static void upgrade(ServedGeneration baton, int image) throws Exception {
        long pid = baton.pid();
        Baton.signal("USR2", pid);
        System.out.println(baton.awaitLine("image %d in place: ".formatted(image)));
        assertThat(baton.isAlive()).isTrue();
        assertThat(Files.readString(Path.of("/proc/%d/environ".formatted(pid))))
                .contains("BATON_IN_PLACE=" + pid + ":");
    }

    /** Checks every config, and is no program any more after that. */
    private Path buildThatCannotBeExecuted() throws IOException {
        Path bin = Files.createDirectories(temp.resolve("broken/bin"));
        Path launcher = Files.writeString(
                bin.resolve("baton"),
                "#!/bin/sh\nprintf '\\0' > \"$0.next\"; chmod +x \"$0.next\"; mv \"$0.next\" \"$0\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        return launcher.resolveSibling("..").normalize();
    }

    private void point(Path link, Path target) throws IOException {
        Path next = Files.createSymbolicLink(temp.resolve("next"), target);
        Files.move(next, link, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static RawClient secured(Certificates certificates, int port) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificates.ca())) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return new RawClient(context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port));
    }

    /** Come all the time, are served, and go. */
    private static final class Newcomers implements AutoCloseable {
        private final int port;
        private final Thread thread;
        private final AtomicInteger served = new AtomicInteger();
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private volatile boolean running = true;

        Newcomers(int port) {
            this.port = port;
            this.thread = Thread.ofPlatform().daemon().name("newcomers").start(this::come);
        }

        private void come() {
            while (running) {
                try (Upstream.Client client = new Upstream.Client(port)) {
                    client.exchange();
                    client.end();
                    served.incrementAndGet();
                    Thread.sleep(EVERY_MS);
                } catch (IOException e) {
                    failures.add(e.toString());
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        int served() {
            return served.get();
        }

        List<String> failures() {
            return List.copyOf(failures);
        }

        void stop() throws InterruptedException {
            running = false;
            thread.join(NEWCOMERS_WAIT_MS);
        }

        @Override
        public void close() {
            running = false;
        }
    }
}
