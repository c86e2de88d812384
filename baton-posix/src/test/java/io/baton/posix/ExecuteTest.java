package io.baton.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ExecuteTest {
    @TempDir
    Path directory;

    @Test
    void theProcessGoesOnAsAnotherProgramWithTheFdsItWasGiven() throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("file"), "from fd 3\n");

        Process process = TestProgram.start(
                ExecProgram.class,
                file.toString(),
                "/bin/sh",
                "-c",
                "echo pid $$; cat <&3; cd /proc/self/fd; for fd in *; do [ -e $fd ] && echo -n \"$fd \"; done; echo;"
                        + " grep ^SigBlk /proc/self/status");

        assertThat(output(process))
                .isEqualTo("pid %d\nfrom fd 3\n0 1 2 3 \nSigBlk:\t0000000000000000\n", process.pid());
    }

    @Test
    void inPlaceTheFdsKeepTheirNumbersAndBlockedSignalsStayBlocked() throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("file"), "from a high fd\n");

        Process process = TestProgram.start(
                ExecProgram.class,
                file.toString(),
                ExecProgram.IN_PLACE,
                "/bin/bash",
                "-c",
                "echo pid $$; cat /proc/self/fd/" + ExecProgram.HIGH + "; cd /proc/self/fd; for fd in *; do"
                        + " [ -e $fd ] && echo -n \"$fd \"; done; echo; grep ^SigBlk /proc/self/status");

        assertThat(output(process))
                .isEqualTo(
                        "pid %d\nfrom a high fd\n0 1 2 %d \nSigBlk:\t0000000000000800\n",
                        process.pid(), ExecProgram.HIGH);
    }

    @Test
    void inPlaceAProgramThatTheKernelRefusesHarmsNothing() throws IOException, InterruptedException {
        Path nonsense = Files.writeString(directory.resolve("nonsense"), "\0nonsense");
        Files.setPosixFilePermissions(nonsense, PosixFilePermissions.fromString("rwx------"));

        Process process = TestProgram.start(ExecProgram.class, "/dev/null", ExecProgram.IN_PLACE, nonsense.toString());

        assertThat(output(process))
                .isEqualTo(
                        "execve(path=%s) failed: ENOEXEC (Exec format error)\nfds unchanged: true\nmask unchanged: true\n",
                        nonsense);
    }

    @Test
    void aProgramThatIsMissingIsRefused() throws IOException, InterruptedException {
        assertHarmlessFailure("/no/such/program", "ENOENT (No such file or directory)");
    }

    @Test
    void aProgramThatIsNoneIsRefusedByTheKernelAndHarmsNothing() throws IOException, InterruptedException {
        Path nonsense = Files.writeString(directory.resolve("nonsense"), "\0nonsense");
        Files.setPosixFilePermissions(nonsense, PosixFilePermissions.fromString("rwx------"));

        assertHarmlessFailure(nonsense.toString(), "ENOEXEC (Exec format error)");
    }

    @Test
    void aFileThatMayNotBeExecutedIsRefused() throws IOException, InterruptedException {
        Path plain = Files.writeString(directory.resolve("plain"), "#!/bin/sh");

        assertHarmlessFailure(plain.toString(), "EACCES (Permission denied)");
    }

    private static void assertHarmlessFailure(String program, String errno) throws IOException, InterruptedException {
        Process process = TestProgram.start(ExecProgram.class, "/dev/null", program);

        assertThat(output(process))
                .isEqualTo("execve(path=%s) failed: %s\nfds unchanged: true\nmask unchanged: true\n", program, errno);
    }

    private static String output(Process process) throws IOException, InterruptedException {
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
