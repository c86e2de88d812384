package io.baton.bench;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A listener of the proxy, what it speaks there, and what it forwards to.
 *
 * @param tls when clients speak it, and the proxy ends it
 */
record Route(
        String name,
        Protocol protocol,
        Optional<BenchCertificate> tls,
        InetSocketAddress listen,
        InetSocketAddress target) {
    /** A plain one. */
    Route(String name, Protocol protocol, InetSocketAddress listen, InetSocketAddress target) {
        this(name, protocol, Optional.empty(), listen, target);
    }

    /** One whose bytes are relayed as they come. */
    Route(String name, InetSocketAddress listen, InetSocketAddress target) {
        this(name, Protocol.TCP, listen, target);
    }

    Route withHttp() {
        return new Route(name, Protocol.HTTP, tls, listen, target);
    }

    Route withTls(BenchCertificate certificate) {
        return new Route(name, protocol, Optional.of(certificate), listen, target);
    }
}
