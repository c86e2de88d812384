package io.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** nginx's own procedure, from its manual ("Upgrading Executable on the Fly"), on Baton: signals, pid files, and nobody who counts epochs. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ExecUpgradeTest {
    private static final int STREAMS = 20;
    private static final int NEW_PER_SECOND = 200;

    @TempDir
    Path temp;

    private final long baseId = ThreadLocalRandom.current().nextLong(1_000_000, 100_000_000);
    private Upstream upstream;
    private int port;
    private Path config;
    private Path pidFile;

    @BeforeEach
    void write() throws IOException {
        upstream = new Upstream();
        port = Configs.freePort();
        config = config("");
        pidFile = temp.resolve("baton.pid");
    }

    private Path config(String more) throws IOException {
        return Files.writeString(
                temp.resolve("baton.yaml"), """
                listeners:
                  - { name: web, address: "127.0.0.1:%d", tcp: { cluster: origin } }
                  - { name: local, address: "unix:%s", tcp: { cluster: origin } }
                clusters:
                  - { name: origin, endpoints: [ "127.0.0.1:%d" ] }
                handover: { rehearsal: 0s, drain: 5s, parent_shutdown: 10s, ready_timeout: 60s }
                %s
                """.formatted(port, temp.resolve("local.sock"), upstream.port(), more));
    }

    @AfterEach
    void close() throws IOException {
        upstream.close();
    }

    private ExecLineage start(String flag) throws IOException {
        return ExecLineage.start(build(), config, pidFile, baseId, flag);
    }

    @Test
    void nginxsProcedureStepByStepWithItsWayBack() throws Exception {
        try (ExecLineage lineage = start("--exec-upgrade=manual");
                Streams streams = new Streams(port, STREAMS);
                SteadyArrivals arrivals = new SteadyArrivals(port, NEW_PER_SECOND)) {
            long old = lineage.named().orElseThrow();

            // "If there is a problem with the new binary": USR2, WINCH, and back by HUP to the old one, QUIT to the new
            // one.
            long refused = lineage.upgrade(old);
            assertThat(lineage.oldNamed()).contains(old);
            assertThat(ExecLineage.isAlive(old)).isTrue();
            streams.exchange();
            standBy(lineage, old, 1);
            streams.exchange();
            assertThat(connectedTo(old)).as("connections that stay").isZero();
            Baton.signal("HUP", old);
            lineage.awaitLines("-> Upgrading", 2);
            Baton.signal("QUIT", refused);
            ExecLineage.awaitEnd(refused);
            lineage.awaitAlone(old);
            streams.exchange();
            newConnectionsAreServed();
            assertThat(connectedTo(old)).as("connections that came back").isGreaterThanOrEqualTo(STREAMS);

            // And once more, all the way.
            long taker = lineage.upgrade(old);
            standBy(lineage, old, 2);
            streams.exchange();
            Baton.signal("QUIT", old);
            ExecLineage.awaitEnd(old);
            lineage.awaitAlone(taker);
            streams.exchange();

            // HUP alone: a configuration that is none changes nothing, another takes effect; no connection notices.
            Files.writeString(config, "listeners: 3\n");
            Baton.signal("HUP", taker);
            lineage.awaitLine("the new configuration is refused");
            lineage.awaitAlone(taker);
            config("access_log: { path: \"%s\" }".formatted(temp.resolve("access.log")));
            Baton.signal("HUP", taker);
            long reloaded = lineage.awaitSuccessor(taker);
            ExecLineage.awaitEnd(taker);
            lineage.awaitAlone(reloaded);
            streams.exchange();
            newConnectionsAreServed();
            assertThat(temp.resolve("access.log")).exists();

            arrivals.stop();
            assertThat(arrivals.failures()).as(lineage.output()).isEmpty();
            assertThat(arrivals.served()).isGreaterThan(NEW_PER_SECOND);

            // QUIT: it stays for its connections, and no longer.
            Baton.signal("QUIT", reloaded);
            lineage.awaitLine("-> draining on DrainRequested");
            streams.exchange();
            streams.end();
            ExecLineage.awaitEnd(reloaded);
            assertThat(pidFile).doesNotExist();
            assertThat(temp.resolve("local.sock")).doesNotExist();
            assertThat(Leftovers.processes(temp)).isEmpty();
        }
    }

    @Test
    void whoeverIsKilledWhereverTheOtherOneServesOn() throws Exception {
        try (ExecLineage lineage = start("--exec-upgrade=manual")) {
            long old = lineage.named().orElseThrow();
            OpenFiles before = OpenFiles.atRest(old);
            try (Streams streams = new Streams(port, STREAMS)) {
                // The new one, before anything has moved.
                long first = lineage.upgrade(old);
                Baton.signal("KILL", first);
                lineage.awaitLine("process %d was killed by signal 9; this one goes on".formatted(first));
                lineage.awaitAlone(old);
                streams.exchange();
                newConnectionsAreServed();
            }
            await().atMost(ExecLineage.PATIENCE)
                    .untilAsserted(() -> assertThat(withoutPipes(OpenFiles.of(old)))
                            .as("kinds of open files of the old process")
                            .isEqualTo(withoutPipes(before)));

            // The new one, with all of them: they end with it, and the old one accepts again.
            long second = lineage.upgrade(old);
            try (Streams streams = new Streams(port, STREAMS)) {
                standBy(lineage, old, 1);
                streams.exchange();
                Baton.signal("KILL", second);
                lineage.awaitAlone(old);
                assertThat(streams.broken()).isEqualTo(STREAMS);
            }
            newConnectionsAreServed();

            // The old one, with nothing that has not moved: nobody notices.
            long third = lineage.upgrade(old);
            try (Streams streams = new Streams(port, STREAMS)) {
                standBy(lineage, old, 2);
                streams.exchange();
                Baton.signal("KILL", old);
                lineage.awaitLine("adoption: Adopting[] -> Alone");
                streams.exchange();
                newConnectionsAreServed();

                // And once more from there: it is in charge.
                lineage.awaitLines(": ready ", 2);
                long fourth = lineage.upgrade(third);
                assertThat(lineage.oldNamed()).contains(third);
                streams.exchange();
                Baton.signal("QUIT", third);
                ExecLineage.awaitEnd(third);
                lineage.awaitAlone(fourth);
                streams.exchange();
                Baton.signal("TERM", fourth);
                ExecLineage.awaitEnd(fourth);
            }
            assertThat(pidFile).doesNotExist();
            assertThat(Leftovers.processes(temp)).isEmpty();
        }
    }

    @Test
    void whatStartsIsWhatLiesThereNowAndWhatDoesNotGetReadyIsPutAside() throws Exception {
        Path launcher = temp.resolve("baton");
        Files.writeString(launcher, "#!/bin/sh\necho the second build\nexec %s \"$@\"\n".formatted(build()));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path link = temp.resolve("link");
        Files.createSymbolicLink(link, build());
        try (ExecLineage lineage = ExecLineage.start(link, config, pidFile, baseId, "--exec-upgrade");
                Streams streams = new Streams(port, STREAMS);
                SteadyArrivals arrivals = new SteadyArrivals(port, NEW_PER_SECOND)) {
            long old = lineage.named().orElseThrow();

            // Another build, and USR2 alone does all of it.
            Files.writeString(config, Files.readString(config).replace("ready_timeout: 60s", "ready_timeout: 3s"));
            Path next = temp.resolve("next");
            Files.createSymbolicLink(next, launcher);
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            long taker = lineage.upgrade(old);
            ExecLineage.awaitEnd(old);
            lineage.awaitLine("the second build");
            lineage.awaitAlone(taker);
            streams.exchange();

            exchange("#!/bin/sh\nexit 7\n");
            Baton.signal("USR2", taker);
            lineage.awaitLine("exited with 7; this one goes on");
            lineage.awaitAlone(taker);

            exchange("#!/bin/sh\nexec sleep 600\n");
            Baton.signal("USR2", taker);
            lineage.awaitLine("is killed: it was not ready within");
            lineage.awaitLine("was killed by signal 9; this one goes on");
            lineage.awaitAlone(taker);
            streams.exchange();

            arrivals.stop();
            assertThat(arrivals.failures()).as(lineage.output()).isEmpty();
        }
    }

    private static Path build() {
        return Baton.home().resolve("bin/baton");
    }

    /** Puts a program where the link is that the first process was started by. */
    private void exchange(String script) throws IOException {
        Path next = temp.resolve("next");
        Files.writeString(next, script);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(next, temp.resolve("link"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** WINCH, and waits until the old process has given all it has. */
    private void standBy(ExecLineage lineage, long old, int time) throws IOException, InterruptedException {
        Baton.signal("WINCH", old);
        lineage.awaitLines("-> StandingBy", time);
        await("all connections of " + old + " to move")
                .atMost(ExecLineage.PATIENCE)
                .until(() -> connectedTo(old) == 0);
    }

    /** The relay keeps some pipes that it had once. */
    private static Map<String, Long> withoutPipes(OpenFiles files) {
        Map<String, Long> left = new TreeMap<>(files.byKind());
        left.remove("pipe");
        return left;
    }

    /** By the UNIX listener, too: its path must have outlived whoever has ended. */
    private void newConnectionsAreServed() throws IOException {
        for (int i = 0; i < STREAMS; i++) {
            try (Upstream.Client client = new Upstream.Client(port)) {
                client.exchange();
                client.end();
            }
        }
        try (SocketChannel local = SocketChannel.open(UnixDomainSocketAddress.of(temp.resolve("local.sock")))) {
            local.write(ByteBuffer.wrap(new byte[] {42}));
            ByteBuffer answer = ByteBuffer.allocate(1);
            assertThat(local.read(answer)).isEqualTo(1);
            assertThat(answer.get(0)).isEqualTo((byte) 42);
        }
    }

    /** Clients' connections to our listener that this process has open. */
    private long connectedTo(long pid) throws IOException {
        String local = ":%04X".formatted(port);
        Set<String> ofListener;
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            ofListener = lines.map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns[1].endsWith(local) && columns[3].equals("01"))
                    .map(columns -> "socket:[%s]".formatted(columns[9]))
                    .collect(Collectors.toSet());
        }
        long found = 0;
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/%d/fd".formatted(pid)))) {
            for (Path fd : fds) {
                try {
                    found += ofListener.contains(Files.readSymbolicLink(fd).toString()) ? 1 : 0;
                } catch (NoSuchFileException e) {
                    // Closed meanwhile.
                }
            }
        }
        return found;
    }

    /** Clients that stay, and send when they are told to. */
    private static final class Streams implements AutoCloseable {
        private final List<Upstream.Client> clients = new ArrayList<>();

        Streams(int port, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                clients.add(new Upstream.Client(port));
            }
            exchange();
        }

        void exchange() throws IOException {
            for (Upstream.Client client : clients) {
                client.exchange();
            }
        }

        int broken() {
            int broken = 0;
            for (Upstream.Client client : clients) {
                try {
                    client.exchange();
                } catch (IOException e) {
                    broken++;
                }
            }
            return broken;
        }

        @Override
        public void close() throws IOException {
            end();
        }

        void end() throws IOException {
            for (Upstream.Client client : clients) {
                client.close();
            }
        }
    }
}
