package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two containers of one pod, as far as the kernel knows containers: each is PID 1 of a namespace of its own and sees no process of the
 * other; a directory and the network they have in common.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SidecarPairTest {
    @TempDir
    Path temp;

    private final String baseId = Long.toString(ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000));

    @Test
    void theNewerContainerTakesOverListenersAndConnectionsOfTheOlder() throws Exception {
        Assumptions.assumeTrue(Foreign.UNSHARE.isThere() && mayUnshare(), "no pid namespaces for us");
        Path volume = Files.createDirectory(temp.resolve("volume"));
        try (Upstream upstream = new Upstream()) {
            int port = Configs.freePort();
            Path config = Configs.write(temp, port, Configs.loopback(upstream.port()), "handover: { rehearsal: 0s }");
            try (Container old = new Container(config, volume, 3, 0);
                    Upstream.Client stream = new Upstream.Client(port)) {
                stream.exchange();
                try (Container next = new Container(config, volume, 4, 3)) {
                    assertThat(old.process.waitFor(40, TimeUnit.SECONDS)).isTrue();
                    assertThat(old.process.exitValue()).isZero();
                    stream.exchange();
                    stream.end();
                    try (Upstream.Client client = new Upstream.Client(port)) {
                        client.exchange();
                    }
                    assertThat(next.lines.text()).contains("takes over from version 3 of the other container");
                }
            }
        } finally {
            Files.deleteIfExists(Path.of("/dev/shm/envoy_shared_memory_" + baseId + "0"));
        }
    }

    @Test
    void theOlderContainerAndOneThatWasToldNothingAreTurnedAway() throws Exception {
        Path config = Configs.write(temp, Configs.freePort(), Configs.loopback(1));
        for (List<String> versions : List.of(List.of("3", "4"), List.of("x", "4"))) {
            ProcessBuilder builder = Baton.builder("serve", "-c", config.toString(), "--sidecar-pair");
            builder.environment().put("SIDECARSET_VERSION", versions.getFirst());
            builder.environment().put("SIDECARSET_VERSION_ALT", versions.getLast());
            Outcome outcome = Outcome.of(builder);
            boolean older = versions.getFirst().equals("3");
            assertThat(outcome.code()).isEqualTo(older ? 3 : 2);
            assertThat(outcome.err())
                    .contains(
                            older
                                    ? "SIDECARSET_VERSION=3 is older than SIDECARSET_VERSION_ALT=4, which serves"
                                    : "SIDECARSET_VERSION is 'x', expected a number from 1");
        }
    }

    private static boolean mayUnshare() throws IOException, InterruptedException {
        return Foreign.UNSHARE.run("--pid", "--fork", "--mount-proc", "true").code() == 0;
    }

    private final class Container implements AutoCloseable {
        private final Process process;
        private final ProcessLines lines;

        Container(Path config, Path volume, int version, int other) throws IOException {
            List<String> command = new ArrayList<>(Foreign.UNSHARE
                    .builder("--pid", "--fork", "--kill-child", "--mount-proc")
                    .command());
            ProcessBuilder builder = Baton.builder(
                    "serve",
                    "-c",
                    config.toString(),
                    "--sidecar-pair",
                    "--base-id",
                    baseId,
                    "--socket-path",
                    volume.resolve("baton").toString());
            command.addAll(builder.command());
            builder.command(command);
            builder.environment().put("SIDECARSET_VERSION", Integer.toString(version));
            builder.environment().put("SIDECARSET_VERSION_ALT", Integer.toString(other));
            process = builder.redirectErrorStream(true).start();
            lines = new ProcessLines(process, line -> {});
            lines.await(": ready ", BatonProcess.PATIENCE);
        }

        /** unshare(1) takes the container with it. */
        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
