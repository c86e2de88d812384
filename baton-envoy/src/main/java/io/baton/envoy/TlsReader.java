package io.baton.envoy;

import io.baton.http.TlsProtocols;
import io.baton.http.UpstreamProtocol;
import io.baton.proxy.ClusterTls;
import io.baton.proxy.ConfigException;
import io.baton.proxy.Endpoint;
import io.baton.proxy.TlsFiles;
import io.baton.proxy.Words;
import io.baton.tls.CertificateFiles;
import io.baton.tls.ClientAuthentication;
import io.baton.tls.TlsConfigException;
import io.baton.tls.TlsServerConfig;
import io.baton.tls.TlsVersion;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Reads {@code transport_socket}, of filter chains and of clusters, and has the files read that it names. */
final class TlsReader {
    private static final Fields DOWNSTREAM =
            Fields.of(DownstreamTlsContext.getDescriptor(), "common_tls_context", "require_client_certificate");
    private static final Fields UPSTREAM = Fields.of(UpstreamTlsContext.getDescriptor(), "common_tls_context", "sni");
    private static final Fields COMMON = Fields.of(
            CommonTlsContext.getDescriptor(), "tls_params", "tls_certificates", "validation_context", "alpn_protocols");
    private static final Fields PARAMETERS =
            Fields.of(TlsParameters.getDescriptor(), "tls_minimum_protocol_version", "tls_maximum_protocol_version");
    private static final Fields CERTIFICATE =
            Fields.of(TlsCertificate.getDescriptor(), "certificate_chain", "private_key");
    private static final Fields CLIENTS = Fields.of(CertificateValidationContext.getDescriptor(), "trusted_ca");
    private static final Fields SERVERS = Fields.of(
            CertificateValidationContext.getDescriptor(),
            "trusted_ca",
            "system_root_certs",
            "match_typed_subject_alt_names");
    private static final Fields SYSTEM = Fields.of(SystemRootCerts.getDescriptor());
    private static final Fields NAME = Fields.of(SubjectAltNameMatcher.getDescriptor(), "san_type", "matcher");
    private static final Fields EXACT = Fields.of(StringMatcher.getDescriptor(), "exact");
    private static final Fields FILE = Fields.of(DataSource.getDescriptor(), "filename");

    private static final int MAX_CERTIFICATES = 64;

    private final TlsFiles files;

    TlsReader(TlsFiles files) {
        this.files = files;
    }

    /** @param http whether the chain ends in HTTP, and so has a protocol to agree on */
    TlsServerConfig listener(Part socket, boolean http, Duration handshakeTimeout) throws ConfigException {
        Part context = socket.typed("typed_config", DOWNSTREAM);
        Part common = context.get("common_tls_context", COMMON, "one with tls_certificates");
        List<CertificateFiles> certificates = certificates(common, MAX_CERTIFICATES);
        if (certificates.isEmpty()) {
            throw common.problem("no tls_certificates, expected at least one");
        }
        Optional<Part> validation = common.find("validation_context", CLIENTS);
        Optional<Path> ca =
                validation.isPresent() ? Optional.of(file(validation.get(), "trusted_ca")) : Optional.empty();
        boolean required = context.truth("require_client_certificate").orElse(false);
        if (required && ca.isEmpty()) {
            throw context.problem(
                    "require_client_certificate",
                    "true without a validation_context, expected one with trusted_ca: who issues those certificates");
        }
        ClientAuthentication clients = ca.isEmpty()
                ? ClientAuthentication.NONE
                : required ? ClientAuthentication.REQUIRED : ClientAuthentication.OPTIONAL;
        TlsServerConfig config = new TlsServerConfig(
                certificates, alpn(common, http), clients, ca, oldest(common), TlsVersion.TLS_1_3, handshakeTimeout);
        try {
            files.check(config);
        } catch (TlsConfigException e) {
            throw common.problem(Words.plain(String.valueOf(e.getMessage())));
        }
        return config;
    }

