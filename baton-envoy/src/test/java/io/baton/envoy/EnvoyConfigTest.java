package io.baton.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import io.baton.http.ForwardedHeaders;
import io.baton.http.Http2Options;
import io.baton.http.HttpLimits;
import io.baton.http.HttpTimeouts;
import io.baton.http.UpstreamPoolLimits;
import io.baton.http.UpstreamProtocol;
import io.baton.posix.SocketAddress;
import io.baton.proxy.AdminConfig;
import io.baton.proxy.BatonConfig;
import io.baton.proxy.ClusterConfig;
import io.baton.proxy.ClusterConfig.Balance;
import io.baton.proxy.ClusterConfig.Circuit;
import io.baton.proxy.ClusterTls;
import io.baton.proxy.ConfigLoader;
import io.baton.proxy.ConfigWriter;
import io.baton.proxy.Endpoint;
import io.baton.proxy.HandoverConfig;
import io.baton.proxy.HealthConfig;
import io.baton.proxy.HealthConfig.Check;
import io.baton.proxy.HttpConfig;
import io.baton.proxy.LimitsConfig;
import io.baton.proxy.ListenerConfig;
import io.baton.proxy.RouteConfig;
import io.baton.proxy.RouteConfig.PathMatch;
import io.baton.proxy.SniRoute;
import io.baton.proxy.TcpConfig;
import io.baton.tls.CertificateFiles;
import io.baton.tls.ClientAuthentication;
import io.baton.tls.TlsServerConfig;
import io.baton.tls.TlsVersion;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class EnvoyConfigTest {
    private static final Duration NEVER = Duration.ofDays(7);

    @Test
    void tcpProxyIsATcpListenerWithItsClusterChecksAndLimits() throws Exception {
        BatonConfig config = EnvoyFiles.parse(EnvoyFiles.text("tcp.yaml"));

        assertThat(config.admin()).contains(new AdminConfig(inet("127.0.0.1", 9901)));
        assertThat(config.listeners())
                .containsExactly(new ListenerConfig(
                        "db", inet("0.0.0.0", 5433), true, new TcpConfig("postgres", Duration.ofSeconds(90))));
        assertThat(config.clusters())
                .containsExactly(new ClusterConfig(
                        "postgres",
                        List.of(
                                new Endpoint("127.0.0.1:5432", inet("127.0.0.1", 5432), 3),
                                new Endpoint("[::1]:5432", inet("::1", 5432)),
                                new Endpoint(
                                        "unix:/run/postgres.sock", new SocketAddress.UnixPath("/run/postgres.sock"))),
                        Balance.LEAST_REQUEST,
                        Duration.ofMillis(250),
                        Optional.of(
                                new HealthConfig(new Check.Tcp(), Duration.ofSeconds(5), Duration.ofSeconds(1), 2, 3)),
                        new Circuit(OptionalInt.of(100), OptionalInt.of(200)),
                        UpstreamPoolLimits.DEFAULTS));
        assertThat(config.handover()).isEqualTo(HandoverConfig.DEFAULT);
        assertThat(config.limits()).isEqualTo(LimitsConfig.DEFAULT);
        assertThat(config.accessLog()).isEmpty();
    }

    @Test
    void virtualHostsAreRoutesInTheOrderInWhichEnvoyLooks() throws Exception {
        ListenerConfig listener =
                EnvoyFiles.parse(EnvoyFiles.text("http.yaml")).listeners().getFirst();

        assertThat(listener.reusePort()).isFalse();
        HttpConfig http = (HttpConfig) listener.protocol();
        assertThat(http.routes())
                .containsExactly(
                        route("api.example.com", new PathMatch.Connect(), "site"),
                        new RouteConfig(
                                Optional.of("api.example.com"),
                                new PathMatch.Prefix("/v1"),
                                Map.of("x-canary", "true"),
                                "canary"),
                        route("api.example.com", new PathMatch.Exact("/v1"), "api"),
                        route("api.example.com", new PathMatch.Prefix("/v1/"), "api"),
                        route("api.example.com", new PathMatch.Prefix("/"), "site"),
                        route("*.api.example.com", new PathMatch.Connect(), "site"),
                        new RouteConfig(
                                Optional.of("*.api.example.com"),
                                new PathMatch.Prefix("/v1"),
                                Map.of("x-canary", "true"),
                                "canary"),
                        route("*.api.example.com", new PathMatch.Exact("/v1"), "api"),
                        route("*.api.example.com", new PathMatch.Prefix("/v1/"), "api"),
                        route("*.api.example.com", new PathMatch.Prefix("/"), "site"),
                        route("", new PathMatch.Connect(), "site"),
                        route("", new PathMatch.Exact("/health"), "api"),
                        route("", new PathMatch.Prefix("/"), "site"));
    }

    @Test
    void timesLimitsAndCodecsOfHttpAreTaken() throws Exception {
        List<ListenerConfig> listeners =
                EnvoyFiles.parse(EnvoyFiles.text("http.yaml")).listeners();

        HttpConfig said = (HttpConfig) listeners.getFirst().protocol();
        HttpTimeouts base = HttpTimeouts.defaults();
        assertThat(said.timeouts())
                .isEqualTo(base.withIdle(Duration.ofSeconds(30))
                        .withRequestHead(Duration.ofSeconds(5))
                        .withRequestBody(Duration.ofSeconds(120))
                        .withStream(Duration.ofSeconds(120))
                        .withResponse(Duration.ofSeconds(7)));
        assertThat(said.limits()).isEqualTo(new HttpLimits(16 << 10, 16 << 10, 50));
        assertThat(said.forwarded()).isEqualTo(ForwardedHeaders.APPEND);
        assertThat(said.http2()).isEqualTo(new Http2Options(true, 50, 128 << 10, 2 << 20));

        assertThat(listeners.get(1).name()).isEqualTo("listener_1");
        assertThat(listeners.get(1).address()).isEqualTo(inet("::", 8080));
        HttpConfig unsaid = (HttpConfig) listeners.get(1).protocol();
        assertThat(unsaid.timeouts())
                .as("Envoy's own")
                .isEqualTo(base.withIdle(Duration.ofHours(1))
                        .withRequestBody(Duration.ofMinutes(5))
                        .withStream(Duration.ofMinutes(5))
                        .withResponse(NEVER));
        assertThat(unsaid.limits()).isEqualTo(new HttpLimits(60 << 10, 60 << 10, 100));
        assertThat(unsaid.forwarded()).isEqualTo(ForwardedHeaders.OFF);
        assertThat(unsaid.http2()).isEqualTo(Http2Options.defaults().withPriorKnowledge(false));
    }

    @Test
    void clustersHaveTheirNamesProtocolsAndChecks() throws Exception {
        BatonConfig config = EnvoyFiles.parse(EnvoyFiles.text("http.yaml"));

        ClusterConfig site = config.cluster("site");
        assertThat(site.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(site.circuit()).isEqualTo(Circuit.OPEN_ENDED);
        assertThat(site.health().orElseThrow().check())
                .as("a check without a host says the cluster's name")
                .isEqualTo(new Check.Http("/healthz?deep=1", Optional.of("site"), 200, 299));
        ClusterConfig api = config.cluster("api");
        assertThat(api.endpoints()).containsExactly(new Endpoint("localhost:9100", inet("127.0.0.1", 9100)));
        assertThat(api.health().orElseThrow().check())
                .isEqualTo(new Check.Http("/healthz", Optional.of("api.example.com:8080"), 200, 200));
        assertThat(config.cluster("canary").balance()).isEqualTo(Balance.RANDOM);
        assertThat(config.cluster("canary").pool().idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.cluster("grpc").protocol()).isEqualTo(UpstreamProtocol.HTTP_2);
        assertThat(config.cluster("grpc").maxConcurrentStreams()).isEqualTo(10);
    }

    @Test
    void aPipeIsAUnixListener() throws Exception {
        BatonConfig config = EnvoyFiles.parse(EnvoyFiles.text("unix.yaml"));

        ListenerConfig listener = config.listeners().getFirst();
        assertThat(listener.name()).isEqualTo("listener_0");
        assertThat(listener.address()).isEqualTo(new SocketAddress.UnixPath("/run/unix-sockets.listener_0"));
        assertThat(listener.reusePort()).isFalse();
        assertThat(config.admin()).contains(new AdminConfig(inet("127.0.0.1", 0)));
        assertThat(((HttpConfig) listener.protocol()).timeouts().response())
                .as("of a route without a timeout")
                .isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void transportSocketsAreTls() throws Exception {
        BatonConfig config = EnvoyFiles.parse(EnvoyFiles.text("tls.yaml"));

        assertThat(config.listeners().get(0).tls())
                .contains(new TlsServerConfig(
                        List.of(files("a"), files("b")),
                        List.of("h2", "http/1.1"),
                        ClientAuthentication.REQUIRED,
                        Optional.of(Path.of("/certs/a.pem")),
                        TlsVersion.TLS_1_3,
                        TlsVersion.TLS_1_3,
                        Duration.ofSeconds(3)));
        assertThat(config.listeners().get(1).tls())
                .as("a CA without require_client_certificate asks for one and takes none")
                .contains(TlsServerConfig.of(files("a"))
                        .withClientCertificates(ClientAuthentication.OPTIONAL, Path.of("/certs/b.pem")));
        assertThat(config.cluster("secured").tls())
                .contains(new ClusterTls(
                        Optional.of("a.example.com"), Optional.of(Path.of("/certs/a.pem")), Optional.empty()));
        assertThat(config.cluster("secured").protocol()).isEqualTo(UpstreamProtocol.HTTP_2);
        assertThat(config.cluster("shown").tls())
                .contains(new ClusterTls(Optional.of("b.example.com"), Optional.empty(), Optional.of(files("b"))));
    }

    @Test
    void serverNamesAreRoutesOfUnopenedTls() throws Exception {
        BatonConfig config = EnvoyFiles.parse(EnvoyFiles.text("sni.yaml"));

        assertThat(config.listeners().get(0).protocol())
                .isEqualTo(new TcpConfig(
                        Optional.of("two"),
                        List.of(
                                new SniRoute("a.example.com", "one"),
                                new SniRoute("b.example.com", "one"),
                                new SniRoute("c.example.com", "two")),
                        Duration.ofSeconds(3),
                        Duration.ZERO));
        assertThat(config.listeners().get(1).protocol())
                .as("without a default chain other names are reset; Envoy waits for 15 s")
                .isEqualTo(new TcpConfig(
                        Optional.empty(),
                        List.of(new SniRoute("a.example.com", "one")),
                        Duration.ofSeconds(15),
                        TcpConfig.DEFAULT_IDLE_TIMEOUT));
    }

    @ParameterizedTest
    @FieldSource("io.baton.envoy.EnvoyFiles#ALL")
    void whatIsConvertedLoadsAsTheSame(String file) throws Exception {
        BatonConfig config = EnvoyFiles.parse(EnvoyFiles.text(file));

        String converted = ConfigWriter.write(config);

        assertThat(ConfigLoader.parse(Path.of("baton.yaml"), converted, EnvoyFiles.NAMES, EnvoyFiles.UNREAD))
                .as(converted)
                .isEqualTo(config);
    }

    private static RouteConfig route(String host, PathMatch path, String cluster) {
        return new RouteConfig(host.isEmpty() ? Optional.empty() : Optional.of(host), path, Map.of(), cluster);
    }

    private static CertificateFiles files(String name) {
        return new CertificateFiles(Path.of("/certs/" + name + ".pem"), Path.of("/certs/" + name + ".key"));
    }

    private static SocketAddress.Inet inet(String host, int port) {
        return new SocketAddress.Inet(InetAddress.ofLiteral(host), port);
    }
}
