package io.baton.admin;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages away. A browser lets every page of the world send a POST to 127.0.0.1, and a name that its owner points
 * at 127.0.0.1 makes even the answers readable. A loopback admin therefore wants to be called by an address or as
 * localhost, and no admin takes a change from a page that is not its own.
 */
final class BrowserGuard {
    private BrowserGuard() {}

    /** Why the request is refused; empty when it is fine. */
    static Optional<String> refusal(boolean loopback, boolean mutates, Headers headers) {
        @Nullable String host = headers.getFirst("Host");
        if (loopback && host != null && !isLocal(hostOf(host))) {
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

    private static boolean isLocal(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
