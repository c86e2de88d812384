package io.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.baton.BaseId;
import io.baton.RestartEpoch;
import io.baton.posix.Posix;
import io.baton.posix.ProcessCalls;
import io.baton.proxy.HandoverConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes that only sleep (TERM and USR1 end them, WINCH does not); the test says what they report. */
class SupervisorTest {
    private static final HandoverConfig TIMES = new HandoverConfig(
            Duration.ofMinutes(1), Duration.ofMinutes(2), 64, 0, Duration.ZERO, Duration.ofSeconds(4));

    private final Posix posix = Posix.linux();
    private final Queue<String> announced = new ConcurrentLinkedQueue<>();
    private final SupervisorLoop loop = new SupervisorLoop();
    private final List<Process> left = new ArrayList<>();
    /** What a process that has ended has said and nobody has heard yet. */
    private volatile Runnable lastWords = () -> {};

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    private Path temp;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Supervisor supervisor;

    @SuppressWarnings("NullAway.Init") // set before each test
    private RuntimeDir directory;

    @BeforeEach
    void prepare() throws Exception {
        directory = RuntimeDir.create(temp.resolve("r"));
        launcher("exec sleep 60");
        RunSettings settings = new RunSettings(temp.resolve("baton.yaml"), temp, TIMES, List.of());
        supervisor = new Supervisor(
                loop,
                new GenerationStarter(posix, directory),
                new SettingsInUse(loop, (config, home) -> TIMES, settings),
                directory,
                new Backoff(Duration.ofMillis(100)),
                new Journal(directory, InstantSource.system(), announced::add),
                announced::add,
                () -> lastWords.run());
    }

    private void launcher(String command) throws Exception {
        Path launcher = LaunchPlan.launcher(temp);
        Files.createDirectories(temp.resolve("bin"));
        Files.deleteIfExists(launcher);
        Files.writeString(launcher, "#!/bin/sh\n%s\n".formatted(command));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void endAll() throws Exception {
        loop.run(() -> supervisor.stop(true));
        left.forEach(Process::destroyForcibly);
        supervisor.ended().get(20, TimeUnit.SECONDS);
        loop.close();
    }

    @Test
    void isReadyWhoSaysThatItServesThoughReadyWasLost() throws Exception {
        long parent = startCold();
        report(parent, 0, GenerationState.SERVING, 3);
        UpgradeJob job = upgrade();
        long child = awaitOther(parent);

        report(child, 1, GenerationState.SERVING, 0);
        report(parent, 0, GenerationState.DRAINING, 3);

        await().untilAsserted(() -> assertThat(lastHandover()).containsEntry("result", "committed"));
        assertThat(job.phase()).isEqualTo("generation 1 (pid %d) serves".formatted(child));
        assertThat(ask(supervisor::status)).containsEntry("epoch", 1);
    }

    @Test
    void aChildThatIsNotReadyInTimeIsNotKilledWhileItsParentDrains() throws Exception {
        long parent = startCold();
        report(parent, 0, GenerationState.SERVING, 3);
        upgrade();
        long child = awaitOther(parent);
        report(child, 1, GenerationState.AWAITING_READY, 0);
        report(parent, 0, GenerationState.DRAINING, 3);

        // More than the timeout, and the second look after it.
        await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(8)).until(() -> isAlive(child));

        report(child, 1, GenerationState.SERVING, 0);
        await().untilAsserted(() -> assertThat(lastHandover()).containsEntry("result", "committed"));
    }

    @Test
    void countsWhatAParentDrainedThatDiedOnTheWay() throws Exception {
        long parent = startCold();
        report(parent, 0, GenerationState.SERVING, 3);
        upgrade();
        long child = awaitOther(parent);
        posix.kill(parent, ProcessCalls.SIGKILL);
        await().until(() -> pids().equals(List.of(child)));

        report(child, 1, GenerationState.SERVING, 0);

        await().untilAsserted(() -> assertThat(lastHandover())
                .containsEntry("drained", 0L)
                .containsEntry("cut", 3L)
                .containsKey("parent_gone_ms"));
    }

    @Test
    void whatAParentSaidLastIsHeardBeforeItsEndIsActedUpon() throws Exception {
        long parent = startCold();
        report(parent, 0, GenerationState.SERVING, 200);
        upgrade();
        long child = awaitOther(parent);
        report(child, 1, GenerationState.SERVING, 200);
        report(parent, 0, GenerationState.DRAINING, 200);
        lastWords = () -> report(parent, 0, GenerationState.TERMINATED, 0);
        posix.kill(parent, ProcessCalls.SIGKILL);

        await().untilAsserted(() -> assertThat(lastHandover()).containsKey("parent_gone_ms"));
        assertThat(lastHandover()).containsEntry("cut", 0L);
    }

    @Test
    void whatAChildHasTakenOverIsKnownWhenItsParentsWordEndsTheHotRestart() throws Exception {
        long parent = startCold();
        report(parent, 0, GenerationState.SERVING, 200);
        upgrade();
        long child = awaitOther(parent);
        report(child, 1, GenerationState.SERVING, 200, new Moves(200, 200, 0, 0, 0, 0), 0);
        report(parent, 0, GenerationState.DRAINING, 0);

        await().untilAsserted(() -> assertThat(lastHandover()).containsEntry("result", "committed"));
        assertThat(lastHandover()).containsEntry("moved", 200L);
    }

