package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baton.posix.ExitStatus.Exited;
import io.baton.posix.ExitStatus.Signaled;
import io.baton.posix.SpawnRequest.StandardStreams;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpawnTest {
    private final Posix posix = Posix.linux();

    @Test
    void theChildFindsItsFdsFromThreeOnInOrder() {
        try (FdPair one = pipeWith("first ");
                FdPair two = pipeWith("second ");
                FdPair three = pipeWith("third")) {
            assertThat(output("cat <&3; cat <&4; cat <&5", List.of(one.first(), two.first(), three.first())))
                    .isEqualTo("first second third");
        }
    }

    @Test
    void targetsThatAreTakenByOtherSourcesDoNotClash() {
        // Enough for the targets to lie among the sources, and the other way round: whatever the order, none may be
        // overwritten
        // before it is in its place.
        List<FdPair> pipes = new ArrayList<>();
        List<Fd> reversed = new ArrayList<>();
        StringBuilder script = new StringBuilder("exec cat");
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            FdPair pipe = pipeWith("pipe" + i + ";");
            pipes.add(pipe);
            reversed.addFirst(pipe.first());
            script.append(" /proc/self/fd/").append(3 + i);
            expected.insert(0, "pipe" + i + ";");
        }
        assertThat(output(script.toString(), reversed)).isEqualTo(expected.toString());
        pipes.forEach(FdPair::close);
    }

    @Test
    void theChildHasNoOtherFds() {
        try (Fd passed = posix.eventFd();
                Fd notPassed = posix.eventFd()) {
            posix.setCloseOnExec(notPassed, false);

            // The shell had the directory itself open while it read it: what is gone by now was that.
            String open = output(
                    "cd /proc/self/fd; for fd in *; do if [ -e $fd ]; then echo -n \"$fd \"; fi; done",
                    List.of(passed));

            assertThat(open).isEqualTo("0 1 2 3 ");
        }
    }

    @Test
    void theChildHasOnlyTheEnvironmentItWasGiven() {
        assertThat(output("env | grep -v -E '^(PWD|_|SHLVL)='", List.of())).isEqualTo("GREETING=hello=world\n");
    }

    @Test
    void theChildHasNoSignalBlockedOrIgnored() {
        Set<Integer> before = posix.blockedSignals();
        posix.setBlockedSignals(Set.of(ProcessCalls.SIGTERM, ProcessCalls.SIGUSR1, SignalMask.LAST_SIGNAL));
        try {
            assertThat(posix.blockedSignals())
                    .containsExactlyInAnyOrder(ProcessCalls.SIGTERM, ProcessCalls.SIGUSR1, SignalMask.LAST_SIGNAL);

            assertThat(output("grep -E '^Sig(Blk|Ign)' /proc/self/status", List.of()))
                    .isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
        } finally {
            posix.setBlockedSignals(before);
        }
        assertThat(posix.blockedSignals()).isEqualTo(before);
    }

    @Test
    void howAChildEndedIsReported() {
        assertThat(posix.waitFor(posix.spawn(shell("exit 7", List.of(), Optional.empty())), true))
                .hasValue(new Exited(7));

        long sleeping = posix.spawn(shell("exec sleep 1000", List.of(), Optional.empty()));
        assertThat(posix.waitFor(sleeping, false)).isEmpty();
        posix.kill(sleeping, 0);
        posix.kill(sleeping, ProcessCalls.SIGTERM);
        assertThat(posix.waitFor(sleeping, true)).hasValue(new Signaled(ProcessCalls.SIGTERM));

        assertThatThrownBy(() -> posix.waitFor(sleeping, true))
                .hasMessage("waitpid(pid=%d, block=true) failed: ECHILD (No child processes)", sleeping);
        assertThatThrownBy(() -> posix.kill(sleeping, 0))
                .hasMessage("kill(pid=%d, signal=0) failed: ESRCH (No such process)", sleeping);
    }

    @Test
    void aProgramThatCannotBeStartedIsNamedAndLeaksNothing() {
        try (Fd event = posix.eventFd()) {
            long before = OpenFds.count();

            assertThatThrownBy(() -> posix.spawn(new SpawnRequest(
                            "/no/such/program", List.of("program"), Map.of(), List.of(event), Optional.empty())))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("posix_spawn(path=/no/such/program) failed: ENOENT (No such file or directory)");
            assertThatThrownBy(() -> posix.spawn(new SpawnRequest(
                            "/bin/true", List.of("true"), Map.of("A=B", "C"), List.of(event), Optional.empty())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("environment variable is named \"A=B\", expected a name without =");
            assertThatThrownBy(() -> posix.spawn(new SpawnRequest(
                            "/bin/true", List.of("true"), Map.of(), List.of(event, Fd.own(9_999)), Optional.empty())))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("fcntl(fd=9999, F_DUPFD_CLOEXEC, 5) failed: EBADF (Bad file descriptor)");

            assertThat(OpenFds.count()).isEqualTo(before);
        }
    }

    @Test
    void spawningLeaksNothing() {
        try (Fd event = posix.eventFd()) {
            output("true", List.of(event));
            long before = OpenFds.count();

            for (int i = 0; i < 20; i++) {
                output("true", List.of(event, event, event));
            }

            assertThat(OpenFds.count()).isEqualTo(before);
        }
    }

    private FdPair pipeWith(String text) {
        FdPair pipe = posix.pipe(0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(text);
            posix.write(pipe.second().number(), bytes, 0, (int) bytes.byteSize() - 1);
        }
        pipe.second().close();
        return pipe;
    }

    private static SpawnRequest shell(String script, List<Fd> inherited, Optional<StandardStreams> streams) {
        return new SpawnRequest(
                "/bin/sh", List.of("sh", "-c", script), Map.of("GREETING", "hello=world"), inherited, streams);
    }

    /** Runs a script and returns what it wrote to its standard output. */
    private String output(String script, List<Fd> inherited) {
        try (Fd null_ = posix.open("/dev/null", Set.of(OpenFlag.READ_WRITE), 0);
                FdPair output = posix.pipe(0);
                Arena arena = Arena.ofConfined()) {
            posix.setNonBlocking(output.first(), false);
            posix.setNonBlocking(output.second(), false);
            StandardStreams streams = new StandardStreams(null_, output.second(), output.second());
            long pid = posix.spawn(shell(script, inherited, Optional.of(streams)));
            output.second().close();
            MemorySegment buffer = arena.allocate(4096);
            StringBuilder text = new StringBuilder();
            for (int length = -1; length != 0; ) {
                length = posix.read(output.first().number(), buffer, 4096);
                text.append(
                        StandardCharsets.UTF_8.decode(buffer.asSlice(0, length).asByteBuffer()));
            }
            assertThat(posix.waitFor(pid, true)).as("%s", text).hasValue(new Exited(0));
            return text.toString();
        }
    }
}
