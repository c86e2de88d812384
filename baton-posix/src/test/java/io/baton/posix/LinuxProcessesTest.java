package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinuxProcessesTest {
    private final Posix posix = Posix.linux();

    @Test
    void knowsWhoThisIs() throws IOException {
        assertThat(posix.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(posix.parentPid())
                .isEqualTo(ProcessHandle.current().parent().orElseThrow().pid());
        assertThat(posix.effectiveUserId()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    @Test
    void aThreadMadeNicerIsAloneInIt() throws Exception {
        Thread nicer = new Thread(() -> {
            int before = niceOfThisThread();
            posix.setNice(0, before + 1);
            assertThat(niceOfThisThread()).isEqualTo(before + 1);
        });
        int before = niceOfThisThread();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        nicer.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));

        nicer.start();
        nicer.join();

        assertThat(failure).hasNullValue();
        assertThat(niceOfThisThread()).isEqualTo(before);
        assertThatThrownBy(() -> posix.setNice(Integer.MAX_VALUE, 19))
                .hasMessage("setpriority(PRIO_PROCESS, 2147483647, 19) failed: ESRCH (No such process)");
    }

    /** Field 19 of proc(5)'s stat. */
    private static int niceOfThisThread() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSoftLimitOfOpenFilesIsSetUpToTheHardOne() {
        ResourceLimit before = posix.openFileLimit();
        assertThat(before.soft()).isLessThanOrEqualTo(before.hard());
        try {
            posix.setOpenFileSoftLimit(before.soft() - 1);
            assertThat(posix.openFileLimit()).isEqualTo(new ResourceLimit(before.soft() - 1, before.hard()));
        } finally {
            posix.setOpenFileSoftLimit(before.soft());
        }
        if (before.hard() != Long.MAX_VALUE) {
            assertThatThrownBy(() -> posix.setOpenFileSoftLimit(before.hard() + 1))
                    .hasMessage(
                            "setrlimit(RLIMIT_NOFILE, soft=%d, hard=%d) failed: EINVAL (Invalid argument)",
                            before.hard() + 1, before.hard());
        }
    }

    @Test
    void aProcessDiesWithItsParentWhenItAskedTo() throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\"; echo not reached", "sh"));
        command.addAll(TestProgram.command(ParentDeathProgram.class));
        Process shell = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            long pid = Long.parseLong(shell.inputReader().readLine());
            try (Fd pidFd = posix.pidFd(pid)) {
                assertThat(posix.awaitReadable(List.of(pidFd), Waits.NONE).isEmpty())
                        .isTrue();

                posix.kill(shell.pid(), ProcessCalls.SIGKILL);

                assertThat(posix.awaitReadable(List.of(pidFd), Waits.LONG).get(0))
                        .isTrue();
            }
        } finally {
            shell.destroyForcibly();
        }
    }

    @Test
    void aSignalThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> posix.setParentDeathSignal(65))
                .hasMessage("prctl(PR_SET_PDEATHSIG, 65) failed: EINVAL (Invalid argument)");
        assertThatThrownBy(() -> posix.setBlockedSignals(Set.of(65)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("signal is 65, expected 1 to 64");
    }
}
