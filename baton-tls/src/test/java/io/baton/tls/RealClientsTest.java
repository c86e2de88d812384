package io.baton.tls;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenSSL, curl and Python say to it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RealClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Certificates certificates = Certificates.shared();
    private final CertificateFiles first = certificates.issue("a", "a.example.com");
    private final TicketKeys tickets = TicketKeys.generate();

    RealClientsTest() throws Exception {}

    /** Answers whatever comes with the same response, as a server of HTTP does for those who only look. */
    private static final class Hello extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            String body = "x".repeat(100_000);
            String response = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body);
            var _ = ctx.writeAndFlush(Unpooled.copiedBuffer(response, StandardCharsets.US_ASCII));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }

    private TlsServer tls(TlsServerConfig config) throws TlsConfigException {
        return tls(config, TlsEngine.NATIVE);
    }

    private TlsServer tls(TlsServerConfig config, TlsEngine engine) throws TlsConfigException {
        return TlsServer.create("web", config, engine, tickets);
    }

    private static TestServer serve(TlsServer tls, Supplier<ChannelHandler> application) {
        return new TestServer(tls, application);
    }

    private static String run(String input, String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it did not want to hear it
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("does not end: " + Arrays.toString(command));
        }
        return said;
    }

    private String curl(TestServer server, String host, String... more) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is the client");
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{size_download}",
                "--max-time",
                "30",
                "--cacert",
                certificates.ca().toString(),
                "--connect-to",
                "%s:443:127.0.0.1:%d".formatted(host, server.port())));
        command.addAll(List.of(more));
        command.add("https://" + host + "/");
        return run("", command.toArray(String[]::new));
    }

    private String sClient(TestServer server, String input, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-CAfile",
                certificates.ca().toString()));
        command.addAll(List.of(more));
        return run(input, command.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void curlGetsAResponseInBothVersions(TlsEngine engine) throws Exception {
        TlsServerConfig config = TlsServerConfig.of(first).withApplicationProtocols(List.of("http/1.1"));
        try (TlsServer tls = tls(config, engine);
                TestServer server = serve(tls, Hello::new)) {
            assertThat(curl(server, "a.example.com", "--tlsv1.3")).isEqualTo("200 100000");
            assertThat(curl(server, "a.example.com", "--tls-max", "1.2")).isEqualTo("200 100000");

            assertThat(server.sessions)
                    .extracting(TlsSession::version)
                    .containsExactly(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2);
            assertThat(server.sessions).allSatisfy(session -> {
                assertThat(session.applicationProtocol()).hasValue("http/1.1");
                assertThat(session.serverName()).hasValue("a.example.com");
            });
        }
    }

    @Test
    void aClientGetsTheCertificateOfTheNameItAsksFor() throws Exception {
        TlsServerConfig config = TlsServerConfig.of(first)
                .withCertificates(List.of(first, certificates.issue("wild", "*.example.org", "b.example.com")));
        try (TlsServer tls = tls(config);
                TestServer server = serve(tls, Hello::new)) {
            assertThat(curl(server, "a.example.com")).startsWith("200");
            assertThat(curl(server, "b.example.com")).startsWith("200");
            assertThat(curl(server, "any.example.org")).startsWith("200");
            assertThat(curl(server, "two.labels.example.org")).contains("no alternative certificate subject name");
        }
    }

    @Test
    void clientsWithoutTheRightCertificateStayOutside() throws Exception {
        CertificateFiles own = certificates.issue("client", "client.example.com");
        TlsServerConfig config =
                TlsServerConfig.of(first).withClientCertificates(ClientAuthentication.REQUIRED, certificates.ca());
        try (TlsServer tls = tls(config);
                TestServer server = serve(tls, Hello::new)) {
            String[] shown = {
                "--cert", own.certificate().toString(), "--key", own.key().toString()
            };
            assertThat(curl(server, "a.example.com", shown)).isEqualTo("200 100000");
            assertThat(server.sessions.remove().x509Certificates().getFirst().getSubjectX500Principal())
                    .hasToString("CN=client");
            assertThat(curl(server, "a.example.com", "--tls-max", "1.2", shown[0], shown[1], shown[2], shown[3]))
                    .isEqualTo("200 100000");
            assertThat(curl(server, "a.example.com")).contains("certificate required", "000 0");
            assertThat(server.failures).isNotEmpty();
        }
    }

    @Test
    void newCertificatesAreUsedWithoutARestartAndOldConnectionsGoOn(@TempDir Path directory) throws Exception {
        CertificateFiles second = certificates.issue("b", "b.example.com");
        Path chain = directory.resolve("live.pem");
        Path key = directory.resolve("live.key");
        Files.copy(first.certificate(), chain);
        Files.copy(first.key(), key);
        try (TlsServer tls = tls(TlsServerConfig.of(new CertificateFiles(chain, key)));
                TestServer server = serve(tls, Echo::new);
                JsseClient old =
                        new JsseClient(server.port(), certificates.ca(), "TLSv1.3", "TLS_AES_128_GCM_SHA256")) {
            Files.copy(second.certificate(), chain, REPLACE_EXISTING);
            assertThat(catchThrowable(tls::reload))
                    .as("the new certificate with the old key")
                    .isInstanceOf(TlsConfigException.class)
                    .hasMessageContaining(chain.toString());
            assertThat(sClient(server, "", "-servername", "x")).contains("CN = a");

            Files.copy(second.key(), key, REPLACE_EXISTING);
            tls.reload();

            assertThat(sClient(server, "", "-servername", "x")).contains("CN = b");
            old.send(new byte[] {7});
            assertThat(old.receive(1)).containsExactly(7);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void aSessionOfOneGenerationIsResumedByTheNext(String version, @TempDir Path directory) throws Exception {
        String session = directory.resolve("session").toString();
        try (TlsServer tls = tls(TlsServerConfig.of(first));
                TestServer parent = serve(tls, Echo::new)) {
            sClientThatHears(parent, "hello\n", version, "-sess_out", session);
        }
        TicketKeys adopted = TicketKeys.adopt(tickets.rotated().export());
        try (TlsServer tls = TlsServer.create("web", TlsServerConfig.of(first), TlsEngine.NATIVE, adopted);
                TestServer child = serve(tls, Echo::new)) {
            assertThat(sClientThatHears(child, "again\n", version, "-sess_in", session))
                    .contains("Reused, TLSv1");
            assertThat(child.sessions.remove().resumed()).isTrue();
        }
        try (TlsServer tls = TlsServer.create("other", TlsServerConfig.of(first), TlsEngine.NATIVE, adopted);
                TestServer other = serve(tls, Echo::new)) {
            assertThat(sClientThatHears(other, "again\n", version, "-sess_in", session))
                    .as("tickets of another listener")
                    .contains("New, TLSv1");
        }
    }

    /** Tickets come behind the handshake: waits until what it said has come back. */
    private String sClientThatHears(TestServer server, String line, String... more) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + server.port(), "-CAfile"));
        command.add(certificates.ca().toString());
        command.addAll(List.of(more));
        return converse(command, line);
    }

    @SuppressWarnings("JdkObsolete") // the StringBuffer is filled by one thread and read by another
    private static String converse(List<String> command, String... lines) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuffer said = new StringBuffer();
        Thread reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int c = process.getInputStream().read();
                        c >= 0;
                        c = process.getInputStream().read()) {
                    said.append((char) c);
                }
            } catch (IOException e) {
                // it has ended
            }
        });
        try (OutputStream in = process.getOutputStream()) {
            for (String line : lines) {
                int before = said.length();
                in.write(line.getBytes(StandardCharsets.UTF_8));
                in.flush();
                await().atMost(PATIENCE)
                        .until(() -> said.indexOf(line.equals("K\n") ? "KEYUPDATE" : line, before) >= 0);
            }
        } finally {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        reader.join(PATIENCE.toMillis());
        return said.toString();
    }

    @Test
    void opensslUpdatesItsKeysAndAsksForOurs() throws Exception {
        try (TlsServer tls = tls(TlsServerConfig.of(first));
                TestServer server = serve(tls, Echo::new)) {
            List<String> command = List.of("openssl", "s_client", "-tls1_3", "-connect", "127.0.0.1:" + server.port());

            String said = converse(command, "before\n", "K\n", "between\n", "K\n", "K\n", "after\n");

            assertThat(said).contains("KEYUPDATE").doesNotContain("SSL routines");
        }
    }

    @Test
    void pythonTalksAndGetsACleanEnd() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "python is the client");
        String script = """
                import socket, ssl, sys
                c = ssl.create_default_context(cafile=sys.argv[2])
                for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                    c.maximum_version = version
                    s = c.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[1]))), server_hostname='a.example.com')
                    data = bytes(range(256)) * 4000
                    s.settimeout(30)
                    import threading
                    t = threading.Thread(target=s.sendall, args=(data,)); t.start()
                    got = b''
                    while len(got) < len(data): got += s.recv(65536)
                    t.join()
                    assert got == data
                    s.unwrap()
                    print('clean', s.version() or version)
                """;
        try (TlsServer tls = tls(TlsServerConfig.of(first));
                TestServer server = serve(tls, Echo::new)) {
            String said = run(
                    "",
                    "/usr/bin/python3",
                    "-c",
                    script,
                    String.valueOf(server.port()),
                    certificates.ca().toString());
            assertThat(said).contains("clean").doesNotContain("Traceback");
        }
    }

    @Test
    void whatIsNoTlsIsTurnedAway() throws Exception {
        try (TlsServer tls = tls(TlsServerConfig.of(first).withHandshakeTimeout(Duration.ofSeconds(2)));
                TestServer server = serve(tls, Hello::new)) {
            assertThat(run("", "curl", "-sS", "--max-time", "20", "http://127.0.0.1:" + server.port() + "/"))
                    .contains("curl: (");
            try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                silent.setSoTimeout(30_000);
                assertThat(silent.getInputStream().read()).isEqualTo(-1);
            }
            await().until(() -> server.failures.size() == 2);
        }
    }
}
