package io.baton.admin;

/**
 * Limits of jdk.httpserver. It takes them as system properties only, and reads them when its first class is loaded; what
 * the user set stays.
 */
final class HttpServerLimits {
    static final int MAX_CONNECTIONS = 64;

    private HttpServerLimits() {}

    static void apply() {
        setDefault("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
        setDefault("sun.net.httpserver.maxReqHeaders", 64);
        setDefault("sun.net.httpserver.maxReqHeaderSize", 16 << 10);
        // Seconds; without them, a client that sends or reads nothing keeps a thread for ever.
        setDefault("sun.net.httpserver.maxReqTime", 10);
        setDefault("sun.net.httpserver.maxRspTime", 10);
        // Bytes of a body that nobody reads, before the connection is closed instead of used again.
        setDefault("sun.net.httpserver.drainAmount", 64 << 10);
    }

    private static void setDefault(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }
}
