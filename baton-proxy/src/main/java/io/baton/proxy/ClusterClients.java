package io.baton.proxy;

import io.baton.posix.SocketAddress;
import io.baton.tls.TlsClient;
import io.baton.tls.TlsClientConfig;
import io.baton.tls.TlsConfigException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How TLS is spoken to each endpoint of a cluster; for most clusters not at all. Thread-safe. */
final class ClusterClients implements AutoCloseable {
    static final ClusterClients NONE = new ClusterClients(Map.of(), Map.of());

    private final Map<SocketAddress, TlsClient> byAddress;

    /** For what is not HTTP: without a protocol to agree on. */
    private final Map<SocketAddress, TlsClient> forBytes;

    private ClusterClients(Map<SocketAddress, TlsClient> byAddress, Map<SocketAddress, TlsClient> forBytes) {
        this.byAddress = Map.copyOf(byAddress);
        this.forBytes = Map.copyOf(forBytes);
    }

    /** @throws ProxyException when a file is not what it was when the config was loaded */
    static ClusterClients of(ClusterConfig config) throws ProxyException {
        if (config.tls().isEmpty()) {
            return NONE;
        }
        Map<TlsClientConfig, TlsClient> made = new HashMap<>();
        Map<SocketAddress, TlsClient> byAddress = new HashMap<>();
        Map<SocketAddress, TlsClient> forBytes = new HashMap<>();
        try {
            for (Endpoint endpoint : config.endpoints()) {
                TlsClientConfig wanted =
                        config.tls().get().client(endpoint, config.protocol(), config.connectTimeout());
                byAddress.putIfAbsent(endpoint.address(), make(made, wanted));
                forBytes.putIfAbsent(endpoint.address(), make(made, wanted.withApplicationProtocols(List.of())));
            }
        } catch (TlsConfigException e) {
            made.values().forEach(TlsClient::close);
            throw new ProxyException("cluster %s: %s".formatted(config.name(), e.getMessage()), e);
        }
        return new ClusterClients(byAddress, forBytes);
    }

    private static TlsClient make(Map<TlsClientConfig, TlsClient> made, TlsClientConfig wanted)
            throws TlsConfigException {
        TlsClient client = made.get(wanted);
        if (client == null) {
            client = TlsClient.create(wanted);
            made.put(wanted, client);
        }
        return client;
    }

    Optional<TlsClient> to(SocketAddress endpoint) {
        return Optional.ofNullable(byAddress.get(endpoint));
    }

    /** For what is not HTTP. */
    Optional<TlsClient> forBytesTo(SocketAddress endpoint) {
        return Optional.ofNullable(forBytes.get(endpoint));
    }

    /** Once no connection uses them any more. */
    @Override
    public void close() {
        Stream.concat(byAddress.values().stream(), forBytes.values().stream())
                .distinct()
                .forEach(TlsClient::close);
    }
}
