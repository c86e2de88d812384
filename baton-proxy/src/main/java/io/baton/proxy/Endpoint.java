package io.baton.proxy;

import static java.util.Objects.requireNonNull;

import io.baton.posix.SocketAddress;
import java.util.Optional;

/**
 * One server of a cluster.
 *
 * @param written as the config has it, perhaps with a host name
 * @param address what it was when the config was loaded
 * @param weight its share beside the others'
 */
public record Endpoint(String written, SocketAddress address, int weight) {
    public static final int MAX_WEIGHT = 100;

    public Endpoint {
        requireNonNull(written, "written is null");
        BatonConfig.require(
                (address instanceof SocketAddress.Inet(var _, int port) && port > 0)
                        || address instanceof SocketAddress.UnixPath,
                "an endpoint with a port from 1 to 65535, or a UNIX path");
        BatonConfig.requireWithin(weight, 1, MAX_WEIGHT, "a weight");
    }

    /** The host that it is written with, a name or an IP address; empty for a UNIX socket. */
    Optional<String> host() {
        return Addresses.isUnix(written)
                ? Optional.empty()
                : Addresses.hostPort(written).map(Addresses.HostPort::host);
    }

    /** With weight 1. */
    public Endpoint(String written, SocketAddress address) {
        this(written, address, 1);
    }
}