    /** Baton verifies whom it talks to, always: a context that does not say by what is refused. */
    ClusterTls cluster(Part socket, List<Endpoint> endpoints, UpstreamProtocol protocol) throws ConfigException {
        Part context = socket.typed("typed_config", UPSTREAM);
        Part common = context.get("common_tls_context", COMMON, "one with a validation_context");
        Part validation = common.get(
                "validation_context",
                SERVERS,
                "one with trusted_ca or system_root_certs: Baton verifies certificates, Envoy would not");
        Optional<Path> ca = Optional.empty();
        if (validation.find("system_root_certs", SYSTEM).isEmpty()) {
            ca = Optional.of(file(validation, "trusted_ca"));
        } else if (validation.has("trusted_ca")) {
            throw validation.problem("trusted_ca", "beside system_root_certs, expected one of the two");
        }
        String sni = context.text("sni");
        if (sni.isEmpty()) {
            throw context.problem("no sni, expected the name in the endpoints' certificates: Baton verifies it");
        }
        if (!sni.matches("[A-Za-z0-9._:-]{1,253}")) {
            throw context.problem("sni", "%s, expected a name or an IP address".formatted(Words.quote(sni)));
        }
        checkNames(validation, sni);
        if (oldest(common) != TlsVersion.TLS_1_2) {
            throw common.problem("tls_params", "not supported in a cluster, expected none: TLS 1.2 and 1.3 are spoken");
        }
        List<String> alpn = common.texts("alpn_protocols");
        if (!alpn.isEmpty() && !alpn.equals(TlsProtocols.of(protocol))) {
            throw common.problem(
                    "alpn_protocols",
                    "%s, expected none or %s, which the cluster speaks"
                            .formatted(Words.plain(alpn.toString()), TlsProtocols.of(protocol)));
        }
        List<CertificateFiles> own = certificates(common, 1);
        ClusterTls config =
                new ClusterTls(Optional.of(sni), ca, own.isEmpty() ? Optional.empty() : Optional.of(own.getFirst()));
        try {
            files.check(config.client(endpoints.getFirst(), protocol, TlsServerConfig.DEFAULT_HANDSHAKE_TIMEOUT));
        } catch (TlsConfigException e) {
            throw common.problem(Words.plain(String.valueOf(e.getMessage())));
        }
        return config;
    }

    private static void checkNames(Part validation, String sni) throws ConfigException {
        for (Part name : validation.list("match_typed_subject_alt_names", NAME, 1)) {
            String type = name.choice("san_type");
            String exact = name.get("matcher", EXACT, "one with exact").text("exact");
            if (!type.equals("DNS") || !exact.equals(sni)) {
                throw name.problem("%s %s, expected the DNS name of sni, %s"
                        .formatted(type, Words.quote(exact), Words.quote(sni)));
            }
        }
    }

    private static List<CertificateFiles> certificates(Part common, int most) throws ConfigException {
        List<CertificateFiles> certificates = new ArrayList<>();
        for (Part pair : common.list("tls_certificates", CERTIFICATE, most)) {
            certificates.add(new CertificateFiles(file(pair, "certificate_chain"), file(pair, "private_key")));
        }
        return certificates;
    }

    /** Relative paths start where Baton was started, as they do with Envoy. */
    private static Path file(Part part, String name) throws ConfigException {
        Part source = part.get(name, FILE, "it with filename: FILE");
        String path = source.text("filename");
        if (path.isBlank() || path.indexOf('\0') >= 0 || path.endsWith("/")) {
            throw source.problem("filename", "%s, expected the path of a file".formatted(Words.quote(path)));
        }
        return Path.of(path).toAbsolutePath().normalize();
    }

    private static TlsVersion oldest(Part common) throws ConfigException {
        Optional<Part> parameters = common.find("tls_params", PARAMETERS);
        if (parameters.isEmpty()) {
            return TlsVersion.TLS_1_2;
        }
        String newest = parameters.get().choice("tls_maximum_protocol_version");
        if (!newest.equals("TLS_AUTO") && !newest.equals("TLSv1_3")) {
            throw parameters
                    .get()
                    .problem(
                            "tls_maximum_protocol_version",
                            "%s is not supported, expected TLSv1_3: Baton always speaks it".formatted(newest));
        }
        String oldest = parameters.get().choice("tls_minimum_protocol_version");
        return switch (oldest) {
            case "TLS_AUTO", "TLSv1_2" -> TlsVersion.TLS_1_2;
            case "TLSv1_3" -> TlsVersion.TLS_1_3;
            default ->
                throw parameters
                        .get()
                        .problem(
                                "tls_minimum_protocol_version",
                                "%s is not supported, expected TLSv1_2 or TLSv1_3".formatted(oldest));
        };
    }

    private static List<String> alpn(Part common, boolean http) throws ConfigException {
        List<String> protocols = common.texts("alpn_protocols");
        if (!http) {
            if (!protocols.isEmpty()) {
                throw common.problem("alpn_protocols", "not supported before tcp_proxy, expected none");
            }
            return List.of();
        }
        if (!TlsProtocols.OF_LISTENERS.containsAll(protocols) || new HashSet<>(protocols).size() != protocols.size()) {
            throw common.problem(
                    "alpn_protocols",
                    "%s, expected h2 or http/1.1, each once".formatted(Words.plain(protocols.toString())));
        }
        return protocols.isEmpty() ? List.of(TlsProtocols.HTTP_1_1) : protocols;
    }
}
