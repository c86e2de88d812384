package io.baton.proxy;

import io.baton.posix.SocketAddress;

/**
 * A listener as the admin shows it.
 *
 * @param address where it is bound
 */
public record ListenerStatus(String name, SocketAddress address) {}
