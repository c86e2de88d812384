package io.baton.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.baton.testkit.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A server in processes of its own, one after the other. */
final class Generations implements AutoCloseable {
    final int port;
    private final Class<?> main;
    private @Nullable ChildJvm current;
    private int epoch = -1;

    /** Starts epoch 0. */
    Generations(Class<?> main) throws IOException {
        this.main = main;
        this.port = freePort();
        current = start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private ChildJvm start() throws IOException {
        epoch++;
        ChildJvm started = ChildJvm.start(main, Integer.toString(port), Integer.toString(epoch));
        try {
            started.awaitLine("epoch " + epoch + " serves");
            return started;
        } catch (AssertionError e) {
            started.close();
            throw e;
        }
    }

    /** The next epoch serves. */
    ChildJvm begin() throws IOException {
        ChildJvm before = requireNonNull(current);
        current = start();
        return before;
    }

    /** The next epoch serves, and the one before it has ended by itself. */
    void restart() throws IOException {
        try (ChildJvm before = begin()) {
            assertThat(before.awaitExit())
                    .as(() -> String.join("\n", before.output()))
                    .isZero();
        }
    }

    /** What the process says that serves now. */
    String output() {
        return String.join("\n", requireNonNull(current).output());
    }

    @Override
    public void close() throws IOException {
        requireNonNull(current).close();
        Files.deleteIfExists(
                Path.of("/dev/shm/envoy_shared_memory_" + port * 10L)); // which one that is killed leaves behind
    }
}
