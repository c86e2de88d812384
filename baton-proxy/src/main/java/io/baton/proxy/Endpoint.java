package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.posix.SocketAddress;

/**
 * One server of a cluster.
 *
 * @param written as the config has it, perhaps with a host name
 * @param address what it was when the config was loaded
 */
public record Endpoint(String written, SocketAddress address) {
    public Endpoint {
        requireNonNull(written, "written is null");
        BatonConfig.require(
                (address instanceof SocketAddress.Inet(var _, int port) && port > 0)
                        || address instanceof SocketAddress.UnixPath,
                "an endpoint with a port from 1 to 65535, or a UNIX path");
    }
}
