package io.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.http.ForwardedHeaders;
import io.baton.http.Http2Options;
import io.baton.http.HttpLimits;
import io.baton.http.HttpTimeouts;
import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.posix.SocketAddress;
import io.baton.proxy.ConfigMistakes.Mistake;
import io.baton.proxy.RouteConfig.PathMatch;
import io.baton.tls.CertificateFiles;
import io.baton.tls.ClientAuthentication;
import io.baton.tls.TlsServerConfig;
import io.baton.tls.TlsVersion;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigLoaderTest {
    private static final HostResolver NO_NAMES = host -> {
        throw new UnknownHostException("the name is not known");
    };

    /** Has every key there is. */
    static final String FULL = """
            admin: { address: "127.0.0.1:9901" }
            listeners:
              - name: web
                address: 0.0.0.0:8080
                tcp: { cluster: origin, idle_timeout: 90s }
              - name: six
                address: "[::]:8081"
                reuse_port: false
                tcp: { cluster: api }
              - name: app
                address: "unix:/run/app.sock"
                tcp: { cluster: api }
              - name: secret
                address: 0.0.0.0:8443
                tls: { certificate: cert.pem, key: key.pem, client_ca: ca.pem, client_certificate: optional, min_version: "1.3", handshake_timeout: 3s }
                tcp: { cluster: secured }
              - name: tls
                address: 0.0.0.0:8444
                tcp:
                  cluster: origin
                  sni:
                    - { server_name: API.example.com, cluster: api }
                    - { server_name: "*.example.com", cluster: checked }
                  hello_timeout: 3s
              - name: http
                address: 0.0.0.0:8082
                tls: { certificates: [ { certificate: a.pem, key: a.key }, { certificate: b.pem, key: b.key } ], alpn: [ h2, http/1.1 ] }
                http:
                  routes:
                    - { host: Api.example.com, prefix: /v1, headers: { X-Canary: "true" }, cluster: api }
                    - { host: "*.example.com", exact: /health, cluster: origin }
                    - { connect: true, cluster: origin }
                    - { prefix: /, cluster: origin }
                  idle_timeout: 30s
                  request_head_timeout: 5s
                  request_body_timeout: 6s
                  response_timeout: 7s
                  stream_idle_timeout: 8s
                  max_header_bytes: 16KiB
                  max_headers: 50
                  max_request_line: 4KiB
                  x_forwarded: replace
                  http2: { prior_knowledge: false, max_concurrent_streams: 50, stream_window: 128KiB, connection_window: 2MiB }
            clusters:
              - { name: origin, endpoints: [ 127.0.0.1:9000, "[::1]:9001" ], balance: round_robin, connect_timeout: 250ms }
              - name: api
                endpoints: [ { address: "unix:/run/api.sock", weight: 3 }, 127.0.0.1:9100 ]
                balance: least_request
                health: { http: "/healthz?deep=1", host: api.example.com, status: 200-299, interval: 1s, timeout: 500ms, healthy: 1, unhealthy: 4 }
                max_connections: 100
                max_requests: 200
                idle_timeout: 30s
                max_idle: 16
              - { name: checked, endpoints: [ 127.0.0.1:9200 ], balance: random, health: { tcp: true }, protocol: http2, max_concurrent_streams: 10 }
              - { name: secured, endpoints: [ 127.0.0.1:9443 ], tls: { server_name: db.example.com, ca: ca.pem, certificate: own.pem, key: own.key } }
            access_log: { path: access.log, format: json }
            handover: { drain: 30s, parent_shutdown: 1m, batch: 16, rate: 2000, rehearsal: 500ms, ready_timeout: 10s }
            limits: { connections: 5000, pipe: 64KiB }
            """;

    @TempDir
    Path directory;

    static Stream<Mistake> mistakes() {
        return Stream.of(
                        ConfigMistakes.FILE,
                        ConfigMistakes.KEYS,
                        ConfigMistakes.LISTENERS,
                        ConfigMistakes.CLUSTERS,
                        ConfigMistakes.REST,
                        SniMistakes.SNI,
                        HttpMistakes.HTTP,
                        HttpMistakes.ROUTES,
                        HttpMistakes.CLUSTERS,
                        TlsMistakes.LISTENERS,
                        TlsMistakes.CLUSTERS)
                .flatMap(List::stream);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void everyMistakeGetsOneLineThatNamesPlaceAndExpectation(Mistake mistake) {
        assertThatThrownBy(() -> parse(mistake.yaml()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(mistake.line());
        assertThat(mistake.line()).doesNotContain("\n");
    }

    @Test
    void everyKeyIsRead() throws ConfigException {
        BatonConfig config = parse(FULL);

        assertThat(config.admin()).contains(new AdminConfig(inet("127.0.0.1", 9901)));
        assertThat(config.listeners())
                .containsExactly(
                        new ListenerConfig(
                                "web", inet("0.0.0.0", 8080), true, new TcpConfig("origin", Duration.ofSeconds(90))),
                        new ListenerConfig("six", inet("::", 8081), false, new TcpConfig("api", Duration.ofHours(1))),
                        new ListenerConfig(
                                "app",
                                new SocketAddress.UnixPath("/run/app.sock"),
                                false,
                                new TcpConfig("api", Duration.ofHours(1))),
                        new ListenerConfig(
                                "secret",
                                inet("0.0.0.0", 8443),
                                true,
                                Optional.of(new TlsServerConfig(
                                        List.of(files("cert.pem", "key.pem")),
                                        List.of(),
                                        ClientAuthentication.OPTIONAL,
                                        Optional.of(Path.of("/etc/baton/ca.pem")),
                                        TlsVersion.TLS_1_3,
                                        TlsVersion.TLS_1_3,
                                        Duration.ofSeconds(3))),
                                new TcpConfig("secured", Duration.ofHours(1))),
                        new ListenerConfig("tls", inet("0.0.0.0", 8444), true, sni()),
                        new ListenerConfig(
                                "http",
                                inet("0.0.0.0", 8082),
                                true,
                                Optional.of(TlsServerConfig.of(files("a.pem", "a.key"))
                                        .withCertificates(List.of(files("a.pem", "a.key"), files("b.pem", "b.key")))
                                        .withApplicationProtocols(List.of("h2", "http/1.1"))),
                                http()));
        assertThat(config.cluster("secured").tls())
                .contains(new ClusterTls(
                        Optional.of("db.example.com"),
                        Optional.of(Path.of("/etc/baton/ca.pem")),
                        Optional.of(files("own.pem", "own.key"))));
        assertThat(config.cluster("origin").connectTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.cluster("origin").endpoints())
                .containsExactly(
                        new Endpoint("127.0.0.1:9000", inet("127.0.0.1", 9000)),
                        new Endpoint("[::1]:9001", inet("::1", 9001)));
        assertThat(config.accessLog())
                .contains(new AccessLogConfig(Path.of("/etc/baton/access.log"), AccessLogConfig.Format.JSON));
        assertThat(config.handover())
                .isEqualTo(new HandoverConfig(
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(1),
                        16,
                        2000,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(10)));
        assertThat(config.limits()).isEqualTo(new LimitsConfig(OptionalInt.of(5000), 64 << 10));
    }

    private static CertificateFiles files(String certificate, String key) {
        return new CertificateFiles(Path.of("/etc/baton", certificate), Path.of("/etc/baton", key));
    }

    private static TcpConfig sni() {
        return new TcpConfig(
                Optional.of("origin"),
                List.of(new SniRoute("api.example.com", "api"), new SniRoute("*.example.com", "checked")),
                Duration.ofSeconds(3),
                Duration.ofHours(1));
    }

    private static HttpConfig http() {
        return new HttpConfig(
                List.of(
                        new RouteConfig(
                                Optional.of("api.example.com"),
                                new PathMatch.Prefix("/v1"),
                                Map.of("x-canary", "true"),
                                "api"),
                        new RouteConfig(
                                Optional.of("*.example.com"), new PathMatch.Exact("/health"), Map.of(), "origin"),
                        new RouteConfig(Optional.empty(), new PathMatch.Connect(), Map.of(), "origin"),
                        new RouteConfig(Optional.empty(), new PathMatch.Prefix("/"), Map.of(), "origin")),
                new HttpTimeouts(
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        HttpTimeouts.defaults().linger()),
                new HttpLimits(4 << 10, 16 << 10, 50),
                ForwardedHeaders.REPLACE,
                new Http2Options(false, 50, 128 << 10, 2 << 20));
    }

    @Test
    void everyKeyOfAClusterIsRead() throws ConfigException {
        BatonConfig config = parse(FULL);

        assertThat(config.cluster("api"))
                .isEqualTo(new ClusterConfig(
                        "api",
                        List.of(
                                new Endpoint("unix:/run/api.sock", new SocketAddress.UnixPath("/run/api.sock"), 3),
                                new Endpoint("127.0.0.1:9100", inet("127.0.0.1", 9100))),
                        ClusterConfig.Balance.LEAST_REQUEST,
                        ClusterConfig.DEFAULT_CONNECT_TIMEOUT,
                        Optional.of(new HealthConfig(
                                new HealthConfig.Check.Http(
                                        "/healthz?deep=1", Optional.of("api.example.com"), 200, 299),
                                Duration.ofSeconds(1),
                                Duration.ofMillis(500),
                                1,
                                4)),
                        new ClusterConfig.Circuit(OptionalInt.of(100), OptionalInt.of(200)),
                        new UpstreamPoolLimits(16, Duration.ofSeconds(30))));
        assertThat(config.cluster("checked").balance()).isEqualTo(ClusterConfig.Balance.RANDOM);
        assertThat(config.cluster("checked").protocol()).isEqualTo(UpstreamProtocol.HTTP_2);
        assertThat(config.cluster("checked").maxConcurrentStreams()).isEqualTo(10);
        assertThat(config.cluster("checked").health())
                .contains(new HealthConfig(
                        new HealthConfig.Check.Tcp(), Duration.ofSeconds(5), Duration.ofSeconds(2), 2, 3));
    }

    @Test
    void whatIsLeftOutHasEnvoysDefaults() throws ConfigException {
        BatonConfig config = parse("""
                listeners: [{ name: web, address: 0.0.0.0:80, tcp: { cluster: origin } }]
                clusters: [{ name: origin, endpoints: ["127.0.0.1:9000"] }]
                """);

        assertThat(config.admin()).isEmpty();
        assertThat(config.accessLog()).isEmpty();
        assertThat(config.listeners().getFirst().reusePort()).isTrue();
        assertThat(((TcpConfig) config.listeners().getFirst().protocol()).idleTimeout())
                .isEqualTo(Duration.ofHours(1));
        assertThat(config.clusters().getFirst().connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.handover().drain()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.handover().parentShutdown()).isEqualTo(Duration.ofMinutes(15));
        assertThat(config.limits().connections()).isEmpty();
    }

    @Test
    void aHostNameIsResolvedWhenTheConfigIsLoaded() throws Exception {
        InetAddress address = InetAddress.ofLiteral("10.1.2.3");

        BatonConfig config = ConfigLoader.parse(
                Path.of("baton.yaml"),
                FULL.replace("127.0.0.1:9000", "app.example.com:9000"),
                host -> {
                    assertThat(host).isEqualTo("app.example.com");
                    return address;
                },
                new UnreadTlsFiles());

        assertThat(config.cluster("origin").endpoints().getFirst())
                .isEqualTo(new Endpoint("app.example.com:9000", new SocketAddress.Inet(address, 9000)));
    }

    @Test
    void localhostIsFoundByTheSystemsResolver() throws Exception {
        assertThat(HostResolver.system().resolve("localhost").isLoopbackAddress())
                .isTrue();
    }

    private static BatonConfig load(Path file) throws ConfigException {
        return ConfigLoader.load(file, HostResolver.system(), new UnreadTlsFiles());
    }

    @Test
    void aFileIsLoadedWithItsByteOrderMark() throws Exception {
        Path file = Files.writeString(directory.resolve("baton.yaml"), "\uFEFF" + FULL);

        assertThat(load(file).accessLog().orElseThrow().path()).isEqualTo(directory.resolve("access.log"));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path file = directory.resolve("baton.yaml");

        assertThatThrownBy(() -> ConfigLoader.load(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s: no such file, expected a YAML file".formatted(file));
    }

    @Test
    void aDirectoryIsNoConfig() {
        assertThatThrownBy(() -> ConfigLoader.load(directory))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s: not a regular file, expected a YAML file".formatted(directory));
    }

    @Test
    void aFileWithoutEndIsNotRead() throws Exception {
        Path file = Files.write(directory.resolve("baton.yaml"), new byte[ConfigLoader.MAX_FILE_BYTES + 1]);

        assertThatThrownBy(() -> ConfigLoader.load(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s: larger than 1048576 bytes, expected a YAML file".formatted(file));
    }

    @Test
    void bytesThatAreNotTextAreShownWithTheirPlace() throws Exception {
        byte[] bytes = "admin:\n  é: x".getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 1] = (byte) 0xff;
        Path file = Files.write(directory.resolve("baton.yaml"), bytes);

        assertThatThrownBy(() -> ConfigLoader.load(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage("%s:2:6: byte 0xff, expected text in UTF-8".formatted(file));
    }

    @Test
    void checkingWarnsOfWhatIsProbablyNotMeant() throws Exception {
        Path file = Files.writeString(
                directory.resolve("baton.yaml"),
                FULL.replace("127.0.0.1:9901", "0.0.0.0:9901")
                        .replace("cluster: origin", "cluster: api")
                        .replace("path: access.log", "path: logs/access.log"));

        assertThat(ConfigCheck.of(load(file)).warnings())
                .containsExactly(
                        "cluster \"origin\" is used by no listener",
                        "admin.address 0.0.0.0:9901 is not loopback: everybody who reaches it can stop the server",
                        "access_log.path %s: there is no directory %s"
                                .formatted(directory.resolve("logs/access.log"), directory.resolve("logs")));
    }

    @Test
    void checkingWarnsOfARouteThatIsNeverReached() throws Exception {
        Path file = Files.writeString(directory.resolve("baton.yaml"), """
                listeners:
                  - name: web
                    address: 127.0.0.1:8080
                    http:
                      routes:
                        - { prefix: /, headers: { x-a: b }, cluster: origin }
                        - { host: "*.example.com", prefix: /v, cluster: origin }
                        - { host: api.example.com, prefix: /v1, headers: { x-a: b }, cluster: origin }
                        - { host: example.com, prefix: /v1, cluster: origin }
                        - { host: a.b.example.com, exact: /v2, cluster: origin }
                clusters: [ { name: origin, endpoints: [ 127.0.0.1:9000 ], max_requests: 5 } ]
                """);

        assertThat(ConfigCheck.check(file).warnings())
                .containsExactly(
                        "listener \"web\": routes[2] is never reached, routes[0] before it matches the same and more",
                        "listener \"web\": routes[4] is never reached, routes[1] before it matches the same and more");
    }

    @Test
    void checkingWarnsOfALimitWithoutEffect() throws Exception {
        Path file = Files.writeString(directory.resolve("baton.yaml"), """
                listeners: [ { name: web, address: 127.0.0.1:8080, tcp: { cluster: origin } } ]
                clusters: [ { name: origin, endpoints: [ 127.0.0.1:9000 ], max_requests: 5 } ]
                """);

        assertThat(ConfigCheck.check(file).warnings())
                .containsExactly("cluster \"origin\": max_requests has no effect, only tcp listeners use it");
    }

    private static BatonConfig parse(String yaml) throws ConfigException {
        // Relative, so that messages show what the user typed; the directory only matters for relative paths inside.
        Yaml root = YamlParser.parse("baton.yaml", yaml);
        return new ConfigReader(Path.of("/etc/baton"), NO_NAMES, new UnreadTlsFiles())
                .read(new Value("baton.yaml", "", root));
    }

    private static SocketAddress.Inet inet(String host, int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral(host), port);
    }
}
