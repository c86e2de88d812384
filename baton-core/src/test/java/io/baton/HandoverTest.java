package io.baton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.baton.posix.Errno;
import io.baton.posix.Posix;
import io.baton.posix.SocketAddress;
import io.baton.posix.SocketType;
import io.baton.testkit.FaultyPosix;
import io.baton.testkit.FdCount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of events between generations. All live in this JVM; {@link DeathTest} has the promises that need real processes. */
class HandoverTest {
    private final HotRestartOptions epoch0 = Lineages.fresh();
    private final HotRestartOptions epoch1 = Lineages.next(epoch0);
    private final HotRestartOptions epoch2 = Lineages.next(epoch1);

    @TempDir
    Path directory;

    @Test
    void aDrainedParentEndsAndTheChildServes() throws Exception {
        try (Server parent = Server.start(epoch0);
                Server child = Server.start(epoch1)) {
            await().untilAsserted(() ->
                    assertThat(parent.duties).containsExactly("closeAdmin", "drainListeners", "terminate"));
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            assertThat(parent.hotRestart.state().label()).isEqualTo("terminated");
        }
    }

    @Test
    void aParentWithConnectionsDrainsUntilTheLastHasLeft() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.connections.set(2);
            try (Server child = Server.start(epoch1)) {
                await().untilAsserted(
                                () -> assertThat(child.stats.gauges()).containsEntry("server.parent_connections", 2L));
                assertThat(child.stats.gauges()).containsEntry("server.total_connections", 2L);
                await().until(() -> parent.hotRestart.state().label().equals("draining"));
                assertThat(parent.hotRestart.drainManager().draining()).isTrue();
                parent.stats.counter("late").add(7);
                parent.connections.set(0);

                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.stats.counters()).containsEntry("late", 7L);
            }
        }
    }

    @Test
    void nothingIsAskedOfADrainingParentOnceItIsPolled() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.connections.set(1);
            try (Server child = Server.start(epoch1.with(o -> o.statsInterval = Duration.ofMillis(1)))) {
                ListenSpec spec = new ListenSpec(
                        new SocketAddress.UnixPath(
                                directory.resolve("late.sock").toString()),
                        SocketType.STREAM,
                        0,
                        false,
                        16);
                assertThat(child.hotRestart.shutdownParentAdmin()).isEmpty();
                assertThat(child.hotRestart.listeners().listen(spec).inherited())
                        .isFalse();
                assertThat(child.hotRestart.listeners().surplus(spec)).isEmpty();
            }
        }
    }

    @Test
    void theShutdownTimerEndsAParentThatKeepsConnections() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.connections.set(1);
            try (Server child = Server.start(epoch1.with(o -> o.parentShutdownTime = Duration.ofMillis(200)))) {
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void aTerminateThatFindsTheParentsQueueFullIsRepeated() throws Exception {
        byte[] terminate =
                Frames.split(MessageEncoder.encode(new Request.Terminate())).getFirst();
        FaultyPosix faulty = new FaultyPosix(Posix.linux())
                .fail(
                        "sendMessageTo",
                        Errno.EAGAIN,
                        6,
                        call -> call.stream()
                                .anyMatch(argument ->
                                        argument instanceof byte[] datagram && Arrays.equals(datagram, terminate)));
        try (Server parent = Server.start(epoch0)) {
            parent.connections.set(1);
            HotRestartOptions impatient = epoch1.with(o -> o.parentShutdownTime = Duration.ofMillis(100));
            try (Server child = Server.start(faulty.posix(), impatient, server -> {})) {
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void withEnvoysFixedWaitADrainedParentStays() throws Exception {
        try (Server parent = Server.start(epoch0);
                Server child = Server.start(epoch1.with(o -> {
                    o.exitWhenDrained = false;
                    o.parentShutdownTime = Duration.ofMillis(700);
                }))) {
            long ready = System.nanoTime();
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            assertThat(Duration.ofNanos(System.nanoTime() - ready)).isGreaterThan(Duration.ofMillis(500));
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
        }
    }

    @Test
    void theGrandparentIsEndedAsSoonAsAChildComes() throws Exception {
        try (Server grandparent = Server.start(epoch0)) {
            grandparent.connections.set(1);
            grandparent.stats.counter("requests").add(3);
            try (Server parent = Server.start(epoch1);
                    Server child = Server.join(epoch2)) {
                grandparent.stats.counter("requests").add(4);
                assertThat(grandparent.duties).doesNotContain("terminate");
                child.hotRestart.shutdownParentAdmin();
                await().untilAsserted(() -> assertThat(grandparent.duties).endsWith("terminate"));
                await().untilAsserted(() -> assertThat(parent.stats.counters()).containsEntry("requests", 7L));
            }
        }
    }

    @Test
    void originalStartAndGenerationCrossSeveralRestarts() throws Exception {
        try (Server first = Server.start(epoch0)) {
            Thread.sleep(1100); // the protocol counts in seconds
            try (Server second = Server.start(epoch1);
                    Server third = Server.start(epoch2)) {
                assertThat(second.hotRestart.originalStart().getEpochSecond())
                        .isEqualTo(first.hotRestart.originalStart().getEpochSecond());
                assertThat(third.hotRestart.originalStart()).isEqualTo(second.hotRestart.originalStart());
                await().untilAsserted(() -> assertThat(second.duties).endsWith("terminate"));
                assertThat(third.stats.gauges())
                        .containsEntry("server.hot_restart_generation", 3L)
                        .containsEntry("server.hot_restart_epoch", 2L)
                        .containsEntry("server.live", 1L)
                        .containsEntry("server.parent_connections", 0L);
            }
        }
    }

    @Test
    void aThirdProcessCanStartWhileTwoLiveButTheFourthFindsItsNamesInUse() throws Exception {
        try (Server first = Server.start(epoch0)) {
            first.connections.set(1);
            try (Server second = Server.start(epoch1);
                    Server third = Server.join(epoch2)) {
                second.connections.set(1);
                assertThat(third.hotRestart.state().label()).isEqualTo("starting");
                assertThatThrownBy(() -> Server.join(Lineages.next(epoch2)))
                        .isInstanceOf(HotRestartException.AddressInUse.class)
                        .hasMessage(
                                "unable to bind domain socket with base_id=%d, id=3, errno=98 (see --base-id option)"
                                        .formatted(epoch0.baseId().scaled()));
            }
        }
    }

    @Test
    void aSecondStarterIsRefusedWhileTheFirstInitialises() throws Exception {
        try (Server parent = Server.join(epoch0)) {
            assertThatThrownBy(() -> Server.join(epoch1))
                    .isInstanceOf(HotRestartException.class)
                    .hasMessage("previous envoy process is still initializing");
            parent.hotRestart.ready();

            Server.start(epoch1).close();
        }
    }

    @Test
    void aFailedStartCanBeTriedAgainAndLeavesTheParentServingWithItsAdmin() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            Server failed = Server.join(epoch1);
            failed.hotRestart.shutdownParentAdmin();
            failed.close();

            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));
            assertThat(parent.hotRestart.state().label()).isEqualTo("serving");
            try (Server retried = Server.start(epoch1)) {
                assertThat(retried.hotRestart.state().label()).isEqualTo("serving");
                await().untilAsserted(() -> assertThat(parent.duties)
                        .startsWith("closeAdmin", "reopenAdmin", "closeAdmin", "drainListeners"));
            }
        }
    }

    @Test
    void aHungChildIsGivenUpOnAtTheDeadlineAndHonouredWhenItComesThrough() throws Exception {
        try (Server parent = Server.start(epoch0.with(o -> o.readyTimeout = Duration.ofMillis(300)));
                Server hung = Server.join(epoch1)) {
            hung.hotRestart.shutdownParentAdmin();
            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));
            assertThat(parent.hotRestart.state().label()).isEqualTo("serving");

            hung.hotRestart.ready();

            await().untilAsserted(() ->
                    assertThat(parent.duties).startsWith("closeAdmin", "reopenAdmin", "closeAdmin", "drainListeners"));
        }
    }

    @Test
    void theAdminIsOpenedAgainWhenAChildGivenUpOnEnds() throws Exception {
        try (Server parent = Server.start(epoch0.with(o -> o.readyTimeout = Duration.ofMillis(300)))) {
            Server hung = Server.join(epoch1);
            hung.hotRestart.shutdownParentAdmin();
            await().untilAsserted(() -> assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin"));

            hung.close(); // only now is the admin's address free

            await().untilAsserted(() ->
                    assertThat(parent.duties).containsExactly("closeAdmin", "reopenAdmin", "reopenAdmin"));
        }
    }

    @Test
    void aServerWhoseDutiesFailIsHandedOverAllTheSame() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.failing.set(true);
            try (Server child = Server.start(epoch1)) {
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void anErrorInADutyDoesNotEndTheThreadThatAnswers() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            parent.onDrain = () -> {
                throw new NoClassDefFoundError("this server lacks a class");
            };
            try (Server child = Server.start(epoch1)) {
                await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void aParentThatCannotBeProbedIsNotTakenForGone() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            HotRestartOptions skip = epoch1.with(o -> o.skipOnNoParent = true);
            FaultyPosix faulty = new FaultyPosix(Posix.linux()).fail("sendMessageTo", Errno.ENOBUFS, 1);
            assertThatThrownBy(() -> Server.join(faulty.posix(), skip))
                    .isInstanceOf(HotRestartException.class)
                    .hasMessageStartingWith("cannot tell whether the parent (epoch 0) is gone: ");

            faulty.fail("sendMessageTo", Errno.EAGAIN, 5);
            try (Server child = Server.start(faulty.posix(), skip, server -> {})) {
                await().untilAsserted(() ->
                        assertThat(parent.duties).containsExactly("closeAdmin", "drainListeners", "terminate"));
                assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            }
        }
    }

    @Test
    void aChildWithoutAParentSaysSoAfterItsAttempts() throws Exception {
        try (Server parent = Server.start(epoch0)) {
            assertThat(parent.hotRestart.version()).isEqualTo(HotRestart.supportedVersion(Posix.linux()));
        }
        assertThatThrownBy(() -> Server.start(epoch1))
                .isInstanceOf(HotRestartException.class)
                .hasMessageStartingWith(
                        "cannot open shared memory region /envoy_shared_memory_%d check user permissions."
                                .formatted(epoch0.baseId().scaled()));
    }

    @Test
    void withTheSkipFlagAChildWithoutAParentStartsColdWithItsEpoch() throws Exception {
        try (Server alone = Server.start(epoch2.with(o -> o.skipOnNoParent = true))) {
            assertThat(alone.hotRestart.state())
                    .isEqualTo(new HotRestartState.Serving(new RestartEpoch(2), OptionalLong.empty()));
            assertThat(alone.hotRestart.shutdownParentAdmin()).isEmpty();
        }
    }

    @Test
    void withTheSkipFlagALivingParentIsStillAskedForItsSockets() throws Exception {
        try (Server parent = Server.start(epoch0);
                Server child = Server.start(epoch1.with(o -> o.skipOnNoParent = true))) {
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
            await().untilAsserted(() -> assertThat(parent.duties).startsWith("closeAdmin", "drainListeners"));
        }
    }

    @Test
    void pathSocketsServeAsWell() throws Exception {
        HotRestartOptions path0 =
                epoch0.with(o -> o.socketPath = directory.resolve("hr").toString());
        try (Server parent = Server.start(path0);
                Server child = Server.start(Lineages.next(path0))) {
            await().untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            assertThat(child.hotRestart.state().label()).isEqualTo("serving");
        }
        try (var left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactly("hr_lock_%d".formatted(epoch0.baseId().scaled()));
        }
    }

    @Test
    void theBaseIdIsWrittenAndAFileThatCannotBeWrittenOnlyLogs() throws Exception {
        Path file = directory.resolve("base-id");
        Server.join(epoch0.with(o -> o.baseIdPath = Optional.of(file))).close();
        assertThat(file).content().isEqualTo(Long.toString(epoch0.baseId().value()));
        Server.join(epoch0.with(o -> o.baseIdPath = Optional.of(directory.resolve("no/such/dir"))))
                .close();
    }

    @Test
    void fdCountIsFlatAfterFiftyRestarts() throws Exception {
        HotRestartOptions options = epoch0;
        Server serving = Server.start(options);
        int before = 0;
        for (int i = 0; i < 50; i++) {
            options = Lineages.next(options);
            Server next = Server.start(options);
            Server parent = serving;
            await().pollInterval(Duration.ofMillis(10))
                    .untilAsserted(() -> assertThat(parent.duties).endsWith("terminate"));
            parent.close();
            serving = next;
            if (i == 4) { // what is made once is made by now
                before = FdCount.now();
            }
        }
        int expected = before;
        await().untilAsserted(() -> assertThat(FdCount.open()).hasSizeLessThanOrEqualTo(expected));
        serving.close();
    }

    @Test
    void withHotRestartDisabledNothingIsSharedAndDrainingStillWorks() throws Exception {
        HotRestartOptions disabled = epoch0.with(o -> o.disabled = true);
        try (Server one = Server.join(disabled);
                Server two = Server.join(disabled)) {
            one.hotRestart.ready();
            two.hotRestart.ready();
            assertThat(one.hotRestart.version()).isEqualTo("disabled");
            assertThat(one.hotRestart.state().label()).isEqualTo("serving");
            one.hotRestart.drain();
            await().untilAsserted(() -> assertThat(one.duties).containsExactly("drainListeners", "terminate"));
            assertThat(two.duties).isEmpty();
        }
    }
}
