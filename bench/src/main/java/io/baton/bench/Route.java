package io.baton.bench;

import java.net.InetSocketAddress;

/** A TCP listener of the proxy and what it forwards to. */
record Route(String name, InetSocketAddress listen, InetSocketAddress target) {}
