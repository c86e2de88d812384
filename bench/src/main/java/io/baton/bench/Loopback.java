package io.baton.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Addresses of this machine's loopback; nothing here ever leaves it. */
final class Loopback {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");

    private Loopback() {}

    static InetSocketAddress port(int port) {
        return new InetSocketAddress(ADDRESS, port);
    }

    /** A port nobody listens on just now, below the range that outgoing connections take theirs from. */
    static InetSocketAddress freePort() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket _ = new ServerSocket(port, 1, ADDRESS)) {
                return port(port);
            } catch (IOException _) {
                // Taken: try another.
            }
        }
        throw new UncheckedIOException(new IOException("no free port between 20000 and 30000 in 100 tries"));
    }

    /** As configurations write it. */
    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
