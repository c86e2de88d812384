package io.baton.bench;

import java.net.InetSocketAddress;

/** A listener of the proxy, what it speaks there, and what it forwards to. */
record Route(String name, Protocol protocol, InetSocketAddress listen, InetSocketAddress target) {
    /** One whose bytes are relayed as they come. */
    Route(String name, InetSocketAddress listen, InetSocketAddress target) {
        this(name, Protocol.TCP, listen, target);
    }
}
