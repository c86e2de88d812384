package io.baton.envoy;

import io.baton.proxy.BatonConfig;
import io.baton.proxy.ConfigException;
import io.baton.proxy.HostResolver;
import io.baton.proxy.TlsFiles;
import io.baton.tls.TlsClientConfig;
import io.baton.tls.TlsServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Configs of Envoy in this package's resources, of the shapes of Envoy's own examples and tests; fuzzing starts from them. */
final class EnvoyFiles {
    static final List<String> ALL = List.of("tcp.yaml", "http.yaml", "unix.yaml", "tls.yaml", "sni.yaml", "tcp.json");

    private static final String SEEDS = "EnvoyConfigFuzzTestInputs/anyFileGivesAConfigOrOneLine/";

    /** Knows localhost, and nothing else. */
    static final HostResolver NAMES = host -> {
        if (host.equals("localhost")) {
            return InetAddress.ofLiteral("127.0.0.1");
        }
        throw new UnknownHostException("the name is not known");
    };

    /** For configs whose files are nowhere. */
    static final TlsFiles UNREAD = new TlsFiles() {
        @Override
        public void check(TlsServerConfig config) {}

        @Override
        public void check(TlsClientConfig config) {}
    };

    private EnvoyFiles() {}

    /** With the directory of its certificates put in. */
    static String text(String name, String certificates) {
        try (InputStream in = EnvoyFiles.class.getResourceAsStream(SEEDS + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
                    .replace("CERTS", certificates);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return text(name, "/certs");
    }

    static BatonConfig parse(String text) throws ConfigException {
        return EnvoyConfig.parse("envoy.yaml", text, NAMES, UNREAD);
    }
}
