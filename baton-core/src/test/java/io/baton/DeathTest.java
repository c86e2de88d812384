package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Fd;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketFamily;
import io.baton.posix.SocketType;
import io.baton.testkit.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is promised when a process dies, with processes that do. */
class DeathTest {
    private static final Posix POSIX = Posix.linux();

    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);

    @Test
    void childDeathBeforeDrainLeavesParentServingWithItsAdmin() throws Exception {
        try (Server parent = Server.start(epoch0);
                ChildJvm child = start(1, "admin")) {
            child.awaitLine("done admin");
            assertThat(parent.duties).containsExactly("closeAdmin");
            child.kill();

            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));
            assertThat(parent.hotRestart.state().label()).isEqualTo("serving");
        }
    }

    @Test
    void sameEpochCanBeTriedAgainAfterAFailedChild() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.stats.counter("requests").add(5);
            try (ChildJvm child = start(1, "admin")) {
                child.awaitLine("done admin");
                child.kill();
            }
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("reopenAdmin"));
            try (Server retried = Server.start(epoch1)) {
                assertThat(retried.hotRestart.state().label()).isEqualTo("serving");
                assertThat(retried.stats.counters()).containsEntry("requests", 5L);
            }
        }
    }

    @Test
    void sameEpochCanBeTriedAgainAfterAChildThatDiedBeforeItSaidAnything() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            try (ChildJvm child = start(1)) {
                child.awaitLine("done join");
                child.kill();
            }
            await().ignoreExceptionsInstanceOf(HotRestartException.class).untilAsserted(() -> {
                try (Server retried = Server.start(epoch1)) { // the flag it left is cleared within a second
                    assertThat(retried.hotRestart.state().label()).isEqualTo("serving");
                }
            });
            await().untilAsserted(() -> assertThat(parent.duties).startsWith("closeAdmin", "drainListeners"));
        }
    }

    @Test
    void aStoppedChildIsGivenUpOnAtTheDeadline() throws Exception {
        try (Server parent = Server.start(epoch0.with(o -> o.readyTimeout = Duration.ofMillis(500)));
                ChildJvm child = start(1, "admin")) {
            child.awaitLine("done admin");
            POSIX.kill(child.pid(), ProcessCalls.SIGSTOP);

            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));
            assertThat(parent.hotRestart.state().label()).isEqualTo("serving");
            child.kill();
            await().ignoreExceptionsInstanceOf(HotRestartException.class)
                    .untilAsserted(() -> Server.start(epoch1).close());
        }
    }

    @Test
    void parentDeathDoesNotKillTheChild() throws Exception {
        try (ChildJvm parent = start(0, "connections=3", "count=requests=4", "ready")) {
            parent.awaitLine("done ready");
            try (Server child = Server.start(epoch1)) {
                await().untilAsserted(
                                () -> assertThat(child.stats.gauges()).containsEntry("server.parent_connections", 3L));
                parent.kill();

                await().untilAsserted(() -> assertThat(child.stats.gauges())
                        .containsEntry("server.parent_connections", 0L)
                        .containsEntry("server.hot_restart_generation", 2L));
                assertThat(child.stats.counters()).containsEntry("requests", 4L);
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
                Server.start(Lineages.next(epoch1)).close();
            }
        }
    }

    @Test
    void aParentThatDiesDuringTheHandoverIsDoneWithout() throws Exception {
        try (ChildJvm parent = start(0, "ready")) {
            parent.awaitLine("done ready");
            try (Server child = Server.join(epoch1)) {
                child.hotRestart.shutdownParentAdmin();
                parent.kill();
                child.hotRestart.ready();
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void aStoppedParentFailsTheStartAtTheDeadlineAndCanGoOn() throws Exception {
        try (ChildJvm parent = start(0, "ready")) {
            parent.awaitLine("done ready");
            POSIX.kill(parent.pid(), ProcessCalls.SIGSTOP);
            String failure = failureOf(() -> Server.start(epoch1.with(o -> o.replyTimeout = Duration.ofMillis(300))));
            assertThat(failure).startsWith("the parent (epoch 0) did not answer ShutdownAdmin[] within PT0.3S");
            POSIX.kill(parent.pid(), ProcessCalls.SIGCONT);

            await().ignoreExceptionsInstanceOf(HotRestartException.class)
                    .untilAsserted(() -> Server.start(epoch1).close());
        }
    }

    @Test
    void aParentThatStallsBeforeReadyHoldsItUpOnlyBrieflyAndDrainsWhenItGoesOn() throws Exception {
        try (ChildJvm parent = start(0, "count=requests=4", "ready")) {
            parent.awaitLine("done ready");
            try (Server child = Server.join(epoch1.with(o -> o.replyTimeout = Duration.ofMinutes(1)))) {
                child.hotRestart.shutdownParentAdmin();
                POSIX.kill(parent.pid(), ProcessCalls.SIGSTOP);
                long before = System.nanoTime();
                child.hotRestart.ready();
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
                POSIX.kill(parent.pid(), ProcessCalls.SIGCONT);

                parent.awaitLine("duty drainListeners");
                parent.awaitLine("duty terminate");
                assertThat(child.stats.counters()).containsEntry("requests", 4L);
            }
        }
    }

    @Test
    void aStalledParentThatTakesNothingAnyMoreFailsReadyBriefly() throws Exception {
        try (ChildJvm parent = start(0, "ready")) {
            parent.awaitLine("done ready");
            try (Server child = Server.join(epoch1.with(o -> o.replyTimeout = Duration.ofMinutes(1)))) {
                child.hotRestart.shutdownParentAdmin();
                POSIX.kill(parent.pid(), ProcessCalls.SIGSTOP);
                fillQueueOf(new DomainSocketNames(epoch0.socketPath(), epoch0.baseId())
                        .address(DomainSocketNames.Role.PARENT, epoch0.epoch()));
                long before = System.nanoTime();
                assertThatThrownBy(child.hotRestart::ready)
                        .isInstanceOf(HotRestartException.class)
                        .hasMessageContaining("EAGAIN");
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
            }
        }
    }

    private static void fillQueueOf(SocketAddress address) {
        try (Fd socket = POSIX.socket(SocketFamily.UNIX, SocketType.DATAGRAM, true)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            POSIX.sendMessageTo(socket, new byte[8], List.of(), address);
                        }
                    })
                    .hasMessageContaining("EAGAIN");
        }
    }

    @Test
    void aDrainingParentWhoseChildDiesEndsItselfAtTheLatestAfterItsDrainTime() throws Exception {
        try (Server parent = Server.start(epoch0.with(o -> o.drainTime = Duration.ofSeconds(3)))) {
            parent.connections.set(1);
            try (ChildJvm child = start(1, "ready")) {
                child.awaitLine("done ready");
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("drainListeners"));
                child.kill();
            }
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
        }
    }

    @Test
    void aSecondChildFindsTheNamesOfTheFirstInUse() throws Exception {
        try (Server parent = Server.start(epoch0);
                ChildJvm first = start(1, "admin")) {
            first.awaitLine("done admin");
            try (ChildJvm second = start(1, "admin")) {
                assertThat(second.awaitLine("failed:")).contains("unable to bind domain socket with base_id=");
                assertThat(second.awaitExit()).isEqualTo(1);
            }
            assertThat(parent.duties).containsExactly("closeAdmin");
            first.tell("ready");
            first.awaitLine("done ready");
            await().untilAsserted(() -> assertThat(parent.duties).startsWith("closeAdmin", "drainListeners"));
        }
    }

    @Test
    void aLockWhoseHolderDiesIsRecovered() throws Exception {
        try (Server parent = Server.start(epoch0);
                ChildJvm child = start(1, "hold")) {
            child.awaitLine("holding");
            assertThat(parent.hotRestart.logLock().tryRun(() -> {}, Duration.ofMillis(100)))
                    .isFalse();
            assertThat(parent.hotRestart.accessLogLock().tryRun(() -> {}, Duration.ofMillis(100)))
                    .isTrue();
            child.kill();
            assertThat(parent.hotRestart.logLock().tryRun(() -> {}, Duration.ofSeconds(5)))
                    .isTrue();
        }
    }

    @Test
    void aStoppedHolderOfTheLockDoesNotSilenceTheOther() throws Exception {
        try (Server parent = Server.start(epoch0);
                ChildJvm child = start(1, "hold")) {
            child.awaitLine("holding");
            List<String> log = new ArrayList<>();
            parent.hotRestart.logLock().run(() -> log.add("line"));
            assertThat(log).containsExactly("line");
        }
    }

    @Test
    void withoutTheParentDeathSignalAChildOutlivesItsLauncher() throws Exception {
        assertThat(survivesItsLauncher(false)).isTrue();
    }

    @Test
    void withTheParentDeathSignalItDoesNot() throws Exception {
        assertThat(survivesItsLauncher(true)).isFalse();
    }

    private boolean survivesItsLauncher(boolean signal) throws IOException {
        try (ChildJvm launcher = ChildJvm.start(
                LauncherMain.class,
                Boolean.toString(signal),
                epoch0.socketPath(),
                Long.toString(epoch0.baseId().value()))) {
            String line = launcher.awaitLine("launched ");
            long pid = Long.parseLong(line.substring("launched ".length()));
            try {
                launcher.kill();
                if (signal) {
                    await().until(() -> !alive(pid));
                    return false;
                }
                await().during(Duration.ofMillis(500)).until(() -> alive(pid));
                return true;
            } finally {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private ChildJvm start(int epoch, String... commands) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of(epoch0.socketPath(), Long.toString(epoch0.baseId().value()), Integer.toString(epoch)));
        arguments.addAll(List.of(commands));
        return ChildJvm.start(ServerMain.class, arguments.toArray(String[]::new));
    }

    private interface Start {
        Server start() throws HotRestartException;
    }

    private static String failureOf(Start start) {
        try (Server unexpected = start.start()) {
            return "it started: " + unexpected.hotRestart.state();
        } catch (HotRestartException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
