package io.baton.proxy;

import io.baton.posix.SocketAddress;

/**
 * Where the admin listens.
 *
 * @param address port 0 takes any free port
 */
public record AdminConfig(SocketAddress.Inet address) {

    /** Everybody who reaches the admin can stop the server, so anything but loopback deserves a warning. */
    public boolean isLoopback() {
        return address.host().isLoopbackAddress();
    }
}
