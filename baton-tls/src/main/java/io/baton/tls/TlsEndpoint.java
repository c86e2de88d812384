package io.baton.tls;

import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** One side of handshakes to come. Thread-safe. */
interface TlsEndpoint {

    /** A client's begins by itself, a server's with what the client says. */
    boolean speaksFirst();

    /** What a client asks for. */
    Optional<String> serverName();

    /**
     * Begins a handshake.
     *
     * @param hello what a client has said; empty when we are it
     */
    Handshake start(ClientHello hello, ByteBufAllocator allocator) throws SSLException;
}
