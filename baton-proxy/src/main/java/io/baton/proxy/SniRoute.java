package io.baton.proxy;

import java.util.Locale;

/**
 * Where TLS connections of one server name go.
 *
 * @param serverName in lower case; {@code *.example.com} is every name of one label more than example.com, as in a certificate
 */
public record SniRoute(String serverName, String cluster) {
    static final String WILDCARD = "*.";

    public SniRoute {
        BatonConfig.require(
                isServerName(serverName) && serverName.equals(serverName.toLowerCase(Locale.ROOT)),
                "a server name such as example.com or *.example.com, in lower case");
        BatonConfig.require(BatonConfig.isName(cluster), "a cluster's name of %s".formatted(BatonConfig.NAME_FORM));
    }

    /** A host name as TLS has it (RFC 6066 section 3): no address, no port; it may begin with {@code *.}. */
    public static boolean isServerName(String name) {
        return RouteConfig.isHost(name) && !name.startsWith("[");
    }

    boolean isWildcard() {
        return serverName.startsWith(WILDCARD);
    }
}
