package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcFsTest {
    @Test
    void knowsWhenAProcessWasStartedAndWhoseChildItIs() throws Exception {
        long before = System.nanoTime();
        Process shell = Command.start(List.of("sh", "-c", "sleep 60 & wait"));
        try {
            long pid = shell.pid();
            assertThat(ProcFs.startNanos(pid).orElseThrow())
                    .isBetween(before - 20_000_000, System.nanoTime() + 20_000_000);
            assertThat(ProcFs.descendants(ProcessHandle.current().pid())).contains(pid);
            await().until(() -> !ProcFs.descendants(pid).isEmpty());
            assertThat(ProcFs.commandLine(pid)).contains("sleep 60 & wait");
            assertThat(ProcFs.rssBytes(pid)).isPositive();
            assertThat(ProcFs.threads(pid)).isEqualTo(1);
            assertThat(ProcFs.openFds(pid)).isGreaterThanOrEqualTo(3);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    @Test
    void countsCpuTime() {
        long self = ProcessHandle.current().pid();
        double before = ProcFs.cpuSeconds(self);
        await().atMost(Duration.ofSeconds(10)).pollInSameThread().until(() -> {
            long sum = 0;
            for (int i = 0; i < 10_000_000; i++) {
                sum += i;
            }
            return sum > 0 && ProcFs.cpuSeconds(self) >= before + 0.05;
        });
    }

    @Test
    void whatEndedChildrenUsedCountsForWhoeverWaitedForThem() throws Exception {
        Process shell = Command.start(List.of(
                "sh", "-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; echo done; sleep 60; true"));
        try {
            assertThat(shell.inputReader().readLine()).isEqualTo("done");
            assertThat(ProcFs.cpuSecondsWithEndedChildren(shell.pid()))
                    .isGreaterThanOrEqualTo(ProcFs.cpuSeconds(shell.pid()) + 0.02);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    @Test
    void noticesAnEndEvenWhenNobodyFetchesTheExitCode() throws Exception {
        // The shell becomes sleep without waiting for its child, which stays a zombie.
        Process parent = Command.start(List.of("sh", "-c", "sh -c 'sleep 3' & exec sleep 60"));
        try {
            await().until(() -> !ProcFs.descendants(parent.pid()).isEmpty());
            Set<Long> child = ProcFs.descendants(parent.pid());
            CompletableFuture<Long> gone = GoneWatch.whenGone(child);
            assertThat(gone).isNotDone();
            assertThat(gone.get(30, TimeUnit.SECONDS)).isLessThanOrEqualTo(System.nanoTime());
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void saysNothingOfAProcessThatIsGone() throws Exception {
        Process process = Command.start(List.of("true"));
        process.waitFor();
        assertThat(ProcFs.isAlive(process.pid())).isFalse();
        assertThat(ProcFs.startNanos(process.pid())).isEmpty();
        assertThat(ProcFs.cpuSeconds(process.pid())).isZero();
        assertThat(ProcFs.threads(process.pid())).isZero();
        assertThat(ProcFs.openFds(process.pid())).isZero();
        assertThat(ProcFs.descendants(process.pid())).isEmpty();
    }
}
