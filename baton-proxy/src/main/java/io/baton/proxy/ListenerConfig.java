package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.posix.SocketAddress;
import io.baton.tls.TlsServerConfig;
import java.util.Optional;

/**
 * One address to accept connections on.
 *
 * @param address TCP with a port that is not 0 (the child finds the socket by its address), or a UNIX path
 * @param reusePort one socket per worker (SO_REUSEPORT); always false on a UNIX path
 * @param tls that its clients speak
 */
public record ListenerConfig(
        String name, SocketAddress address, boolean reusePort, Optional<TlsServerConfig> tls, ProtocolConfig protocol) {
    public ListenerConfig {
        requireNonNull(tls, "tls is null");
        requireNonNull(protocol, "protocol is null");
        BatonConfig.require(BatonConfig.isName(name), "a listener's name of %s".formatted(BatonConfig.NAME_FORM));
        switch (address) {
            case SocketAddress.Inet inet -> BatonConfig.require(inet.port() > 0, "a port from 1 to 65535");
            case SocketAddress.UnixPath _ ->
                BatonConfig.require(!reusePort, "reuse_port false on a UNIX path: it has no SO_REUSEPORT");
            case SocketAddress.UnixAbstract _, SocketAddress.UnixUnnamed _ ->
                throw new IllegalArgumentException("expected a TCP address or a UNIX path");
        }
    }

    /** Without TLS. */
    public ListenerConfig(String name, SocketAddress address, boolean reusePort, ProtocolConfig protocol) {
        this(name, address, reusePort, Optional.empty(), protocol);
    }
}