    @Test
    void whatLeftByItselfIsWhatTheParentHadToAccountForAndDidNotCut() throws Exception {
        long parent = startCold();
        report(parent, 0, GenerationState.SERVING, 40);
        upgrade();
        long child = awaitOther(parent);
        report(child, 1, GenerationState.SERVING, 0);
        // 32 of them have moved and are only not closed here yet.
        report(parent, 0, GenerationState.DRAINING, 39, 0, 0);
        report(parent, 0, GenerationState.DRAINING, 7, 7, 0);
        report(parent, 0, GenerationState.TERMINATED, 0, 7, 2);
        posix.kill(parent, ProcessCalls.SIGKILL);

        await().untilAsserted(() ->
                assertThat(lastHandover()).containsEntry("drained", 5L).containsEntry("cut", 2L));
    }

    @Test
    void aSecondStopWaitsLikeTheFirst() throws Exception {
        long pid = startCold();
        report(pid, 0, GenerationState.SERVING, 3);
        SupervisorDesk desk = new SupervisorDesk(loop, supervisor, announced::add);

        loop.run(() -> supervisor.stop(false));
        loop.run(() -> supervisor.stop(false));
        desk.signalled(Signals.UnixSignal.TERM);

        await().during(Duration.ofMillis(500)).until(() -> isAlive(pid));

        desk.signalled(Signals.UnixSignal.TERM);
        assertThat(supervisor.ended().get(20, TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
    }

    @Test
    void logsAreReopenedByThoseAloneThatCanTakeTheSignal() throws Exception {
        long pid = startCold();

        loop.run(() -> supervisor.forward(ProcessCalls.SIGUSR1));
        await().during(Duration.ofMillis(300)).until(() -> isAlive(pid));

        report(pid, 0, GenerationState.SERVING, 0);
        // This one dies of it, unlike a generation: so we know that it came.
        await().untilAsserted(() -> assertThat(announced)
                .anyMatch(line -> line.startsWith("generation 0 (pid %d) was killed by signal 10".formatted(pid))));
    }

    @Test
    void isFoundByTheNextSupervisorEvenBeforeItsFirstWord() throws Exception {
        long pid = startCold();

        assertThat(LeftGenerations.find(posix, directory, announced::add))
                .extracting(generation -> generation.member().pid())
                .containsExactly(pid);
    }

    @Test
    void aLeftGenerationMayTakeItsTimeToReport() throws Exception {
        long pid = adoptOne();

        await().during(Duration.ofSeconds(3)).until(() -> isAlive(pid));
        report(pid, 5, GenerationState.SERVING, 1);

        await().untilAsserted(() -> assertThat(ask(supervisor::status)).containsEntry("state", "serving"));
        assertThat(isAlive(pid)).isTrue();
    }

    @Test
    void aSilentLeftGenerationIsKilledOnlyWhenAnotherServes() throws Exception {
        long silent = adoptOne();

        long cold = awaitOther(silent);
        assertThat(isAlive(silent)).isTrue();

        report(cold, 0, GenerationState.SERVING, 0);
        await().until(() -> !isAlive(silent));
        assertThat(isAlive(cold)).isTrue();
    }

    @Test
    void whatStillDrainsMayDoSoAfterTheLastColdStartHasFailed() throws Exception {
        launcher("exit 1");
        long draining = adoptOne();
        report(draining, 5, GenerationState.DRAINING, 7);

        await().atMost(Duration.ofSeconds(30))
                .until(() -> announced.stream().anyMatch(line -> line.contains("gave up after")));
        await().during(Duration.ofMillis(500)).until(() -> isAlive(draining));
        assertThat(supervisor.ended()).isNotDone();

        posix.kill(draining, ProcessCalls.SIGKILL);
        assertThat(supervisor.ended().get(20, TimeUnit.SECONDS)).isEqualTo(ExitCode.FAILED);
    }

    private long startCold() throws Exception {
        loop.run(supervisor::startCold);
        return awaitOther(0);
    }

    private long adoptOne() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        left.add(process);
        Generation generation =
                new Generation(new RestartEpoch(5), GenerationProcess.Adopted.of(process.pid(), posix), Instant.now());
        loop.run(() -> supervisor.adopt(List.of(generation)));
        return process.pid();
    }

    private UpgradeJob upgrade() {
        UpgradeJob job = new UpgradeJob("the test", Optional.empty(), Optional.empty());
        loop.run(() -> supervisor.upgrade(job));
        return job;
    }

    private void report(long pid, int epoch, GenerationState state, long connections) {
        report(pid, epoch, state, connections, 0, 0);
    }

    private void report(long pid, int epoch, GenerationState state, long connections, long stayed, long cut) {
        report(pid, epoch, state, connections, new Moves(0, 0, stayed, 0, 0, 0), cut);
    }

    private void report(long pid, int epoch, GenerationState state, long connections, Moves moves, long cut) {
        GenerationReport report = new GenerationReport(
                new BaseId(17), new RestartEpoch(epoch), pid, state, Instant.EPOCH, connections, 0, 0, cut, moves);
        loop.run(() -> supervisor.received(pid, report.toMessage()));
    }

    private <T> T ask(Callable<T> question) throws Exception {
        return loop.call(question);
    }

    private List<Long> pids() throws Exception {
        List<Long> pids = new ArrayList<>();
        if (ask(supervisor::status).get("generations") instanceof List<?> generations) {
            for (Object generation : generations) {
                if (generation instanceof Map<?, ?> entry && entry.get("pid") instanceof Long pid) {
                    pids.add(pid);
                }
            }
        }
        return pids;
    }

    private long awaitOther(long than) throws Exception {
        return await().until(() -> pids().stream().filter(pid -> pid != than).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    private Map<String, Object> lastHandover() throws Exception {
        Map<String, Object> present = new HashMap<>();
        if (ask(supervisor::status).get("last_handover") instanceof Map<?, ?> last) {
            last.forEach((name, value) -> {
                if (value != null) {
                    present.put(String.valueOf(name), value);
                }
            });
        }
        return present;
    }

    private static boolean isAlive(long pid) {
        return ProcStat.of(pid).isPresent();
    }
}
