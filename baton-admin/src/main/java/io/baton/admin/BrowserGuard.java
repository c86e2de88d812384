package io.baton.admin;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages away. A browser lets every page of the world send a POST to 127.0.0.1, and a name that its owner points
 * at the admin's address makes even the answers readable, and their page the admin's own (DNS rebinding). An admin therefore
 * wants to be called by an address or as localhost, on loopback by an address of loopback, and takes no change from a page
 * that is not its own.
 */
final class BrowserGuard {
    private BrowserGuard() {}

    /** Why the request is refused; empty when it is fine. */
    static Optional<String> refusal(boolean loopback, boolean mutates, Headers headers) {
        @Nullable String host = headers.getFirst("Host");
        if (host != null && !isSafe(hostOf(host), loopback)) {
            return Optional.of("Host is not an address or localhost");
        }
        @Nullable String origin = headers.getFirst("Origin");
        if (mutates && origin != null && (host == null || !origin.equals("http://" + host))) {
            return Optional.of("Origin is not the admin itself");
        }
        return Optional.empty();
    }

    private static String hostOf(String header) {
        try {
            @Nullable String host = URI.create("http://" + header).getHost();
            return host == null ? "" : host;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static boolean isSafe(String host, boolean loopback) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            InetAddress address = InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""));
            return !loopback || address.isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
