package io.baton.systemtests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Configurations for tests that need no special one. */
final class Configs {
    private Configs() {}

    /** One TCP listener on {@code port} of 127.0.0.1 before {@code upstream}; {@code more} is added as it is. */
    static Path write(Path directory, int port, InetSocketAddress upstream, String... more) throws IOException {
        return Files.writeString(directory.resolve("baton-%d.yaml".formatted(port)), """
                listeners:
                  - { name: web, address: "127.0.0.1:%d", tcp: { cluster: origin } }
                clusters:
                  - { name: origin, endpoints: [ "127.0.0.1:%d" ] }
                %s
                """.formatted(
                        port, upstream.getPort(), String.join("\n", more)));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
