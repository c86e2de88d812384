package io.baton.proxy;

import io.baton.posix.SocketAddress;
import io.baton.tls.TlsClient;
import io.baton.tls.TlsClientConfig;
import io.baton.tls.TlsConfigException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How TLS is spoken to each endpoint of a cluster; for most clusters not at all. Thread-safe. */
final class ClusterClients implements AutoCloseable {
    static final ClusterClients NONE = new ClusterClients(Map.of());

    private final Map<SocketAddress, TlsClient> byAddress;

    private ClusterClients(Map<SocketAddress, TlsClient> byAddress) {
        this.byAddress = Map.copyOf(byAddress);
    }

    /** @throws ProxyException when a file is not what it was when the config was loaded */
    static ClusterClients of(ClusterConfig config) throws ProxyException {
        if (config.tls().isEmpty()) {
            return NONE;
        }
        Map<TlsClientConfig, TlsClient> made = new HashMap<>();
        Map<SocketAddress, TlsClient> byAddress = new HashMap<>();
        try {
            for (Endpoint endpoint : config.endpoints()) {
                TlsClientConfig wanted =
                        config.tls().get().client(endpoint, config.protocol(), config.connectTimeout());
                TlsClient client = made.get(wanted);
                if (client == null) {
                    client = TlsClient.create(wanted);
                    made.put(wanted, client);
                }
                byAddress.putIfAbsent(endpoint.address(), client);
            }
        } catch (TlsConfigException e) {
            made.values().forEach(TlsClient::close);
            throw new ProxyException("cluster %s: %s".formatted(config.name(), e.getMessage()), e);
        }
        return new ClusterClients(byAddress);
    }

    Optional<TlsClient> to(SocketAddress endpoint) {
        return Optional.ofNullable(byAddress.get(endpoint));
    }

    /** Once no connection uses them any more. */
    @Override
    public void close() {
        byAddress.values().stream().distinct().forEach(TlsClient::close);
    }
}
