package io.baton.proxy;

import io.baton.http.TlsProtocols;
import io.baton.http.UpstreamProtocol;
import io.baton.tls.CertificateFiles;
import io.baton.tls.ClientAuthentication;
import io.baton.tls.TlsConfigException;
import io.baton.tls.TlsServerConfig;
import io.baton.tls.TlsVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code tls}, of listeners and of clusters, and the files that it names: what they are is known before anything runs with them. */
final class TlsReader {
    static final String FORM = "{ certificate: FILE, key: FILE }";

    private static final String FILE = "the path of a file";
    private static final int MAX_CERTIFICATES = 64;
    private static final Duration MIN_HANDSHAKE_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MAX_HANDSHAKE_TIMEOUT = Duration.ofMinutes(2);

    private static final Map<String, TlsVersion> VERSIONS =
            Map.of("1.2", TlsVersion.TLS_1_2, "1.3", TlsVersion.TLS_1_3);
    private static final Map<String, ClientAuthentication> CLIENT_CERTIFICATES =
            Map.of("required", ClientAuthentication.REQUIRED, "optional", ClientAuthentication.OPTIONAL);

    private final Path directory;
    private final TlsFiles files;

    /** @param directory where relative paths start */
    TlsReader(Path directory, TlsFiles files) {
        this.directory = directory;
        this.files = files;
    }

    /** @param http whether the listener speaks HTTP, and so has a protocol to agree on */
    TlsServerConfig listener(Value value, boolean http) throws ConfigException {
        Section tls = value.section(Keys.LISTENER_TLS);
        Optional<Path> ca = file(tls, "client_ca");
        Optional<ClientAuthentication> asked =
                tls.choice("client_certificate", CLIENT_CERTIFICATES, "required or optional");
        if (asked.isPresent() && ca.isEmpty()) {
            throw tls.get("client_certificate", "required or optional")
                    .problem(
                            "no key \"client_ca\" beside it, expected client_ca: FILE (who issues those certificates)");
        }
        TlsServerConfig config = new TlsServerConfig(
                certificates(tls),
                alpn(tls, http),
                ca.isEmpty() ? ClientAuthentication.NONE : asked.orElse(ClientAuthentication.REQUIRED),
                ca,
                tls.choice("min_version", VERSIONS, "1.2 or 1.3").orElse(TlsVersion.TLS_1_2),
                TlsVersion.TLS_1_3,
                tls.duration(
                        "handshake_timeout",
                        MIN_HANDSHAKE_TIMEOUT,
                        MAX_HANDSHAKE_TIMEOUT,
                        TlsServerConfig.DEFAULT_HANDSHAKE_TIMEOUT));
        try {
            files.check(config);
        } catch (TlsConfigException e) {
            throw value.problem(Words.plain(String.valueOf(e.getMessage())));
        }
        return config;
    }

    private List<CertificateFiles> certificates(Section tls) throws ConfigException {
        Optional<Value> list = tls.find("certificates");
        boolean one = tls.find("certificate").isPresent() || tls.find("key").isPresent();
        if (list.isEmpty()) {
            return List.of(certificate(tls));
        }
        if (one) {
            throw list.get().problem("certificate and certificates in one tls, expected one of them");
        }
        List<CertificateFiles> all = new ArrayList<>();
        for (Value item : list.get().items("certificates", MAX_CERTIFICATES)) {
            all.add(certificate(item.section(Keys.CERTIFICATE)));
        }
        return all;
    }

    private CertificateFiles certificate(Section section) throws ConfigException {
        return new CertificateFiles(file(section.get("certificate", FILE)), file(section.get("key", FILE)));
    }

    private Optional<Path> file(Section section, String key) throws ConfigException {
        Optional<Value> value = section.find(key);
        return value.isPresent() ? Optional.of(file(value.get())) : Optional.empty();
    }

    private Path file(Value value) throws ConfigException {
        String path = value.text(FILE);
        if (path.indexOf('\0') >= 0 || path.endsWith("/")) {
            throw value.wrong(FILE);
        }
        return directory.resolve(path);
    }

    /** Without the key only HTTP/1.1, whose connections move. */
    private static List<String> alpn(Section tls, boolean http) throws ConfigException {
        Optional<Value> value = tls.find("alpn");
        if (value.isEmpty()) {
            return http ? List.of(TlsProtocols.HTTP_1_1) : List.of();
        }
        if (!http) {
            throw value.get().problem("of a tcp listener, expected no such key: it passes on bytes");
        }
        Set<String> protocols = new LinkedHashSet<>();
        for (Value item : value.get().items("protocols", TlsProtocols.OF_LISTENERS.size())) {
            String protocol = item.text("h2 or http/1.1");
            if (!TlsProtocols.OF_LISTENERS.contains(protocol) || !protocols.add(protocol)) {
                throw item.wrong("h2 or http/1.1, each once");
            }
        }
        return List.copyOf(protocols);
    }

    ClusterTls cluster(Value value, List<Endpoint> endpoints, UpstreamProtocol protocol) throws ConfigException {
        Section tls = value.section(Keys.CLUSTER_TLS);
        Optional<Value> name = tls.find("server_name");
        Optional<String> serverName = Optional.empty();
        if (name.isPresent()) {
            String form = "the name in the endpoints' certificates, or their IP address";
            serverName = Optional.of(name.get().text(form));
            if (!serverName.get().matches("[A-Za-z0-9._:-]{1,253}")) {
                throw name.get().wrong(form);
            }
        } else if (endpoints.stream().anyMatch(endpoint -> endpoint.host().isEmpty())) {
            throw value.problem("no key \"server_name\", expected it: a UNIX socket has no name to be verified");
        }
        boolean own = tls.find("certificate").isPresent() || tls.find("key").isPresent();
        ClusterTls config =
                new ClusterTls(serverName, file(tls, "ca"), own ? Optional.of(certificate(tls)) : Optional.empty());
        try {
            files.check(config.client(endpoints.getFirst(), protocol, TlsServerConfig.DEFAULT_HANDSHAKE_TIMEOUT));
        } catch (TlsConfigException e) {
            throw value.problem(Words.plain(String.valueOf(e.getMessage())));
        }
        return config;
    }
}
